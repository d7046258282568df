import type { Context } from '@opentelemetry/api';
import type { Span } from 'bullmq';

import { withoutTracing } from '../suppressed.ts';

/** For the rest of what BullMQ tells: locks, stalled jobs, moves to `completed`. Their commands make no spans either. */
export const HIDDEN_SPAN: Span<Context> = {
  setSpanOnContext: withoutTracing,
  setAttribute() {},
  setAttributes() {},
  addEvent() {},
  recordException() {},
  end() {},
};
