import { setTimeout as delay } from 'node:timers/promises';

/** A kind of request that the load is made of. */
export interface Kind {
  readonly name: string;
  /** The rule of sampling.yaml that is meant for it. */
  readonly rule: string;
  readonly count: number;
  /** A path of the gateway; with `order` it is a POST. */
  readonly path: string;
  readonly order?: object;
  readonly status: number;
}

const order = { customer: 'ada', country: 'NL', card: '4242 4242 4242 4242', lines: [{ sku: 'thread', quantity: 2 }] };

export const KINDS: readonly Kind[] = [
  {
    name: 'declined cards',
    rule: 'errors',
    count: 40,
    path: '/checkout',
    order: { ...order, card: '4000 0000 0000 0002' },
    status: 402,
  },
  // One in ten orders at most: the slowest tenth of a route must not be what is usual for it.
  {
    name: 'orders for Italy',
    rule: 'slow',
    count: 16,
    path: '/checkout',
    order: { ...order, country: 'IT' },
    status: 201,
  },
  { name: 'other orders', rule: 'checkout', count: 144, path: '/checkout', order, status: 201 },
  { name: 'lists of orders', rule: 'base', count: 600, path: '/customers/grace/orders', status: 200 },
  { name: 'health probes', rule: 'probes', count: 200, path: '/healthz', status: 200 },
];

/** Number of requests of all kinds. */
export const TOTAL = KINDS.reduce((sum, { count }) => sum + count, 0);

/** Number of orders that are placed, and confirmed by mail. */
export const PLACED = KINDS.reduce((sum, { count, status }) => sum + (status === 201 ? count : 0), 0);

/** Time over which the requests are spread: more than two of the 10 s after which the policy learns what is usual. */
export const LOAD_SECONDS = 24;

const CLIENTS = 8;

/** Below 1 the first requests come slowly: to processes that have just started everything is slow. */
const CALM_START = 0.75;

/**
 * Sends all requests, the kinds mixed, and waits for the answers. A machine that is too slow for that takes longer. Each
 * request names its kind as its user agent, by which its trace is known.
 *
 * @param onAnswer gets the number of answers so far
 */
export async function sendLoad(shopUrl: string, onAnswer: (answers: number) => void): Promise<void> {
  const startedAt = performance.now();
  const requests = mixed().entries();
  let answers = 0;

  async function client(): Promise<void> {
    for (const [index, kind] of requests) {
      const dueAt = startedAt + (index / TOTAL) ** CALM_START * LOAD_SECONDS * 1000;
      await delay(Math.max(0, dueAt - performance.now()));
      await send(shopUrl, kind);
      onAnswer(++answers);
    }
  }

  await Promise.all(Array.from({ length: CLIENTS }, client));
}

/** Each kind spread evenly over the whole. */
function mixed(): Kind[] {
  const placed = KINDS.flatMap((kind) =>
    Array.from({ length: kind.count }, (_, index) => ({ kind, at: (index + 0.5) / kind.count })),
  );
  return placed.toSorted((one, other) => one.at - other.at).map(({ kind }) => kind);
}

async function send(shopUrl: string, kind: Kind): Promise<void> {
  const headers = { 'user-agent': kind.name, 'content-type': 'application/json' };
  const request = kind.order && { method: 'POST', body: JSON.stringify(kind.order) };
  const answer = await fetch(shopUrl + kind.path, { ...request, headers });
  await answer.arrayBuffer();
  if (answer.status !== kind.status) {
    throw new Error(`${kind.name}: the shop answered ${answer.status}, not ${kind.status}`);
  }
}
