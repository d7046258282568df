// Cost of a decision about one span, with samplers of OpenTelemetry's SDK and with ours, as ratios of neighbours in time.

import { createTraceState, ROOT_CONTEXT, SpanKind, trace, type Context } from '@opentelemetry/api';
import { alwaysOff, alwaysOn, linksAware, parentThreshold, probability, ruleBased } from '@clew/sampling';
import {
  AlwaysOnSampler,
  ParentBasedSampler,
  RandomIdGenerator,
  TraceIdRatioBasedSampler,
  type Sampler,
} from '@opentelemetry/sdk-trace';

import { median } from './median.ts';

interface Case {
  readonly title: string;
  readonly parentOf: (traceId: string) => Context;
  /** The first is what the others are compared with. */
  readonly candidates: Readonly<Record<string, Sampler>>;
}

const ROUNDS = 201;
const WARM_UP_ROUNDS = 40;
const CALLS_PER_ROUND = 5000;

const { generateTraceId } = new RandomIdGenerator();
const TRACE_IDS = Array.from({ length: 512 }, () => generateTraceId());
const ATTRIBUTES = { 'http.request.method': 'GET', 'url.path': '/orders/7' };

const upstream = new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.1) });
const ours = parentThreshold({ root: probability(0.1) });
const ruled = parentThreshold({
  root: linksAware({
    next: ruleBased({
      rules: [
        { name: 'probes', matches: ({ attributes }) => attributes['url.path'] === '/healthz', sampler: alwaysOff() },
        { name: 'checkout', matches: ({ name }) => name === 'POST /checkout', sampler: alwaysOn() },
      ],
      otherwise: probability(0.1),
    }),
  }),
});
const everything = parentThreshold({ root: alwaysOn({ writesThreshold: false }) });

const childOf = (tracestate: string | undefined, isRemote: boolean) => {
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  const rest = { spanId: 'b7ad6b7169203331', traceFlags: 1, isRemote, ...(traceState && { traceState }) };
  return (traceId: string) => trace.setSpanContext(ROOT_CONTEXT, { traceId, ...rest });
};

const CASES: readonly Case[] = [
  {
    title: 'root, everything kept',
    parentOf: () => ROOT_CONTEXT,
    candidates: { OpenTelemetry: new ParentBasedSampler({ root: new AlwaysOnSampler() }), 'the default': everything },
  },
  {
    title: 'root, 10 %',
    parentOf: () => ROOT_CONTEXT,
    candidates: { OpenTelemetry: upstream, 'probability()': ours, 'two rules and links before it': ruled },
  },
  {
    title: 'child of a kept span',
    parentOf: childOf(undefined, false),
    candidates: { OpenTelemetry: upstream, 'parentThreshold()': ours },
  },
  {
    title: 'child of a kept span, with a threshold',
    parentOf: childOf('ot=th:0001', false),
    candidates: { OpenTelemetry: upstream, 'parentThreshold()': ours },
  },
  {
    title: 'first span for a caller, whose threshold is taken out',
    parentOf: childOf('rojo=00f067aa0ba902b7,ot=th:ffffffffffffff', true),
    candidates: { 'OpenTelemetry, which leaves it': upstream, 'parentThreshold()': ours },
  },
];

/** Measures the decisions and returns their table in Markdown. */
export function decisionsTable(): string {
  return [
    `medians of ${ROUNDS} interleaved rounds of ${CALLS_PER_ROUND} decisions`,
    '',
    '| span | sampler | ns a decision | × the first |',
    '| --- | --- | --: | --: |',
    ...CASES.flatMap(measure),
  ].join('\n');
}

function measure({ title, parentOf, candidates }: Case): string[] {
  const contexts = TRACE_IDS.map(parentOf);
  const rounds: number[][] = [];
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    const times = Object.values(candidates).map((sampler) => time(sampler, contexts) / CALLS_PER_ROUND);
    if (round >= 0) rounds.push(times);
  }
  return Object.keys(candidates).map((name, index) => {
    const nanos = median(rounds.map((times) => times[index] ?? Number.NaN));
    const ratio = median(rounds.map((times) => (times[index] ?? Number.NaN) / (times[0] ?? Number.NaN)));
    return `| ${title} | ${name} | ${nanos.toFixed(0)} | ${index === 0 ? '' : ratio.toFixed(2)} |`;
  });
}

function time(sampler: Sampler, contexts: readonly Context[]): number {
  const start = process.hrtime.bigint();
  for (let n = 0; n < CALLS_PER_ROUND; n++) {
    const index = n % contexts.length;
    const context = contexts[index] ?? ROOT_CONTEXT;
    sampler.shouldSample(context, TRACE_IDS[index] ?? '', 'GET', SpanKind.SERVER, ATTRIBUTES, []);
  }
  return Number(process.hrtime.bigint() - start);
}
