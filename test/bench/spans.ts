// What a span around a function costs: by hand on the plain API, with our wrappers and with those of two peers, as ratios
// of neighbours in time.

import { SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { span, traced } from '@clew/spans';
import { createTraceparent, formatTraceparent, parseTraceparent } from '@clew/trace-context';

import { machine } from './machine.ts';
import { median } from './median.ts';
import type { CALLS } from './span-works.ts';
import { inNanos, startSpanProcesses, takeTurns, TURNS } from './turn-process.ts';

type Work = (n: number) => unknown;

interface Case {
  readonly title: string;
  /** The first is what the others are compared with. */
  readonly candidates: Readonly<Record<string, Work>>;
  readonly callsPerRound: number;
}

const ROUNDS = 101;
const WARM_UP_ROUNDS = 20;

const tracer = trace.getTracer('bench');
const add = (n: number) => n + 1;

/** Functions in spans, each in processes of its own. */
const IN_SPANS: Readonly<Record<keyof typeof CALLS, string>> = {
  'by-hand': "startActiveSpan by hand, OpenTelemetry's SDK",
  'by-hand-clew': 'startActiveSpan by hand, Clew',
  'traced-clew': 'traced(), Clew',
  'span-clew': 'span(), Clew',
  autotel: 'autotel: trace()',
  logfire: 'logfire: span()',
};
const CALLS_IN_SPANS = 20_000;

const WITHOUT_SDK: readonly Case[] = [
  {
    title: 'function, no SDK',
    candidates: {
      'the function itself': add,
      'startActiveSpan by hand': (n) => tracer.startActiveSpan('add', (current) => byHand(current, n)),
      'traced()': traced('add', add),
      'span()': (n) => span('add', () => add(n)),
    },
    callsPerRound: 20_000,
  },
  {
    title: 'traceparent header',
    candidates: { 'parseTraceparent()': parsing() },
    callsPerRound: 20_000,
  },
];

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  const rows: string[] = [];
  for (const each of WITHOUT_SDK) rows.push(...measure(each));
  for (const [kind, title] of [['async', 'async function, sampled'] as const, ['sync', 'function, sampled'] as const]) {
    await using processes = await startSpanProcesses(Object.keys(IN_SPANS).map((name) => `${kind}:${name}`));
    const costs = await takeTurns(processes.groups, CALLS_IN_SPANS);
    const [first = []] = costs;
    const cells = Object.values(IN_SPANS).map((how, index) => `${how} | ${inNanos(costs[index] ?? [], first)}`);
    rows.push(...cells.map((each) => `| ${title} | ${each} |`));
  }
  return [
    `${machine()}; medians of ${ROUNDS} interleaved rounds; sampled: of CPU time, ${TURNS.measured} in each of three processes`,
    '',
    '| what | how | ns a call | × the first |',
    '| --- | --- | --: | --: |',
    ...rows,
  ].join('\n');
}

function measure({ title, candidates, callsPerRound }: Case): string[] {
  const names = Object.keys(candidates);
  const rounds: number[][] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const times: number[] = [];
    for (const work of Object.values(candidates)) {
      times.push(time(work, callsPerRound) / callsPerRound);
    }
    if (round >= 0) rounds.push(times);
  }
  return names.map((name, index) => {
    const nanos = median(rounds.map((times) => times[index] ?? Number.NaN));
    const ratio = median(rounds.map((times) => (times[index] ?? Number.NaN) / (times[0] ?? Number.NaN)));
    return `| ${title} | ${name} | ${nanos.toFixed(0)} | ${index === 0 ? '' : ratio.toFixed(2)} |`;
  });
}

function time(work: Work, calls: number): number {
  const start = process.hrtime.bigint();
  for (let n = 0; n < calls; n++) work(n);
  return Number(process.hrtime.bigint() - start);
}

function byHand(current: Span, n: number): number {
  try {
    return add(n);
  } catch (error) {
    fail(current, error);
    throw error;
  } finally {
    current.end();
  }
}

function fail(current: Span, error: unknown): void {
  current.recordException(error as Error);
  current.setStatus({ code: SpanStatusCode.ERROR, message: String(error) });
}

function parsing(): Work {
  const headers = Array.from({ length: 100 }, () => formatTraceparent(createTraceparent()));
  return (n) => parseTraceparent(headers[n % headers.length] ?? '');
}
