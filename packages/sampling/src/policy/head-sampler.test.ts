import { diag, ROOT_CONTEXT, SpanKind, trace, type Attributes, type DiagLogger, type Link } from '@opentelemetry/api';
import { InMemorySpanExporter, SamplingDecision, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';

import { almostPolicies, WHOLE } from '../../test/policies.ts';
import { contextOf, otOf, sample, SPAN_ID, TRACE_ID, type StartOf } from '../../test/start-of.ts';
import { SamplingOptionError } from '../sampling-option-error.ts';
import { headSampler, type HeadSamplerOptions } from './head-sampler.ts';
import type { HeadMatchInput, PolicyInput } from './policy-input.ts';
import { readPolicy } from './read-policy.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;
const HALF = '8';
/** Randomness of the trace id as in `th`. */
const LOW = `${'0'.repeat(17)}1${'0'.repeat(14)}`;
const HIGH = `${'0'.repeat(17)}1f${'0'.repeat(13)}`;
const SAMPLED = 1;

function samplerOf(input: Omit<PolicyInput, 'version'>, options?: HeadSamplerOptions) {
  const { policy, problems } = readPolicy({ version: 1, ...input });
  expect(problems).toEqual([]);
  return headSampler(policy!, options);
}

/** `undefined` for what is not kept, and else its threshold, or `none`. */
function verdictOn(input: Omit<PolicyInput, 'version'>, start: StartOf): string | undefined {
  const sampler = samplerOf(input);
  if (sample(sampler, start).decision === NOT_RECORD) {
    expect(otOf(sampler, start)?.threshold).toBeUndefined();
    return undefined;
  }
  return otOf(sampler, start)?.threshold ?? 'none';
}

afterEach(() => diag.disable());

test('the first head rule that matches decides, and else base', () => {
  const head = [
    { name: 'probes', match: { name: '/healthz' }, ratio: 0 },
    { name: 'all', match: { name: ['/healthz', '/pay'] }, ratio: 1 },
  ];
  const verdict = (name: string, traceId: string) => verdictOn({ head, base: { ratio: 0.5 } }, { name, traceId });

  expect(verdict('/healthz', HIGH)).toBeUndefined();
  expect(verdict('/pay', LOW)).toBe('0');
  expect(verdict('/other', HIGH)).toBe(HALF);
  expect(verdict('/other', LOW)).toBeUndefined();
});

const links: Link[] = [{ context: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 } }];

test.each<[HeadMatchInput, { attributes?: Attributes; links?: Link[]; kind?: SpanKind }, boolean]>([
  [{ kind: 'consumer' }, { kind: SpanKind.CONSUMER }, true],
  [{ kind: 'consumer' }, {}, false],
  [{ path: ['/a', '/b/**'] }, { attributes: { 'url.path': '/b/c' } }, true],
  [{ 'url.path': '/a' }, { attributes: { 'url.path': '/b' } }, false],
  [{ method: 'GET', host: '*.example' }, { attributes: { 'http.request.method': 'GET' } }, false],
  [{ host: '*.example' }, { attributes: { 'server.address': 'a.example' } }, true],
  [{ links: true }, { links }, true],
  [{ links: true }, {}, false],
  [{ links: false }, {}, true],
  [{ parent: 'none' }, {}, true],
  [{ 'resource.service.name': 'shop' }, {}, true],
  [{ resource: { 'service.name': ['a', 'b'] } }, {}, false],
])('the conditions %j of a start %j', (match, { attributes = {}, links = [], kind = SpanKind.SERVER }, isMatching) => {
  const head = [{ name: 'only', match, ratio: 1 }];
  const sampler = samplerOf({ head, base: { ratio: 0 } }, { resource: { 'service.name': 'shop' } });

  const { decision } = sampler.shouldSample(ROOT_CONTEXT, TRACE_ID, 'GET', kind, attributes, links);
  expect(decision).toBe(isMatching ? RECORD_AND_SAMPLED : NOT_RECORD);
});

test('unless exempts from a head rule', () => {
  const head = [{ name: 'a', match: { name: '/a/**' }, unless: { name: '/a/b' }, ratio: 0 }];

  expect(verdictOn({ head }, { name: '/a/c' })).toBeUndefined();
  expect(verdictOn({ head }, { name: '/a/b' })).toBe('0');
});

const unsampled = { traceFlags: 0 };
const sampled = { traceFlags: SAMPLED };
const byHalf = { traceFlags: SAMPLED, tracestate: 'ot=th:8' };
const byQuarter = { traceFlags: SAMPLED, tracestate: 'ot=th:c' };
const base = { ratio: 0.5 };

