import { askGuarded } from '@clew/diagnostics';
import { isValidSpanId, isValidTraceId } from '@opentelemetry/api';
import type { IdGenerator } from '@opentelemetry/sdk-trace';

import { randomIds } from '../otel/random-ids.ts';

const TASK = 'the id generator of the application';

/** An id generator of the application. Where it throws, or what it makes is no id, a random one is used. */
export function guardedIdGenerator(generator: IdGenerator): IdGenerator {
  const random = randomIds();
  return {
    generateTraceId: () =>
      askGuarded(
        TASK,
        isTraceId,
        () => random.generateTraceId(),
        () => generator.generateTraceId(),
      ),
    generateSpanId: () =>
      askGuarded(
        TASK,
        isSpanId,
        () => random.generateSpanId(),
        () => generator.generateSpanId(),
      ),
  };
}

const isTraceId = (id: unknown): id is string => typeof id === 'string' && isValidTraceId(id);
const isSpanId = (id: unknown): id is string => typeof id === 'string' && isValidSpanId(id);
