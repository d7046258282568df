import type { Viewer } from '../src/start-viewer.ts';

const EXAMPLE_TRACE = '0af7651916cd43dd8448eb211c80319c';

const START = 1_700_000_000_000_000_000n;

/** Sends what the examples of API.md are about: the trace of an order whose card is declined, and a count of orders. */
export async function sendExample(viewer: Viewer): Promise<void> {
  const orders = [
    span('b7ad6b7169203331', 'POST /orders', 2, 0, 84.1, {
      attributes: [text('http.route', '/orders'), number('http.response.status_code', 500)],
      status: { code: 2 },
    }),
    span('00f067aa0ba902b7', 'SELECT orders', 3, 2, 10.3, {
      parentSpanId: 'b7ad6b7169203331',
      attributes: [text('db.system.name', 'postgresql'), text('db.query.text', 'SELECT * FROM orders WHERE id = $1')],
    }),
  ];
  const payments = [
    span('53995c3f42cd8ad8', 'POST /charge', 2, 20, 60, {
      parentSpanId: 'b7ad6b7169203331',
      attributes: [text('card.brand', 'visa')],
      events: [
        {
          timeUnixNano: String(START + nanos(79)),
          name: 'exception',
          attributes: [text('exception.type', 'CardError'), text('exception.message', 'card declined')],
        },
      ],
      status: { code: 2 },
    }),
  ];
  const line = {
    timeUnixNano: String(START + nanos(78)),
    severityNumber: 17,
    severityText: 'error',
    body: { stringValue: 'charge failed' },
    attributes: [number('orderId', 81)],
    traceId: EXAMPLE_TRACE,
    spanId: '53995c3f42cd8ad8',
  };
  await send(viewer, '/v1/traces', {
    resourceSpans: [
      { resource: service('orders-api'), scopeSpans: [{ spans: orders }] },
      { resource: service('payments'), scopeSpans: [{ spans: payments }] },
    ],
  });
  await send(viewer, '/v1/logs', {
    resourceLogs: [{ resource: service('payments'), scopeLogs: [{ logRecords: [line] }] }],
  });
  const point = { timeUnixNano: String(START), asInt: '17', attributes: [text('card.brand', 'visa')] };
  const metric = { name: 'orders', unit: '{order}', description: 'Orders placed', sum: { dataPoints: [point] } };
  await send(viewer, '/v1/metrics', {
    resourceMetrics: [{ resource: service('orders-api'), scopeMetrics: [{ metrics: [metric] }] }],
  });
  viewer.store.settle();
}

async function send(viewer: Viewer, path: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(viewer.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  if (response.status !== 200) throw new Error(`${path}: expected 200, got ${response.status}`);
}

function span(spanId: string, name: string, kind: number, at: number, took: number, rest: object): object {
  const startTimeUnixNano = String(START + nanos(at));
  const endTimeUnixNano = String(START + nanos(at + took));
  return { traceId: EXAMPLE_TRACE, spanId, name, kind, startTimeUnixNano, endTimeUnixNano, ...rest };
}

function nanos(millis: number): bigint {
  return BigInt(Math.round(millis * 1e6));
}

function service(name: string): object {
  return { attributes: [text('service.name', name)] };
}

function text(key: string, value: string): object {
  return { key, value: { stringValue: value } };
}

function number(key: string, value: number): object {
  return { key, value: { intValue: value } };
}