test.each<[PolicyInput['upstream'], StartOf['parent'], string, string | undefined]>([
  ['respect', unsampled, HIGH, undefined],
  ['respect', sampled, LOW, 'none'],
  ['respect', byQuarter, HIGH, 'c'],
  ['respect', byQuarter, LOW, 'none'],
  ['respect-sampled', unsampled, HIGH, HALF],
  ['respect-sampled', unsampled, LOW, undefined],
  ['respect-sampled', sampled, LOW, 'none'],
  ['respect-sampled', byQuarter, HIGH, 'c'],
  ['cap', unsampled, HIGH, undefined],
  ['cap', sampled, HIGH, 'none'],
  ['cap', sampled, LOW, undefined],
  ['cap', byHalf, HIGH, HALF],
  ['cap', byQuarter, HIGH, 'c'],
  ['cap', byQuarter, LOW, undefined],
  ['cap', { traceFlags: SAMPLED, tracestate: 'ot=th:0' }, HIGH, HALF],
  ['cap', { traceFlags: SAMPLED, tracestate: 'ot=th:0' }, LOW, undefined],
  ['ignore', unsampled, HIGH, HALF],
  ['ignore', sampled, LOW, undefined],
  ['ignore', byQuarter, HIGH, HALF],
])('upstream %s: of a remote parent %j with randomness …%s', (upstream, parent, traceId, verdict) => {
  expect(verdictOn({ ...(upstream && { upstream }), base }, { traceId, ...(parent && { parent }) })).toBe(verdict);
});

test.each(['respect', 'respect-sampled', 'cap', 'ignore'] as const)(
  'upstream %s: a local parent is followed',
  (upstream) => {
    expect(verdictOn({ upstream, base }, { traceId: HIGH, parent: { ...unsampled, isRemote: false } })).toBeUndefined();
    expect(verdictOn({ upstream, base }, { traceId: LOW, parent: { ...sampled, isRemote: false } })).toBe('none');
    expect(verdictOn({ upstream, base }, { traceId: HIGH, parent: { ...byQuarter, isRemote: false } })).toBe('c');
  },
);

test('head rules see remote parents where these do not decide', () => {
  const head = [{ name: 'callers', match: { parent: 'remote' } as const, ratio: 1 }];

  expect(verdictOn({ upstream: 'ignore', head, base: { ratio: 0 } }, { traceId: LOW, parent: unsampled })).toBe('0');
  expect(verdictOn({ upstream: 'ignore', head, base: { ratio: 0 } }, { traceId: LOW })).toBeUndefined();
});

test('a function that throws matches nothing, is counted, and is told once', () => {
  const error = vi.fn<(message: string, ...args: unknown[]) => void>();
  const silent = () => {};
  diag.setLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent } satisfies DiagLogger);
  const broken = new TypeError('no path');
  const fail = () => {
    throw broken;
  };
  const sampler = samplerOf({ head: [{ name: 'mine', match: fail, ratio: 0 }] });

  for (let i = 0; i < 3; i++) expect(sample(sampler, {}).decision).toBe(RECORD_AND_SAMPLED);

  expect([...sampler.failures]).toEqual([['mine', 3]]);
  expect(error.mock.calls).toEqual([['sampling rule mine failed; taking it as not matching', broken]]);
});

test('the sampler prints what it does', () => {
  const head = [{ name: 'probes', match: { path: '/healthz' }, ratio: 0 }];

  expect(samplerOf({ upstream: 'cap', head, base }).toString()).toBe(
    'PolicySampler{upstream=cap, root=RuleBased{probes: ProbabilitySampler{0}, otherwise: ProbabilitySampler{0.5}}}',
  );
});

test.each([undefined, null, {}, WHOLE])(
  'what is no policy of readPolicy fails where the sampler is made: %#',
  (policy) => {
    expect(() => headSampler(policy as never)).toThrow(SamplingOptionError);
  },
);

test('in an SDK, children follow their root', () => {
  const exporter = new InMemorySpanExporter();
  const head = [
    { name: 'probes', match: { path: '/healthz' }, ratio: 0 },
    { name: 'query', match: { name: 'SELECT' }, ratio: 0 },
  ];
  const provider = new TracerProvider({
    sampler: samplerOf({ head }),
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('shop');
  const serve = (path: string) => {
    const root = tracer.startSpan(path, { attributes: { 'url.path': path } }, ROOT_CONTEXT);
    tracer.startSpan('SELECT', {}, trace.setSpan(ROOT_CONTEXT, root)).end();
    root.end();
  };

  serve('/healthz');
  serve('/orders');

  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['SELECT', '/orders']);
});

test('every policy that can be read is a sampler that never throws', () => {
  let made = 0;
  const starts = fc.record({ name: fc.string(), attributes: fc.dictionary(fc.string(), fc.anything()) });
  const property = fc.property(almostPolicies, starts, fc.nat(1), (given, { name, attributes }, traceFlags) => {
    const { policy } = readPolicy(given as never);
    if (policy === undefined) return;
    made += 1;
    const sampler = headSampler(policy);
    const context = contextOf({ parent: { traceFlags } });
    const { decision } = sampler.shouldSample(context, TRACE_ID, name, SpanKind.SERVER, attributes, []);
    expect([NOT_RECORD, RECORD_AND_SAMPLED]).toContain(decision);
    expect(sampler.failures.size).toBe(0);
  });
  fc.assert(property, { numRuns: 1000 });

  expect(made).toBeGreaterThan(100);
});
