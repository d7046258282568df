import { createPolicyEngine, createTraceTable, decide, type EndedSpan } from '@clew/sampling/internal';
import { readPolicy } from '@clew/sampling/policy';

import { mulberry32 } from '../../packages/sampling/test/seeded-random.ts';
import { median } from './median.ts';

const POLICY = `
version: 1
rules:
  - { name: errors, match: { error: true }, ratio: 1 }
  - { name: slow, match: { slower_than: { quantile: 0.99, floor: 100ms } }, ratio: 1 }
base: { ratio: 0.05 }
`;

const SECONDS = 60;
const SPANS_PER_SECOND = 4500;
const BURST_SPANS_PER_SECOND = 40_000;
const SPANS = 10;
/** Every tenth second is a burst. */
const BURST_EVERY = 10;
/** One in so many has a span that outlives its root by a second. */
const DETACHED_EVERY = 20;

/**
 * Plays a minute of traffic to a trace table, with a clock of its own, and tells how many spans waited at most. Durations
 * are log-normal, 50 ms in the middle.
 *
 * @returns a table in Markdown
 */
export function heldSpans(): string[] {
  let at = 0;
  const { table, play, kept } = openTable(() => at);
  let mostHeld = 0;
  let mostOpen = 0;
  let open = 0; // ended spans of traces whose root is open: no tail sampler can do without them
  let spans = 0;
  for (const event of traffic(SECONDS)) {
    at = event.at;
    play(event);
    if (event.kind === 'end') spans += event.spans.length;
    open += event.opens;
    mostHeld = Math.max(mostHeld, table.held());
    mostOpen = Math.max(mostOpen, open);
  }
  return [
    `| ${SECONDS} s of ${SPANS_PER_SECOND} spans/s, each tenth second ${BURST_SPANS_PER_SECOND} | |`,
    '| --- | --: |',
    `| spans | ${spans} |`,
    `| kept | ${((100 * kept()) / spans).toFixed(1)} % |`,
    `| held at most | ${mostHeld} |`,
    `| the most in traces that were open | ${mostOpen} |`,
    `| ns a span for its part of the decision | ${nanosOfDecision().toFixed(0)} |`,
    `| ns a span for the table: its start, its end, that decision | ${nanosOfSpan().toFixed(0)} |`,
  ];
}

/** Without the clock and the store that spans wait in: the median of many rounds over the same second of traffic. */
function nanosOfSpan(): number {
  let at = 0;
  const { play } = openTable(() => at);
  const events = traffic(1);
  const spans = events.reduce((sum, event) => sum + (event.kind === 'end' ? event.spans.length : 0), 0);
  const rounds = Array.from({ length: 60 }, () => {
    const before = process.hrtime.bigint();
    for (const event of events) {
      at = event.at;
      play(event);
    }
    return Number(process.hrtime.bigint() - before) / spans;
  });
  return median(rounds.slice(20));
}

/** Rules asked about each span as it ends, the judgement and the threshold: the median of many rounds. */
function nanosOfDecision(): number {
  const engine = createPolicyEngine(policyOf(POLICY), { resource: {}, now: () => 0 });
  const random = mulberry32(1);
  const traces = Array.from({ length: 500 }, () => {
    const traceId = hex(random, 32);
    const children = Array.from({ length: SPANS - 1 }, () => spanOf(traceId, random, 20, false));
    return { traceId, spans: [...children, spanOf(traceId, random, 50, random() < 0.01, true)] };
  });
  const head = { isSampled: false, isFollowed: false, threshold: undefined, rule: 'base', needsBase: false };
  const facts = { head, baseThreshold: engine.baseThreshold, isPromised: false, promisedThreshold: undefined };
  let kept = 0;
  const rounds = Array.from({ length: 200 }, () => {
    const before = process.hrtime.bigint();
    for (const { traceId, spans } of traces) {
      const progress = engine.watch.open();
      for (const span of spans) engine.watch.note(progress, span);
      if (decide(engine.watch.judge(progress), { ...facts, randomness: traceId }).isKept) kept += 1;
    }
    return Number(process.hrtime.bigint() - before) / (traces.length * SPANS);
  });
  if (kept === 0) throw new Error('nothing was kept');
  return median(rounds.slice(100));
}

