// Recorded traces as the file exporter of the Collector writes them. The same arguments give the same text.

/** A span of a recorded file; times in milliseconds from the beginning. */
export interface SpanOf {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** As OTLP numbers them: 2 is a server. */
  readonly kind?: number;
  readonly start: number;
  readonly end: number;
  readonly attributes?: Readonly<Record<string, string | number | boolean>>;
  readonly isError?: boolean;
  readonly traceState?: string;
  readonly flags?: number;
}

/** 2026-11-20 12:00 UTC. */
export const NOON: number = Date.UTC(2026, 10, 20, 12);

/** One line: an `ExportTraceServiceRequest` of one service. */
export function requestLine(service: string, spans: readonly SpanOf[]): string {
  return `${JSON.stringify({
    resourceSpans: [
      {
        resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
        scopeSpans: [{ scope: { name: 'test' }, spans: spans.map(otlpSpan) }],
      },
    ],
  })}\n`;
}

function otlpSpan({ start, end, attributes = {}, isError = false, kind = 2, ...rest }: SpanOf): object {
  return {
    ...rest,
    kind,
    startTimeUnixNano: nanos(start),
    endTimeUnixNano: nanos(end),
    attributes: Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) })),
    status: isError ? { code: 2 } : {},
  };
}

const nanos = (millis: number) => String(BigInt(NOON) * 1_000_000n + BigInt(Math.round(millis * 1e6)));

function valueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  return typeof value === 'number' ? { intValue: String(value) } : { boolValue: value };
}

/**
 * A minute of a gateway and the orders behind it, in batches of a second: mostly `GET /items/:id`, one in ten
 * `POST /checkout`, which the orders serve, a probe each second; some fail, some are slow.
 */
export function shopMinute(tracesPerSecond: number, seed: number = 7): string {
  const random = seeded(seed);
  const lines: string[] = [];
  for (let second = 0; second < 60; second++) {
    const gateway: SpanOf[] = [];
    const orders: SpanOf[] = [];
    for (let n = 0; n < tracesPerSecond; n++) addRequest(second * 1000 + (n * 1000) / tracesPerSecond);
    addProbe(second * 1000);
    lines.push(requestLine('gateway', gateway), requestLine('orders', orders));

    function addRequest(start: number): void {
      const traceId = random.hex(32);
      const rootId = random.hex(16);
      const isCheckout = random.next() < 0.1;
      const isError = random.next() < 0.02;
      const end = start + (random.next() < 0.01 ? 1500 : 20 + random.next() * 60);
      const name = isCheckout ? 'POST /checkout' : 'GET /items/:id';
      const attributes = { 'http.route': name.slice(name.indexOf('/')), 'url.path': '/x' };
      gateway.push({
        traceId,
        spanId: random.hex(16),
        parentSpanId: rootId,
        name: 'query',
        kind: 3,
        start: start + 2,
        end: start + 8,
      });
      if (isCheckout) {
        const called = {
          traceId,
          spanId: random.hex(16),
          name: 'POST /orders',
          start: start + 9,
          end: end - 1,
          isError,
        };
        orders.push({ ...called, parentSpanId: rootId, attributes: { 'http.route': '/orders' } });
      }
      gateway.push({ traceId, spanId: rootId, name, start, end, attributes, isError });
    }

    function addProbe(start: number): void {
      const attributes = { 'url.path': '/healthz' };
      gateway.push({ traceId: random.hex(32), spanId: random.hex(16), name: 'GET', start, end: start + 1, attributes });
    }
  }
  return lines.join('');
}

/**
 * Four minutes of a service with 20 routes, the later the rarer, in batches of a second: 12 traces a second, ten times as
 * many for half a minute; of two to five spans. Some fail, some are slow.
 */
export function shopRush(seed: number = 7): string {
  const random = seeded(seed);
  const shares = Array.from({ length: 20 }, (_, i) => (i + 1) ** -1.3);
  const total = shares.reduce((sum, share) => sum + share, 0);
  const lines: string[] = [];
  for (let second = 0; second < 240; second++) {
    const perSecond = second >= 120 && second < 150 ? 120 : 12;
    const spans: SpanOf[] = [];
    for (let n = 0; n < perSecond; n++) {
      const traceId = random.hex(32);
      const spanId = random.hex(16);
      const start = second * 1000 + (n * 1000) / perSecond;
      const isSlow = random.next() < 0.01;
      const end = start + (isSlow ? 1200 + random.next() * 300 : 20 + random.next() * 60);
      let rest = random.next() * total;
      const route = `/r${shares.findIndex((share) => (rest -= share) <= 0)}`;
      const isError = random.next() < 0.02;
      for (let left = 1 + Math.floor(random.next() * 4); left > 0; left--) {
        const query = { traceId, spanId: random.hex(16), parentSpanId: spanId, name: 'query', kind: 3 };
        spans.push({ ...query, start: start + left, end: start + left + 2 });
      }
      spans.push({ traceId, spanId, name: `GET ${route}`, start, end, attributes: { 'http.route': route }, isError });
    }
    lines.push(requestLine('shop', spans));
  }
  return lines.join('');
}

/** Numbers that look random and are the same each time. */
function seeded(seed: number): { next(): number; hex(length: number): string } {
  let state = seed;
  const next = () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    hex: (length) => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join(''),
  };
}
