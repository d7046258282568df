import type { PlannedSpan } from './plan-otlp.ts';

/** Traces of a shop: an order that fails, one that is sent by mail through a queue, and small ones. */
export const FAILED = '0000000000000000000000000000fa11';
export const PLACED = '000000000000000000000000000091ac';
export const MAILED = '0000000000000000000000000000ab1e';
export const SEND_SPAN = '5e5e5e5e5e5e5e5e';
export const PROCESS_SPAN = 'acacacacacacacac';

const STACK = `Error: card declined
    at authorise (file:///app/services/payments.cjs:31:11)
    at Layer.handle (/app/node_modules/express/lib/router/layer.js:95:5)
    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)`;

const statement = (text: string, at: number, took: number): PlannedSpan => ({
  name: 'SELECT shop',
  kind: 'client',
  at,
  took,
  attributes: { 'db.system.name': 'postgresql', 'db.namespace': 'shop', 'db.query.text': text },
});

const http = (route: string, status: number) => ({
  'http.request.method': 'POST',
  'http.route': route,
  'http.response.status_code': status,
});

export const FAILED_ORDER: readonly PlannedSpan[] = [
  {
    name: 'POST /checkout',
    service: 'gateway',
    kind: 'server',
    took: 48,
    attributes: http('/checkout', 402),
    logs: [{ severity: 9, text: 'incoming request', attributes: { reqId: 'req-3' } }],
    below: [
      {
        name: 'POST /orders',
        service: 'orders',
        kind: 'server',
        at: 2,
        took: 44,
        attributes: { ...http('/orders', 402), 'app.customer': 'ada' },
        logs: [{ severity: 13, text: 'order not paid' }],
        below: [
          statement('SELECT id, name, credit FROM customers WHERE id = $1', 3, 1),
          ...Array.from({ length: 12 }, (_, index) =>
            statement('SELECT price FROM products WHERE id = $1', 5 + index, 0.6),
          ),
          {
            name: 'POST /charge',
            kind: 'client',
            at: 20,
            took: 20,
            failed: '',
            attributes: { ...http('/charge', 402), 'server.address': 'payments' },
            below: [
              {
                name: 'charge card',
                service: 'payments',
                id: 'c4a29ec4a29ec4a2',
                kind: 'server',
                at: 22,
                took: 16,
                attributes: { 'app.cents': 6344, 'app.card.brand': 'visa' },
                exception: { type: 'Error', message: 'card declined', stack: STACK },
                events: { 'card.checked': { attempt: 1 } },
                logs: [{ severity: 17, text: 'charge failed', attributes: { cents: 6344 } }],
              },
            ],
          },
        ],
      },
    ],
  },
];

export const PLACED_ORDER: readonly PlannedSpan[] = [
  {
    name: 'POST /checkout',
    service: 'gateway',
    kind: 'server',
    took: 1800,
    attributes: http('/checkout', 201),
    below: [
      {
        name: 'GET /rates/IT',
        service: 'tax',
        kind: 'server',
        at: 5,
        took: 1700,
        logs: [{ severity: 9, text: 'rate looked up' }],
      },
      {
        name: 'send confirmation-mail',
        id: SEND_SPAN,
        kind: 'producer',
        at: 1750,
        took: 3,
        attributes: { 'messaging.system': 'pg-boss', 'messaging.destination.name': 'confirmation-mail' },
      },
    ],
  },
];

export const SENT_MAIL: readonly PlannedSpan[] = [
  {
    name: 'process confirmation-mail',
    id: PROCESS_SPAN,
    service: 'worker',
    kind: 'consumer',
    took: 9,
    attributes: { 'messaging.system': 'pg-boss', 'messaging.destination.name': 'confirmation-mail' },
    links: [{ traceId: PLACED, spanId: SEND_SPAN }],
  },
];

/** A trace of one span, for lists. */
export function healthCheck(number: number): { readonly traceId: string; readonly tops: readonly PlannedSpan[] } {
  return {
    traceId: `ead0${String(number).padStart(28, '0')}`,
    tops: [{ name: `GET /healthz/${number}`, service: 'gateway', kind: 'server', took: 1 + (number % 7) }],
  };
}
