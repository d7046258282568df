// What clew sampling says about recorded traces is what the sampler in the process does with them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { ROOT_CONTEXT, trace, TraceFlags, type Context, type Span } from '@opentelemetry/api';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { createTailSampler } from '@clew/sampling/tail';
import { readPolicy } from '@clew/sampling/policy';
import { decodeTracesJson, serviceName, type SpanRecord } from '@clew/viewer';
import { expect, test } from 'vitest';

import { shopMinute } from '../../packages/cli/test/record-traces.ts';

const CLEW = join(dirname(createRequire(import.meta.url).resolve('@clew/cli/package.json')), 'bin', 'clew.js');
const RECORDED = shopMinute(20);
const SPANS = RECORDED.split('\n').flatMap((line) => (line === '' ? [] : (decodeTracesJson(line) ?? [])));

const POLICIES = {
  'rules of all kinds': `version: 1
head:
  - { name: probes, match: { path: /healthz }, ratio: 0 }
rules:
  - { name: errors, match: { error: true }, ratio: 1 }
  - { name: usual, match: { slower_than: { quantile: 0.9 } }, ratio: 0.7 }
  - { name: checkout, match: { route: "/checkout/**" }, ratio: 0.5 }
  - { name: queries, match: { any_span: { name: query, duration: "<2ms" } }, drop: true }
base: { ratio: 0.05 }
`,
  'a caller that is not respected': `version: 1
upstream: respect-sampled
rules:
  - { name: quick, match: { duration: "<30ms" }, drop: true }
base: { ratio: 0.3 }
`,
  'little room': `version: 1
limits: { buffered_spans: 2, spans_per_trace: 1 }
rules:
  - { name: slow, match: { duration: ">60ms" }, ratio: 1 }
base: { ratio: 0.2 }
`,
};

test.each(Object.entries(POLICIES))('simulate keeps what the tail sampler keeps: %s', (_, policy) => {
  const folder = mkdtempSync(join(tmpdir(), 'clew-sampling-'));
  writeFileSync(join(folder, 'policy.yaml'), policy);
  const args = [CLEW, 'sampling', 'simulate', join(folder, 'policy.yaml'), '-', '--json'];
  const { stdout, stderr } = spawnSync(process.execPath, args, { input: RECORDED, encoding: 'utf8' });
  rmSync(folder, { recursive: true });

  const kept = keptByTheProduct(policy);

  expect(stderr).toBe('');
  expect(kept.length).toBeGreaterThan(100);
  const simulated = JSON.parse(stdout) as Simulated;
  expect(simulated.spans).toEqual({ total: SPANS.length, kept: kept.length });
  expect(simulated.traces.kept).toBe(new Set(kept.map((span) => span.spanContext().traceId)).size);
  if (policy.includes('limits')) return; // a root that comes late does not say its rule
  const byRule: Record<string, number> = {};
  for (const { attributes } of kept) {
    const rule = attributes['sampling.rule'];
    if (typeof rule === 'string') byRule[rule] = (byRule[rule] ?? 0) + 1;
  }
  const rules = simulated.rules.filter(({ traces }) => traces.kept > 0);
  expect(Object.fromEntries(rules.map(({ rule, traces }) => [rule, traces.kept]))).toEqual(byRule);
});

interface Simulated {
  readonly spans: { readonly total: number; readonly kept: number };
  readonly traces: { readonly kept: number };
  readonly rules: readonly { readonly rule: string; readonly traces: { readonly kept: number } }[];
}

/** Starts and ends the recorded spans again, in two providers with OpenTelemetry's SDK and the tail sampler. */
function keptByTheProduct(text: string) {
  const { policy } = readPolicy(text);
  if (policy === undefined) throw new Error('the policy has problems');
  const clock = { at: 0, now: () => clock.at };
  const exporter = new InMemorySpanExporter();
  let next: SpanRecord | undefined;
  const idGenerator = { generateTraceId: () => next?.traceId ?? '', generateSpanId: () => next?.spanId ?? '' };
  const services = new Map(
    ['gateway', 'orders'].map((service) => {
      const tail = createTailSampler(policy, { clock, next: new SimpleSpanProcessor({ exporter }) });
      const provider = new TracerProvider({ idGenerator, sampler: tail.sampler, spanProcessors: [tail] });
      return [service, { tail, tracer: provider.getTracer(service) }];
    }),
  );
  const of = (span: SpanRecord) => services.get(serviceName(span.resource))!;
  const recordById = new Map(SPANS.map((span) => [span.spanId, span]));
  const started = new Map<string, Span>();

  function contextOf(span: SpanRecord): Context {
    const parent = span.parentSpanId === undefined ? undefined : started.get(span.parentSpanId);
    if (parent === undefined) return ROOT_CONTEXT;
    const caller = of(recordById.get(span.parentSpanId!)!);
    if (caller === of(span)) return trace.setSpan(ROOT_CONTEXT, parent);
    const { traceId, spanId, traceFlags, traceState } = parent.spanContext();
    const isPromoted = (traceFlags & TraceFlags.SAMPLED) === 0 && caller.tail.isPromoted(traceId);
    caller.tail.contextInjected(traceId);
    return trace.setSpanContext(ROOT_CONTEXT, {
      traceId,
      spanId,
      traceFlags: isPromoted ? TraceFlags.SAMPLED : traceFlags,
      isRemote: true,
      ...(traceState !== undefined && !isPromoted && { traceState }),
    });
  }

  const events = SPANS.flatMap((span) => [
    { at: Number(span.startTimeUnixNano) / 1e6, isStart: true, span },
    { at: Number(span.endTimeUnixNano) / 1e6, isStart: false, span },
  ]).toSorted((a, b) => a.at - b.at);
  for (const { at, isStart, span } of events) {
    const isTick = Math.floor(at / 25) > Math.floor(clock.at / 25);
    clock.at = at;
    if (isTick) for (const { tail } of services.values()) tail.tick();
    if (isStart) {
      next = span;
      const { name, kind, attributes } = span;
      const options = { kind: kind - 1, attributes: { ...attributes } as Record<string, string>, startTime: at };
      started.set(span.spanId, of(span).tracer.startSpan(name, options, contextOf(span)));
    } else started.get(span.spanId)!.setStatus({ code: span.status.code }).end(at);
  }
  clock.at += policy.limits.linger;
  for (const { tail } of services.values()) tail.tick();
  return exporter.getFinishedSpans();
}
