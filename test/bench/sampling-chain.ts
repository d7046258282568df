// Four services, each with a sampler of its own and no other way to agree than what travels with a call:
//
//   gateway ──► accounts (60 % of the traces)
//           └─► orders (70 %) ──► payments (half of those)
//
// A flag that a service told is a promise: those that it called keep their part, so it has to keep its own.

import { groupBy } from './group-by.ts';
import {
  addToSlot,
  drain,
  NOTHING_TOLD,
  openLedger,
  tickingClock,
  type Contender,
  type Ledger,
  type MakeContender,
  type Told,
} from './sampling-contender.ts';
import { worst } from './sampling-gates.ts';
import { makeWorkload, seededRandom, shortRun, type TraceSummary } from './sampling-workload.ts';

/** Figures of a run of the chain. Shares are in percent, `undefined` where there is nothing to take them of. */
export interface ChainFigures {
  /** Traces that the gateway told as sampled, of all. */
  readonly told: number | undefined;
  /** Told traces whose parts all services exported, of those whose part any service exported. */
  readonly toldWhole: number | undefined;
  /** The same for the traces that were not told and that some service kept by itself. */
  readonly othersWhole: number | undefined;
  /** Told traces of which services exported parts, but the gateway did not. */
  readonly rootless: number;
  /** The worst second of the worst service, divided by its budget. */
  readonly worstSecond: number;
  readonly worstTenSeconds: number;
  /** The worst second of the worst service, with the spans of told traces alone. */
  readonly worstToldSecond: number;
  /** Spans of told traces, of all that were exported. */
  readonly toldSpans: number | undefined;
  /** Error of the estimated number of traces, of the service where it is greatest; NaN where a trace has no count. */
  readonly countError: number;
}

/** A service's place in the chain, and when its part begins and ends: as shares of the duration of the trace. */
interface Service {
  readonly name: string;
  readonly caller: number | undefined;
  /** Share of its caller's traces in which it takes part. */
  readonly share: number;
  readonly begin: number;
  readonly end: number;
}

const SERVICES: readonly Service[] = [
  { name: 'gateway', caller: undefined, share: 1, begin: 0, end: 1 },
  { name: 'accounts', caller: 0, share: 0.6, begin: 0.1, end: 0.5 },
  { name: 'orders', caller: 0, share: 0.7, begin: 0.5, end: 0.95 },
  { name: 'payments', caller: 2, share: 0.5, begin: 0.6, end: 0.9 },
];

export interface ChainOptions {
  readonly make: MakeContender;
  /** Budget of each service, in spans per second. */
  readonly budget: number;
  readonly seed: number;
  readonly seconds: number;
}

interface Part {
  readonly service: number;
  readonly trace: TraceSummary;
  readonly callerPart: Part | undefined;
  told: Told;
}

interface Happening {
  readonly at: number;
  readonly part: Part;
  readonly isEnd: boolean;
}

interface Node {
  readonly contender: Contender;
  readonly ledger: Ledger;
  readonly toldSlots: number[];
}

/** Plays three minutes or so of traffic, ten times as much for one of them, to a contender in each of the services. */
export function playChain({ make, budget, seed, seconds }: ChainOptions): ChainFigures {
  const { traces } = makeWorkload(seed, shortRun(seconds, true));
  const parts = partsOf(traces, seededRandom(seed + 1_000_000));
  const isTold = new Uint8Array(traces.length);
  const clock = tickingClock((nowMillis) => {
    for (const { contender } of nodes) contender.tick(nowMillis);
  });
  const nodes = SERVICES.map((): Node => {
    const ledger = openLedger(traces.length);
    const toldSlots: number[] = [];
    const count = ({ id }: TraceSummary, spans: number, at: number): void => {
      if (isTold[id] === 1) addToSlot(toldSlots, spans, at);
    };
    const contender = make({
      budget,
      now: clock.now,
      output: {
        exported(trace, adjustedCount, at, spans = trace.spans) {
          ledger.exported(trace, adjustedCount, at, spans);
          count(trace, spans, at);
        },
        exportedSpans(trace, spans, at) {
          ledger.exportedSpans(trace, spans, at);
          count(trace, spans, at);
        },
      },
    });
    return { contender, ledger, toldSlots };
  });

  for (const { at, part, isEnd } of happeningsOf(parts)) {
    clock.moveTo(at);
    const node = nodes[part.service];
    if (isEnd) node?.contender.ended(part.trace, part.told);
    else part.told = node?.contender.begins?.(part.trace, part.callerPart?.told) ?? NOTHING_TOLD;
    if (!isEnd && part.service === 0 && part.told.isSampled) isTold[part.trace.id] = 1;
  }
  drain(clock, () => nodes.reduce((held, { contender }) => held + contender.held(), 0));
  for (const [service, { ledger }] of nodes.entries()) {
    ledger.close(parts.filter((part) => part.service === service).map(({ trace }) => trace));
  }
  return figuresOf(parts, nodes, isTold, budget);
}

/** Splits traces into the parts of the services. The parts of one trace stand together, callers first. */
function partsOf(traces: readonly TraceSummary[], random: () => number): Part[] {
  return traces.flatMap((trace) => {
    const { endedAt, durationMillis } = trace;
    const parts: (Part | undefined)[] = [];
    for (const [service, { name, caller, share, begin, end }] of SERVICES.entries()) {
      const callerPart = caller === undefined ? undefined : parts[caller];
      const isThere = caller === undefined || (callerPart !== undefined && !trace.isProbe && random() < share);
      parts.push(
        isThere
          ? {
              service,
              callerPart,
              told: NOTHING_TOLD,
              trace: {
                ...trace,
                route: `${name} ${trace.route}`,
                endedAt: endedAt - (1 - end) * durationMillis,
                durationMillis: (end - begin) * durationMillis,
                spans: Math.ceil(trace.spans / 3),
              },
            }
          : undefined,
      );
    }
    return parts.filter((part) => part !== undefined);
  });
}

