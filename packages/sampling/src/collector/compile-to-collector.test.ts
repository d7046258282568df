import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse } from 'yaml';

import { COLLECTOR_SCHEMAS } from '../../test/collector-schema.ts';
import { keepsInProcess, mappedPolicies, randomness, traces } from '../../test/collector-cases.ts';
import { readOttlString } from '../../test/ottl-condition-reader.ts';
import { almostPolicies, WHOLE } from '../../test/policies.ts';
import { keepsTrace } from '../../test/tail-sampling-model.ts';
import type { PolicyInput, TailMatchInput } from '../policy/policy-input.ts';
import type { Policy } from '../policy/policy.ts';
import { readPolicy } from '../policy/read-policy.ts';
import type { TailPolicy, TailSamplingConfig } from './collector-config.ts';
import { wellFormed } from './ottl-literal.ts';
import { compileToCollector, type CollectorOptions } from './compile-to-collector.ts';

function policyOf(input: Omit<PolicyInput, 'version'>): Policy {
  const { policy, problems } = readPolicy({ version: 1, ...input });
  expect(problems).toEqual([]);
  return policy!;
}

function policiesOf(policy: Policy, options?: CollectorOptions): readonly TailPolicy[] {
  const { processors } = compileToCollector(policy, options).config.tier2;
  return (processors['tail_sampling'] as TailSamplingConfig).policies;
}

/** Notes in one line each. */
function notesOf(policy: Policy, options?: CollectorOptions): string[] {
  return compileToCollector(policy, options).notes.map(
    ({ path, rule, loss, becomes }) => `${path}${rule === undefined ? '' : ` (${rule})`} ${loss}; ${becomes}`,
  );
}

/** All conditions in OTTL, in their order. */
function conditionsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) => (key === 'span' ? (each as string[]) : conditionsIn(each)));
}

const DURATION = 'span.end_time_unix_nano - span.start_time_unix_nano';
const condition = (text: string) => ({ error_mode: 'silent', span: [text] });
const ROOT = '(IsRootSpan() or span.flags >= 768)';

test('a rule that keeps all is its condition alone, and base a share of everything', () => {
  const policy = policyOf({ rules: [{ name: 'errors', match: { error: true }, ratio: 1 }], base: { ratio: 0.07 } });

  expect(policiesOf(policy)).toEqual([
    {
      name: 'errors',
      type: 'ottl_condition',
      ottl_condition: condition(`${ROOT} and span.status.code == STATUS_CODE_ERROR`),
    },
    { name: 'base', type: 'probabilistic', probabilistic: { hash_salt: 'clew', sampling_percentage: 7 } },
  ]);
});

test('a rule with a share is its tests and the share, and each any_span a test of its own', () => {
  const match = { route: '/pay/*', any_span: { error: true } };
  const policy = policyOf({ rules: [{ name: 'pay', match, ratio: 0.5 }], base: { ratio: 0 } });

  expect(policiesOf(policy)).toEqual([
    {
      name: 'pay',
      type: 'and',
      and: {
        and_sub_policy: [
          {
            name: 'root',
            type: 'ottl_condition',
            ottl_condition: condition(`${ROOT} and IsMatch(span.attributes["http.route"], "^/pay/[^/]*$")`),
          },
          { name: 'any_span', type: 'status_code', status_code: { status_codes: ['ERROR'] } },
          { name: 'ratio', type: 'probabilistic', probabilistic: { hash_salt: 'clew', sampling_percentage: 50 } },
        ],
      },
    },
  ]);
});

test('a head rule says that none before it decides, where that makes a difference', () => {
  const policy = policyOf({
    head: [
      { name: 'probes', match: { path: '/healthz' }, ratio: 0 },
      { name: 'reads', match: { method: 'GET' }, ratio: 0.1 },
      { name: 'internal', match: { kind: 'internal' }, ratio: 0 },
      { name: 'shop', match: { host: 'shop.example' }, ratio: 1 },
    ],
    base: { ratio: 0.5 },
  });
  const get = 'span.attributes["http.request.method"] == "GET"';

  expect(policiesOf(policy).map((each) => [each.name, each.type, ...conditionsIn(each)])).toEqual([
    ['probes', 'drop', 'IsRootSpan() and span.attributes["url.path"] == "/healthz"'],
    ['internal', 'drop', `IsRootSpan() and span.kind == SPAN_KIND_INTERNAL and not (${get})`],
    ['reads', 'and', `IsRootSpan() and ${get}`],
    ['shop', 'ottl_condition', `IsRootSpan() and span.attributes["server.address"] == "shop.example" and not (${get})`],
    ['base', 'and', `IsRootSpan() and ${get}`],
  ]);
});