function policyOf(text: string) {
  const { policy } = readPolicy(text);
  if (policy === undefined) throw new Error('the policy has problems');
  return policy;
}

function openTable(now: () => number) {
  let current: EndedSpan | undefined;
  let kept = 0;
  const table = createTraceTable<EndedSpan>({
    engine: createPolicyEngine(policyOf(POLICY), { resource: {}, now }),
    sink: {
      hold: () => current,
      pass: () => void (kept += 1),
      refuse() {},
      release: () => void (kept += 1),
      discard() {},
      leaveOut() {},
      isNearlyFull: () => false,
    },
    now,
    openSpanIds: () => new Set(),
  });

  function play(event: Event): void {
    if (event.kind === 'tick') return table.tick();
    if (event.kind === 'start') {
      table.rootStarted({ traceId: event.traceId, traceFlags: 0, traceState: '', parentFlags: undefined });
      for (let n = 0; n < SPANS; n++) table.spanStarted(event.traceId);
      return;
    }
    for (const span of event.spans) {
      current = span;
      table.take(span);
      table.spanEnded(event.traceId, span.parentSpanId === undefined);
    }
  }

  return { table, play, kept: () => kept };
}

type Event = {
  readonly at: number;
  /** The change in the number of ended spans whose root is open. */
  readonly opens: number;
} & (
  | { readonly kind: 'tick' }
  | { readonly kind: 'start'; readonly traceId: string }
  | { readonly kind: 'end'; readonly traceId: string; readonly spans: readonly EndedSpan[] }
);

/** The same each time. */
function traffic(seconds: number): Event[] {
  const random = mulberry32(1);
  const events: Event[] = [];
  let traces = 0;
  for (let second = 0; second < seconds; second++) {
    const isBurst = second % BURST_EVERY === BURST_EVERY - 1;
    const count = (isBurst ? BURST_SPANS_PER_SECOND : SPANS_PER_SECOND) / SPANS;
    for (let n = 0; n < count; n++) {
      traces += 1;
      const start = (second + random()) * 1000;
      const duration = 50 * Math.exp(normal(random));
      const traceId = hex(random, 32);
      const detached = traces % DETACHED_EVERY === 0 ? 1 : 0;
      const isError = random() < 0.01;
      const children = Array.from({ length: SPANS - 1 }, () => spanOf(traceId, random, duration / 2, false));
      const root = spanOf(traceId, random, duration, isError, true);
      const late = children.splice(0, detached);
      const end = start + duration;
      events.push({ kind: 'start', at: start, traceId, opens: 0 });
      events.push({ kind: 'end', at: start + duration / 2, traceId, spans: children, opens: children.length });
      events.push({ kind: 'end', at: end, traceId, spans: [root], opens: -children.length });
      if (detached > 0) events.push({ kind: 'end', at: end + 1000, traceId, spans: late, opens: 0 });
    }
  }
  for (let at = 0; at < seconds * 1000; at += 25) events.push({ kind: 'tick', at, opens: 0 });
  return events.toSorted((one, other) => one.at - other.at);
}

const ATTRIBUTES: Readonly<Record<string, unknown>> = { 'http.route': '/orders/:id', 'http.request.method': 'GET' };

function spanOf(
  traceId: string,
  random: () => number,
  durationMillis: number,
  isError: boolean,
  isRoot = false,
): EndedSpan {
  return {
    traceId,
    spanId: hex(random, 16),
    parentSpanId: isRoot ? undefined : 'b7ad6b7169203331',
    isParentRemote: false,
    traceFlags: 0,
    traceState: '',
    name: 'GET /orders/:id',
    kind: isRoot ? 1 : 2,
    status: { code: isError ? 2 : 0 },
    durationMillis,
    resource: { attributes: {} },
    attribute: (key) => ATTRIBUTES[key],
  };
}

function hex(random: () => number, digits: number): string {
  let text = '';
  while (text.length < digits)
    text += Math.floor(random() * 2 ** 32)
      .toString(16)
      .padStart(8, '0');
  return text;
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}
