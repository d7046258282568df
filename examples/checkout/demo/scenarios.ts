/** A request to the shop, and what its trace must be made of. */
export interface Scenario {
  readonly title: string;
  /** The part of the trace that a reader should look at. */
  readonly lookAt: string;
  /** A path of the gateway; with `order` it is a POST. */
  readonly path: string;
  readonly order?: object;
  readonly status: number;
  /** The name of the trace's root. */
  readonly root: string;
  /** Services that take part; each of them also writes log lines. */
  readonly services: readonly string[];
  /** Names of spans and how many of each there are at least. */
  readonly spans: Readonly<Record<string, number>>;
  /** The message of the error that the trace tells of. */
  readonly error?: string;
}

const lines = [
  { sku: 'thread', quantity: 2 },
  { sku: 'lantern', quantity: 1 },
];
const GOOD_CARD = '4242 4242 4242 4242';
const DECLINED_CARD = '4000 0000 0000 0002';

const CHECKOUT = { path: '/checkout', root: 'POST /checkout' };
const PLACED = {
  ...CHECKOUT,
  status: 201,
  services: ['gateway', 'orders', 'tax', 'payments', 'worker'],
  spans: {
    'POST /orders': 1,
    'charge card': 1,
    'pg.query:INSERT shop': 2,
    'process confirmation-mail': 1,
    'pg.query:UPDATE shop': 1,
  },
};

export const SCENARIOS: readonly Scenario[] = [
  {
    ...PLACED,
    title: 'a fast order',
    lookAt: 'one trace through five processes; the worker at its end was reached through a queue in PostgreSQL',
    order: { customer: 'ada', country: 'NL', card: GOOD_CARD, lines },
  },
  {
    ...PLACED,
    title: 'a slow order',
    lookAt: 'the longest dark bar: the tax API took 1.8 s, the rest took no time',
    order: { customer: 'ada', country: 'IT', card: GOOD_CARD, lines },
  },
  {
    ...CHECKOUT,
    title: 'a declined card',
    lookAt:
      'the red rows: the error began in payments, in "charge card". With it come the debug lines of its trace, which a trace without an error does not have',
    order: { customer: 'ada', country: 'NL', card: DECLINED_CARD, lines },
    status: 402,
    services: ['gateway', 'orders', 'tax', 'payments'],
    spans: { 'POST /orders': 1, 'charge card': 1 },
    error: 'card declined',
  },
  {
    title: 'an N+1 query',
    lookAt: 'the row that stands for many: one query for the list of orders, and one more for each order in it',
    path: '/customers/grace/orders',
    status: 200,
    root: 'GET /customers/:customer/orders',
    services: ['gateway', 'orders'],
    spans: { 'pg.query:SELECT shop': 13 },
  },
];
