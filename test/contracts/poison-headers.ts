const BIG = 'x'.repeat(60_000);
const NOWHERE = '0'.repeat(32);

/** What may stand in the headers of a message in the place of trace context, by accident or by malice. */
export const POISON_HEADERS: readonly Record<string, unknown>[] = [
  { traceparent: 'garbage{' },
  { traceparent: null },
  { traceparent: '' },
  { traceparent: 7 },
  { traceparent: true },
  { traceparent: Buffer.from([0xff, 0xfe, 0x00]) },
  { traceparent: ['garbage', 'more'] },
  { traceparent: [[['deep']]] },
  { traceparent: { nested: { traceparent: 'x' } } },
  { traceparent: BIG },
  { baggage: `tenant=${BIG}` },
  { tracestate: BIG },
  { traceparent: `00-${NOWHERE}-${'0'.repeat(16)}-01` },
  { traceparent: `00-${NOWHERE}-b7ad6b7169203331-01` },
  { traceparent: '00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01' },
  { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nx: y' },
  { TraceParent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  { traceparent: 'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
  { baggage: ',,,=;;%%%' },
  { 'x-death': 'not a list', 'x-delivery-count': 'many', timestamp_in_ms: 'late' },
  { 'x-death': [null], 'x-delay': {} },
];
