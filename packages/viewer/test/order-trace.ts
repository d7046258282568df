import type { Trace } from '../src/trace.ts';
import { planSpan, planTrace } from './build-trace.ts';

const POSTGRES = { 'db.system.name': 'postgresql', 'server.address': 'db.internal' };
const RABBIT = { 'messaging.system': 'rabbitmq', 'messaging.destination.name': 'order.viewed' };
const LAYERS = [
  'middleware - expressInit',
  'middleware - authenticateUserAgainstTheDirectory',
  'request handler - /api/v2/customers/:customer/orders/:order',
  'OrderController.show',
  'OrderService.load',
  'OrderRepository.findWithLinesAndAddresses',
  'pool.connect',
];
const STATEMENT = `SELECT o.id, o.total, l.sku, l.quantity, l.cents
  FROM orders o JOIN lines l ON l.order_id = o.id
  WHERE o.customer = $1 AND o.id = $2`;
const STACK = `Error: card declined
    at charge (file:///app/src/payments/charge.ts:120:11)`;

/** A trace with all that a waterfall can show: depth, long names, statements, a query in a loop, a queue, an error. */
export function orderTrace(): Trace {
  const exception = { type: 'Error', message: 'card declined', stack: STACK };
  const attributes = {
    'http.request.method': 'GET',
    'http.response.status_code': 500,
    'url.path': '/api/v2/customers/7/orders/81',
  };
  const layers = LAYERS.map((name, i) =>
    planSpan(name, {
      id: `layer ${i}`,
      parent: i === 0 ? 'root' : `layer ${i - 1}`,
      at: 1 + i,
      took: i < 5 ? 40 - 2 * i : 12 - i,
    }),
  );
  const query = { kind: 'client', took: 3, attributes: { ...POSTGRES, 'db.query.text': STATEMENT } } as const;
  const queries = Array.from({ length: 12 }, (_, i) => {
    const text = { 'db.query.text': `SELECT * FROM addresses WHERE line_id = ${i}` };
    return planSpan('pg.query:SELECT shop', {
      ...query,
      id: `query ${i}`,
      parent: 'layer 4',
      at: 13 + i,
      took: 0.8,
      attributes: { ...POSTGRES, ...text },
    });
  });
  return planTrace(
    [
      planSpan('GET /api/v2/customers/:customer/orders/:order', {
        id: 'root',
        took: 84.1,
        kind: 'server',
        exception,
        attributes,
      }),
      ...layers,
      planSpan('pg.query:SELECT shop', { ...query, id: 'query', parent: 'layer 6', at: 9 }),
      ...queries,
      planSpan('publish', { parent: 'root', at: 42, kind: 'producer', attributes: RABBIT }),
      planSpan('POST /charge', {
        parent: 'root',
        at: 44,
        took: 38,
        kind: 'server',
        service: 'payments',
        exception,
        events: { 'bank.asked': { bank: 'acme' } },
      }),
      planSpan('process order.viewed', {
        parent: 'publish',
        at: 90,
        took: 5,
        kind: 'consumer',
        service: 'statistics',
        attributes: { ...RABBIT, 'clew.messaging.time_in_queue': 0.047 },
      }),
    ],
    [
      {
        spanId: 'POST /charge',
        severityText: 'ERROR',
        severityNumber: 17,
        body: 'charge failed',
        attributes: { orderId: 81 },
      },
    ],
  );
}