test('unless is about the same root, and where it names other spans too, each way to escape it is a policy', () => {
  const unless = { route: '/export', any_span: { kind: 'producer' as const } };
  const policy = policyOf({
    rules: [{ name: 'slow', match: { duration: '>2s' }, unless, ratio: 1 }],
    base: { ratio: 0 },
  });
  const slow = `${ROOT} and span.end_time_unix_nano - span.start_time_unix_nano > 2000000000`;

  expect(policiesOf(policy).map((each) => [each.name, each.type, ...conditionsIn(each)])).toEqual([
    ['slow', 'ottl_condition', `${slow} and not (span.attributes["http.route"] == "/export")`],
    ['slow (2)', 'and', slow, 'span.kind == SPAN_KIND_PRODUCER'],
  ]);
});

test.each<[TailMatchInput, string]>([
  [{ name: ['GET /a', 'GET /b/*'] }, '(span.name == "GET /a" or IsMatch(span.name, "^GET /b/[^/]*$"))'],
  [{ 'a.b': 5 }, '(span.attributes["a.b"] == 5 or span.attributes["a.b"] == "5")'],
  [{ 'a.b': '5' }, '(span.attributes["a.b"] == "5" or span.attributes["a.b"] == 5)'],
  [{ 'a.b': -0.5 }, '(span.attributes["a.b"] == -0.5 or span.attributes["a.b"] == "-0.5")'],
  [{ 'a.b': 1e21 }, '(span.attributes["a.b"] == 1.0e+21 or span.attributes["a.b"] == "1e+21")'],
  [{ 'a.b': true }, '(span.attributes["a.b"] == true or span.attributes["a.b"] == "true")'],
  [{ 'a.b': '>=-1 <2.5' }, 'span.attributes["a.b"] >= -1 and span.attributes["a.b"] < 2.5'],
  [{ resource: { zone: 'eu' } }, 'resource.attributes["zone"] == "eu"'],
  [{ status: ['unset', 'ok'] }, '(span.status.code == STATUS_CODE_UNSET or span.status.code == STATUS_CODE_OK)'],
  [{ duration: '>=0.0001us <999999999h' }, `${DURATION} >= 1 and ${DURATION} < 9223372036854775807`],
  [{ slower_than: { quantile: 0.9, floor: '3s' } }, `${DURATION} > 3000000000`],
  [{ slower_than: { quantile: 0.9, floor: '1s' } }, `${DURATION} > 2000000000`],
])('the conditions %j', (match, expected) => {
  const policy = policyOf({ rules: [{ name: 'one', match, ratio: 1 }], base: { ratio: 0 } });

  expect(policiesOf(policy, { slowFromMillis: 2000 }).flatMap(conditionsIn)).toEqual([`${ROOT} and ${expected}`]);
});

test('a budget is divided among the Collectors, and its kept share among rules by weight', () => {
  const policy = policyOf({
    budget: { spans_per_second: 500, keep_share: 0.6 },
    rules: [
      { name: 'base', match: { error: true }, ratio: 1, weight: 3 },
      { name: 'gold', match: { attributes: { tier: 'gold' } }, ratio: 1 },
    ],
    base: { ratio: 0.1 },
  });

  const [budget] = policiesOf(policy, { hostnames: ['a:4317', 'b:4317', 'c:4317'] });
  expect(budget).toMatchObject({
    name: 'budget',
    composite: {
      max_total_spans_per_second: 166,
      policy_order: ['base', 'gold', 'base (2)'],
      rate_allocation: [
        { policy: 'base', percent: 45 },
        { policy: 'gold', percent: 15 },
        { policy: 'base (2)', percent: 40 },
      ],
    },
  });
});

test('every difference is noted, with its place and what becomes of it', () => {
  expect(notesOf(readPolicy(WHOLE).policy!)).toEqual([
    'upstream is about callers, and the Collector decides about whole traces; left out',
    'debug is about a header, which the Collector does not see; left out',
    'forced is about callers, whose decisions the Collector does not follow; left out',
    'budget is kept by each Collector for itself, first come, first served, and leaves counts unknown; written as composite, with spans_per_second divided by 2, without burst',
    'base.balance has no counterpart; left out: base.ratio is for all values',
    'rules are about the first span of each process; written as tests of spans without a parent, or whose flags, which some SDKs do not set, say it is remote',
    ' tests each item of a list, and compares a text of digits as a number; written as tests that take a list for one text, and a text for no number',
    ' keeps shares by the randomness of the trace, and writes them on kept spans; written as probabilistic, which decides by a hash and writes nothing, unless processor.tailsamplingprocessor.usetracestate is on',
    'head[0].match (probes) asks for a remote parent, and the first span of a trace has none; the rule is left out',
    'head[1] (writes) is asked as a trace begins; written as a policy at the end, about the first span of the trace with all its attributes',
    'rules[0].weight (errors) is importance within the budget; written as a percentage in composite',
    'rules[1].match (slow) has slower_than, a quantile, which the Collector does not learn; the rule is left out',
    'rules[4].match.any_span (broken query) is about the spans of one process; written as a test of the spans of all services',
    'rules[6].drop (empty) drops a part of a trace, and never where others were told that it is kept; written as drop, for whole traces',
  ]);
});

