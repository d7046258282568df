import { emptyResource } from '@opentelemetry/resources';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/** An ended span with these fields, and ordinary ones for the rest. */
export function spanWith(fields: Partial<ReadableSpan>): ReadableSpan {
  return {
    name: 'GET /orders/{id}',
    kind: 1,
    spanContext: () => ({ traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331', traceFlags: 1 }),
    startTime: [1_700_000_000, 123_456_789],
    endTime: [1_700_000_001, 0],
    status: { code: 0 },
    attributes: {},
    links: [],
    events: [],
    duration: [0, 876_543_211],
    ended: true,
    resource: emptyResource(),
    instrumentationScope: { name: 'shop' },
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
    ...fields,
  };
}
