// What a span around a function costs: by hand on the plain API, with our wrappers and with those of two peers, as ratios
// of neighbours in time.

import { SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { span, traced } from '@clew/spans';
import { recordSpans } from '@clew/testing';
import { createTraceparent, formatTraceparent, parseTraceparent } from '@clew/trace-context';

import { machine } from './machine.ts';
import { median } from './median.ts';
import { loadPeers, type Peers } from './peers.ts';

type Work = (n: number) => unknown;

interface Case {
  readonly title: string;
  /** The first is what the others are compared with. */
  readonly candidates: Readonly<Record<string, Work>>;
  readonly callsPerRound: number;
  readonly isAsync: boolean;
}

const ROUNDS = 101;
const WARM_UP_ROUNDS = 20;

const tracer = trace.getTracer('bench');
const add = (n: number) => n + 1;
const addLater = async (n: number) => {
  await Promise.resolve();
  return n + 1;
};

const sampledCases = ({ autotel, logfire }: Peers): readonly Case[] => [
  {
    title: 'async function, sampled',
    candidates: {
      'startActiveSpan by hand': (n) => tracer.startActiveSpan('add', (current) => byHandAsync(current, n)),
      'traced()': traced('add', addLater),
      'span()': (n) => span('add', () => addLater(n)),
      'autotel: trace()': autotel(addLater),
      'logfire: span()': logfire(addLater),
    },
    callsPerRound: 500,
    isAsync: true,
  },
  {
    title: 'function, sampled',
    candidates: {
      'startActiveSpan by hand': (n) => tracer.startActiveSpan('add', (current) => byHand(current, n)),
      'traced()': traced('add', add),
      'span()': (n) => span('add', () => add(n)),
      'autotel: trace()': autotel(add),
      'logfire: span()': logfire(add),
    },
    callsPerRound: 500,
    isAsync: false,
  },
];

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
    isAsync: false,
  },
  {
    title: 'traceparent header',
    candidates: { 'parseTraceparent()': parsing() },
    callsPerRound: 20_000,
    isAsync: false,
  },
];

/** Runs the benchmark and returns its table in Markdown. */
export async function run(): Promise<string> {
  const rows: string[] = [];
  for (const each of WITHOUT_SDK) rows.push(...(await measure(each, () => {})));
  using recorded = recordSpans();
  const peers = await loadPeers(); // a tracer that another copy of the API made earlier would never learn of the SDK
  for (const each of sampledCases(peers)) rows.push(...(await measure(each, () => recorded.clear())));
  return [
    `${machine()}; medians of ${ROUNDS} interleaved rounds`,
    '',
    '| what | how | ns a call | × the first |',
    '| --- | --- | --: | --: |',
    ...rows,
  ].join('\n');
}

async function measure({ title, candidates, callsPerRound, isAsync }: Case, afterRound: () => void): Promise<string[]> {
  const names = Object.keys(candidates);
  const rounds: number[][] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const times: number[] = [];
    for (const work of Object.values(candidates)) {
      const nanos = isAsync ? await timeAsync(work, callsPerRound) : time(work, callsPerRound);
      times.push(nanos / callsPerRound);
      afterRound();
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

async function timeAsync(work: Work, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let n = 0; n < calls; n++) await work(n);
  return Number(process.hrtime.bigint() - start);
}

async function byHandAsync(current: Span, n: number): Promise<number> {
  try {
    return await addLater(n);
  } catch (error) {
    fail(current, error);
    throw error;
  } finally {
    current.end();
  }
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
