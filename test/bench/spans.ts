// What a span around a function costs: by hand on the plain API, with our wrappers and with those of two peers, as ratios
// of neighbours in time.

import { span, traced } from '@clew/spans';
import { createTraceparent, formatTraceparent, parseTraceparent } from '@clew/trace-context';

import { CALL_ROUNDS, CALL_TABLE_HEAD, compareCalls, type CallCase } from './compare-calls.ts';
import { machine } from './machine.ts';
import { add, byHand, type CALLS } from './span-works.ts';
import { inNanos, startSpanProcesses, takeTurns, TURNS } from './turn-process.ts';

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

const WITHOUT_SDK: readonly CallCase[] = [
  {
    title: 'function, no SDK',
    candidates: {
      'the function itself': add,
      'startActiveSpan by hand': byHand(add),
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
  for (const each of WITHOUT_SDK) rows.push(...(await compareCalls(each)));
  for (const [kind, title] of [['async', 'async function, sampled'] as const, ['sync', 'function, sampled'] as const]) {
    await using processes = await startSpanProcesses(Object.keys(IN_SPANS).map((name) => `${kind}:${name}`));
    const costs = await takeTurns(processes.groups, CALLS_IN_SPANS);
    const [first = []] = costs;
    const cells = Object.values(IN_SPANS).map((how, index) => `${how} | ${inNanos(costs[index] ?? [], first)}`);
    rows.push(...cells.map((each) => `| ${title} | ${each} |`));
  }
  return [
    `${machine()}; medians of ${CALL_ROUNDS} interleaved rounds; sampled: of CPU time, ${TURNS.measured} in each of three processes`,
    '',
    ...CALL_TABLE_HEAD,
    ...rows,
  ].join('\n');
}

function parsing(): (n: number) => unknown {
  const headers = Array.from({ length: 100 }, () => formatTraceparent(createTraceparent()));
  return (n) => parseTraceparent(headers[n % headers.length] ?? '');
}