function happeningsOf(parts: readonly Part[]): Happening[] {
  const happenings = parts.flatMap((part): Happening[] => {
    const { endedAt, durationMillis } = part.trace;
    return [
      { at: endedAt - durationMillis, part, isEnd: false },
      { at: endedAt, part, isEnd: true },
    ];
  });
  return happenings.sort((one, other) => one.at - other.at);
}

function figuresOf(parts: readonly Part[], nodes: readonly Node[], isTold: Uint8Array, budget: number): ChainFigures {
  const isExported = ({ service, trace }: Part): boolean => nodes[service]?.ledger.counts[trace.id] !== 0;
  let told = 0;
  let rootless = 0;
  const kept = { told: 0, others: 0 };
  const whole = { told: 0, others: 0 };
  let traces = 0;
  for (const ofTrace of groupBy(parts, ({ trace }) => trace.id).values()) {
    const [root] = ofTrace;
    if (root === undefined || root.trace.isProbe) continue;
    traces += 1;
    const kind = isTold[root.trace.id] === 1 ? 'told' : 'others';
    if (kind === 'told') told += 1;
    const exported = ofTrace.filter(isExported);
    if (exported.length === 0) continue;
    kept[kind] += 1;
    if (exported.length === ofTrace.length) whole[kind] += 1;
    if (kind === 'told' && !exported.includes(root)) rootless += 1;
  }
  const sum = (slots: readonly number[]): number => slots.reduce((total, spans) => total + spans, 0);
  const worstOf = (slotsOf: (node: Node) => readonly number[], seconds: number): number =>
    Math.max(...nodes.map((node) => worst(slotsOf(node), seconds) / (seconds * budget)));
  return {
    told: percent(told, traces),
    toldWhole: percent(whole.told, kept.told),
    othersWhole: percent(whole.others, kept.others),
    rootless,
    worstSecond: worstOf(({ ledger }) => ledger.slots, 1),
    worstTenSeconds: worstOf(({ ledger }) => ledger.slots, 10),
    worstToldSecond: worstOf(({ toldSlots }) => toldSlots, 1),
    toldSpans: percent(
      nodes.reduce((total, { toldSlots }) => total + sum(toldSlots), 0),
      nodes.reduce((total, { ledger }) => total + sum(ledger.slots), 0),
    ),
    countError: Math.max(
      ...nodes.map(({ ledger, contender }, service) => {
        const truth = parts.filter((part) => part.service === service && !part.trace.isProbe);
        const carried = contender.carried?.() ?? 0;
        const estimate = truth.reduce((total, { trace }) => total + (ledger.counts[trace.id] ?? 0), carried);
        return 100 * Math.abs(estimate / truth.length - 1);
      }),
    ),
  };
}

const percent = (part: number, all: number): number | undefined => (all === 0 ? undefined : (100 * part) / all);

/** Rows in Markdown, a column for each contender; what misses its gate is bold. */
export function chainTable(columns: Readonly<Record<string, ChainFigures>>): string {
  const rows: {
    title: string;
    limit: string;
    figure: (figures: ChainFigures) => number | undefined;
    passes?: (figure: number) => boolean;
    digits: number;
  }[] = [
    { title: 'traces told as sampled %', limit: '', figure: ({ told }) => told, digits: 1 },
    {
      title: 'kept ones of these that are whole %',
      limit: '>= 99',
      figure: ({ toldWhole }) => toldWhole,
      passes: (figure) => figure >= 99,
      digits: 1,
    },
    {
      title: 'of these without their root',
      limit: '0',
      figure: ({ rootless }) => rootless,
      passes: (n) => n === 0,
      digits: 0,
    },
    {
      title: 'kept ones of the others that are whole %',
      limit: '',
      figure: ({ othersWhole }) => othersWhole,
      digits: 1,
    },
    { title: 'worst 1 s / budget', limit: '', figure: ({ worstSecond }) => worstSecond, digits: 2 },
    { title: 'worst 10 s / budget', limit: '', figure: ({ worstTenSeconds }) => worstTenSeconds, digits: 2 },
    {
      title: 'worst 1 s of told traces / budget',
      limit: '',
      figure: ({ worstToldSecond }) => worstToldSecond,
      digits: 2,
    },
    { title: 'spans of told traces %', limit: '', figure: ({ toldSpans }) => toldSpans, digits: 1 },
    { title: 'error of the count, worst service %', limit: '', figure: ({ countError }) => countError, digits: 1 },
  ];
  const entries = Object.entries(columns);
  return [
    `| four services | limit | ${entries.map(([name]) => name).join(' | ')} |`,
    `| --- | --- | ${entries.map(() => '--:').join(' | ')} |`,
    ...rows.map(({ title, limit, figure, passes, digits }) => {
      const cells = entries.map(([, figures]) => {
        const value = figure(figures);
        if (value === undefined) return '–';
        return passes?.(value) === false ? `**${value.toFixed(digits)}**` : value.toFixed(digits);
      });
      return `| ${title} | ${limit} | ${cells.join(' | ')} |`;
    }),
  ].join('\n');
}
