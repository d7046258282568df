import { randomBytes } from 'node:crypto';

import { ProtobufTraceSerializer } from '@opentelemetry/otlp-transformer';

/** Export requests in protobuf, as a busy shop would send them: each time the same spans, with other ids. */
export interface SpanBatches {
  readonly spansPerBatch: number;
  /** The next request: a buffer of its own. */
  next(): Buffer;
}

type SdkSpan = Parameters<typeof ProtobufTraceSerializer.serializeRequest>[0][number];

const SERVICES = ['gateway', 'orders', 'payments', 'stock'];
const SCOPE = { name: '@opentelemetry/instrumentation-http', version: '0.300.0' };

/** @param spansPerTrace the first one is that of a server, with 10 attributes, the others query a database, with 9 */
export function createSpanBatches(spansPerBatch = 512, spansPerTrace = 8): SpanBatches {
  const resources = SERVICES.map(resourceOf);
  const ids: { readonly traceId: string; readonly spanIds: string[] }[] = [];
  const spans = Array.from({ length: spansPerBatch }, (_, i) => {
    const place = i % spansPerTrace;
    if (place === 0) ids.push({ traceId: idOf(16), spanIds: [] });
    const { traceId = '', spanIds = [] } = ids.at(-1) ?? {};
    spanIds.push(idOf(8));
    const [root = '', spanId = ''] = [spanIds[0], spanIds.at(-1)];
    const resource = resources[ids.length % SERVICES.length];
    return { ...spanOf(i, traceId, spanId, place === 0 ? undefined : root), resource };
  });
  const template = Buffer.from(ProtobufTraceSerializer.serializeRequest(spans as unknown as SdkSpan[]) ?? []);
  const places = ids.flatMap(({ traceId, spanIds }) => [traceId, ...spanIds].map((id) => placesOf(template, id)));
  let last = 0;

  return {
    spansPerBatch,
    next() {
      const request = Buffer.from(template);
      for (const of of places) {
        last += 1;
        for (const place of of) request.writeUInt32BE(last, place);
      }
      return request;
    },
  };
}

function resourceOf(service: string): object {
  const attributes = {
    'service.name': service,
    'host.name': 'laptop',
    'process.pid': 4711,
    'process.runtime.name': 'nodejs',
    'process.runtime.version': '24.21.0',
    'telemetry.sdk.language': 'nodejs',
    'telemetry.sdk.name': 'opentelemetry',
    'telemetry.sdk.version': '3.0.0',
  };
  return { attributes, getRawAttributes: () => [] };
}

function spanOf(i: number, traceId: string, spanId: string, parentSpanId: string | undefined): object {
  const isFailed = i % 50 === 7;
  return {
    name: parentSpanId === undefined ? 'POST /orders/:id' : 'SELECT products',
    kind: parentSpanId === undefined ? 1 : 2,
    spanContext: () => ({ traceId, spanId, traceFlags: 1 }),
    parentSpanContext: parentSpanId === undefined ? undefined : { traceId, spanId: parentSpanId, traceFlags: 1 },
    startTime: [1_700_000_000, i * 1000],
    endTime: [1_700_000_000, i * 1000 + 500_000],
    status: { code: isFailed ? 2 : 0 },
    attributes: parentSpanId === undefined ? serverAttributes(i) : queryAttributes(i),
    events: isFailed ? [exception(i)] : [],
    links: [],
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  };
}

function serverAttributes(i: number): object {
  return {
    'http.request.method': 'POST',
    'url.path': `/orders/${i}`,
    'url.scheme': 'http',
    'http.route': '/orders/:id',
    'http.response.status_code': 200,
    'server.address': 'localhost',
    'server.port': 3000,
    'user_agent.original': 'Mozilla/5.0 (X11; Linux x86_64)',
    'network.protocol.version': '1.1',
    'client.address': '127.0.0.1',
  };
}

function queryAttributes(i: number): object {
  return {
    'db.system.name': 'postgresql',
    'db.namespace': 'shop',
    'db.query.text': 'SELECT id, name, price FROM products WHERE id = $1 AND stock > $2',
    'db.operation.name': 'SELECT',
    'db.response.returned_rows': i % 20,
    'server.address': 'db.internal',
    'server.port': 5432,
    'thread.id': 1,
    'code.file.path': '/app/src/products.ts',
  };
}

function exception(i: number): object {
  const stack = `Error: card declined\n${'    at charge (/app/payments/charge.ts:120:11)\n'.repeat(5)}`;
  const attributes = { 'exception.type': 'Error', 'exception.message': 'card declined', 'exception.stacktrace': stack };
  return { time: [1_700_000_000, i * 1000], name: 'exception', attributes };
}

function idOf(byteLength: number): string {
  return randomBytes(byteLength).toString('hex');
}

function placesOf(template: Buffer, id: string): number[] {
  const bytes = Buffer.from(id, 'hex');
  const places: number[] = [];
  for (let place = template.indexOf(bytes); place >= 0; place = template.indexOf(bytes, place + 1)) places.push(place);
  return places;
}