test('what the Collector cannot ask is left out, so that rather more is kept than less', () => {
  const always = () => true;
  const slower_than = { quantile: 0.9 };
  const policy = policyOf({
    limits: { buffered_spans: 100, buffered_bytes: 1, trace_age: '1500ms', linger: '1s', spans_per_trace: 10 },
    head: [
      { name: 'a', match: always, ratio: 0.5 },
      { name: 'b', match: { path: '/b' }, unless: always, ratio: 0 },
      { name: 'c', match: { path: '/c' }, unless: always, ratio: 1 },
    ],
    rules: [
      { name: 'd', match: always, ratio: 1 },
      { name: 'e', match: { any_span: { slower_than } }, ratio: 1 },
      { name: 'f', match: { kind: 'client' }, unless: { slower_than }, ratio: 1 },
      { name: 'g', match: { kind: 'server' }, unless: always, drop: true },
      { name: 'h', match: { kind: 'consumer' }, ratio: 0 },
      { name: 'i', match: { kind: 'producer' }, ratio: 0.5, weight: 3 },
    ],
    base: { ratio: 0.25 },
  });

  expect(policiesOf(policy).map(({ name }) => name)).toEqual(['c', 'f', 'i', 'base']);
  expect(compileToCollector(policy).config.tier2.processors['tail_sampling']).toMatchObject({
    decision_wait: '2s',
    num_traces: 100,
    expected_new_traces_per_sec: 50,
    decision_cache: { sampled_cache_size: 1000, non_sampled_cache_size: 1000 },
  });
  expect(notesOf(policy).filter((note) => !/^(?:rules)? /.test(note))).toEqual([
    'limits.buffered_spans counts spans; written as num_traces, which counts traces',
    'limits.buffered_bytes is the memory of a process; left out: memory_limiter has a share of all memory',
    'limits.trace_age is for traces that stay open; written as decision_wait, for which every trace waits',
    'limits.linger is too short for spans of other services; left out: decision_wait is the wait',
    'limits.spans_per_trace has no counterpart; left out: all spans of a trace are held',
    'head[0].match (a) is a function; the rule is left out',
    'head[1].unless (b) is a function; the rule is left out',
    'head[2].unless (c) is a function; the rule is written without unless, and keeps more',
    'head[2] (c) is asked as a trace begins; written as a policy at the end, about the first span of the trace with all its attributes',
    'rules[0].match (d) is a function; the rule is left out',
    'rules[1].match (e) has slower_than, a quantile, which the Collector does not learn; the rule is left out',
    'rules[2].unless (f) has slower_than, a quantile, which the Collector does not learn; the rule is written without unless, and keeps more',
    'rules[3].unless (g) is a function; the rule is left out',
    'rules[4].ratio (h) is 0 without drop, and changes nothing; left out',
    'rules[5].weight (i) is importance within the budget; left out: there is no budget',
  ]);
});

test('a policy that keeps nothing is one that keeps nothing', () => {
  expect(policiesOf(policyOf({ base: { ratio: 0 } }))).toEqual([
    { name: 'base', type: 'probabilistic', probabilistic: { hash_salt: 'clew', sampling_percentage: 0 } },
  ]);
  expect(policiesOf(policyOf({}))).toEqual([{ name: 'base', type: 'always_sample' }]);
});

