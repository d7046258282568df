import * as fc from 'fast-check';

import type { SpanRecord } from '../src/span-record.ts';
import type { Trace } from '../src/trace.ts';
import { planSpan, planTrace } from './build-trace.ts';

/** A span of few ids and times, so that several of them meet in every way: parents, loops, orphans, overlaps. */
const anySpan: fc.Arbitrary<SpanRecord> = fc
  .record(
    {
      id: fc.nat(30).map(String),
      parent: fc.nat(33).map(String),
      at: fc.nat(20),
      took: fc.integer({ min: -3, max: 20 }),
      service: fc.constantFrom('api', 'payments', 'mailer'),
      kind: fc.constantFrom('internal', 'server', 'client', 'producer', 'consumer'),
      failed: fc.constantFrom('declined', 'too late'),
      attributes: fc.constantFrom({ 'db.system.name': 'postgresql' }, { 'messaging.system': 'kafka' }),
    },
    { requiredKeys: ['id', 'at', 'took'] },
  )
  .map(({ id, ...plan }) => planSpan('work', { id, ...plan }));

/** A trace of any shape; every id is there once. */
export const anyTrace: fc.Arbitrary<Trace> = fc
  .uniqueArray(anySpan, { selector: ({ spanId }) => spanId, maxLength: 20 })
  .map((spans) => planTrace(spans));