test('the Collector keeps the traces that the process keeps, for every policy that has a counterpart', () => {
  const seen = { kept: 0, dropped: 0, byShare: 0, byRules: 0, exempt: 0 };
  fc.assert(
    fc.property(
      mappedPolicies([0, 0.05, 0.25, 0.5, 1]),
      fc.array(fc.tuple(traces, randomness), { minLength: 8, maxLength: 8 }),
      (input, cases) => {
        const { policy } = readPolicy(input);
        if (policy === undefined) return; // rules that contradict each other
        const written = policiesOf(policy);
        for (const [trace, random] of cases) {
          const expected = keepsInProcess(policy, trace, random);
          expect(keepsTrace(written, trace, random)).toBe(expected);
          seen[expected ? 'kept' : 'dropped'] += 1;
          if (expected !== keepsInProcess(policy, trace, 'f'.repeat(14))) seen.byShare += 1;
          if (expected !== keepsInProcess({ ...policy, rules: [] }, trace, random)) seen.byRules += 1;
          const open = policy.rules.map((rule) => ({ ...rule, unless: undefined }));
          if (expected !== keepsInProcess({ ...policy, rules: open }, trace, random)) seen.exempt += 1;
        }
      },
    ),
    { numRuns: 800 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

const withoutEscapes = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value), (_, each: unknown) =>
    typeof each === 'string' ? each.replaceAll('$$', '$') : each,
  );

test('whatever a policy says, both files are what the Collector documents, and mean the configuration', () => {
  const ajv = new Ajv({ allErrors: true });
  const isTier1 = ajv.compile(COLLECTOR_SCHEMAS.tier1);
  const isTier2 = ajv.compile(COLLECTOR_SCHEMAS.tier2);
  let read = 0;
  fc.assert(
    fc.property(almostPolicies, fc.option(fc.nat(1e6), { nil: undefined }), (given, slowFromMillis) => {
      const { policy } = readPolicy(given as never);
      if (policy === undefined) return;
      const { config, yaml } = compileToCollector(policy, { ...(slowFromMillis !== undefined && { slowFromMillis }) });
      const files = { tier1: parse(yaml.tier1) as unknown, tier2: parse(yaml.tier2) as unknown };
      expect(withoutEscapes(files)).toEqual(JSON.parse(JSON.stringify(config)));
      isTier1(files.tier1);
      isTier2(files.tier2);
      expect([isTier1.errors, isTier2.errors]).toEqual([null, null]);
      read += 1;
    }),
    { numRuns: 400 },
  );
  expect(read).toBeGreaterThan(50);
});

const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '"',
        '\\',
        "'",
        '$',
        '$$',
        '${env:HOME}',
        '${',
        '}',
        '\n',
        '\r',
        '\0',
        '\u001B',
        '\u2028',
        '\u0085',
        '\uFEFF',
        '{{',
        '#',
        ': ',
        '- ',
        '%',
        '\u{E0001}',
        '\uD83D',
        '😀',
        '</',
        '*',
        '\t',
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join('')),
);

test('a text of a policy comes back from the file as it was, whatever it holds', () => {
  fc.assert(
    fc.property(hostile, hostile, (value, key) => {
      const glob = value.replaceAll(/[*?\\<>]/g, String.raw`\$&`);
      const name = `n${value}`;
      const { policy } = readPolicy({
        version: 1,
        rules: [{ name, match: { attributes: { [`k${key}`]: glob } }, ratio: 1 }],
      });
      const { tier2 } = compileToCollector(policy!, { source: value }).yaml;

      expect(tier2).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      expect(tier2.replaceAll(/^#.*|\$\$/gm, '')).not.toContain('$');
      const file = withoutEscapes(parse(tier2)) as { processors: { tail_sampling: TailSamplingConfig } };
      const [rule] = file.processors.tail_sampling.policies;
      const text = rule?.type === 'ottl_condition' ? rule.ottl_condition.span[0]! : '';
      const strings = text.match(/"(?:\\.|[^\\"])*"/gs)?.map(readOttlString);
      expect(strings?.slice(0, 2)).toEqual([wellFormed(`k${key}`), wellFormed(value)]);
      expect(rule?.name).toBe(wellFormed(name));
    }),
    { numRuns: 600 },
  );
});

test('what nobody gave is marked as a placeholder in the files', () => {
  const placeholders = (options: CollectorOptions) => {
    const { tier1, tier2 } = compileToCollector(policyOf({}), options).yaml;
    return `${tier1}${tier2}`.match(/[^ ]+(?= # A placeholder: replace it\.$)/gm);
  };

  expect(placeholders({})).toEqual(['tier2-a.example:4317', 'tier2-b.example:4317', 'https://backend.example:4318']);
  expect(placeholders({ hostnames: ['a:1'], endpoint: 'http://b' })).toBeNull();
});

test('options of a wrong kind are a mistake', () => {
  const policy = policyOf({});

  for (const options of [{ hostnames: [] }, { hostnames: 'a:1' }, { endpoint: 'backend' }, { slowFromMillis: -1 }])
    expect(() => compileToCollector(policy, options as never)).toThrow('compileToCollector.');
});
