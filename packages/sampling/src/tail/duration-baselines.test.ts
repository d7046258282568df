import fc from 'fast-check';
import { expect, test } from 'vitest';

import { groupOf, type SpanOf } from '../../test/group-of.ts';
import type { JudgedSpan } from '../policy/judged-span.ts';
import type { TailMatchInput } from '../policy/policy-input.ts';
import type { Policy } from '../policy/policy.ts';
import { readPolicy } from '../policy/read-policy.ts';
import { createRuleWatch } from '../policy/rule-progress.ts';
import { createDurationBaselines, type DurationBaselines } from './duration-baselines.ts';

const slower_than = { quantile: 0.9 };
const PERIOD = 10_000;

function policyOf(...matches: TailMatchInput[]): Policy {
  const rules = matches.map((match, index) => ({ name: `rule ${index}`, match, ratio: 1 }));
  const { policy, problems } = readPolicy({ version: 1, rules });
  expect(problems).toEqual([]);
  return policy!;
}

function spanOn(route: unknown, durationMillis: number, more: SpanOf = {}): JudgedSpan {
  return groupOf({ durationMillis, attributes: { 'http.route': route }, ...more })[0]!;
}

/** Notes roots on a route that took 1 ms to `count` ms. */
function noteMany(baselines: DurationBaselines, route: unknown, count: number, now: number): void {
  for (let millis = 1; millis <= count; millis++) baselines.note(spanOn(route, millis), true, now);
}

const ofRoots = (baselines: DurationBaselines, value: unknown, quantile = 0.9) =>
  baselines.quantileOf(quantile, 'http.route', value, 'root');

test('a quantile of each value is known from the next period on', () => {
  const baselines = createDurationBaselines(policyOf({ slower_than }));
  noteMany(baselines, '/a', 100, 5);
  noteMany(baselines, '/b', 1000, 6);
  expect(ofRoots(baselines, '/a')).toBeUndefined();

  baselines.note(spanOn('/c', 1), true, 5 + PERIOD);
  expect(ofRoots(baselines, '/a')! / 90).toBeCloseTo(1, 1);
  expect(ofRoots(baselines, '/b')! / 900).toBeCloseTo(1, 1);
  expect(ofRoots(baselines, '/c')).toBeUndefined();
  expect(ofRoots(baselines, '/a', 0.5)).toBeUndefined();
});

test('a quantile is not known before 50 durations are, and not any more when these have decayed', () => {
  const baselines = createDurationBaselines(policyOf({ slower_than }));
  noteMany(baselines, '/few', 51, 0); // 49 after one period
  noteMany(baselines, '/enough', 52, 0); // 50
  const known = [1, 2].map((period) => {
    baselines.note(spanOn('/other', 1), true, period * PERIOD);
    return [ofRoots(baselines, '/few') !== undefined, ofRoots(baselines, '/enough') !== undefined];
  });

  expect(known).toEqual([
    [false, true],
    [false, false],
  ]);
});

test('conditions about roots know roots only, and those in any_span all spans', () => {
  const both = createDurationBaselines(policyOf({ slower_than }, { any_span: { slower_than: { quantile: 0.5 } } }));
  for (let millis = 1; millis <= 100; millis++) {
    both.note(spanOn('/a', millis), true, 0);
    both.note(spanOn('/a', 1000), false, 0);
  }
  both.note(spanOn('/a', 1), true, PERIOD);

  expect(both.quantileOf(0.9, 'http.route', '/a', 'root')! / 90).toBeCloseTo(1, 1);
  expect(both.quantileOf(0.5, 'http.route', '/a', 'any_span')! / 100).toBeCloseTo(1, 1);
  expect(both.quantileOf(0.9, 'http.route', '/a', 'any_span')).toBeUndefined();
});

test('the quantiles of a period depend on spans before it only', () => {
  const spans = fc.array(fc.record({ millis: fc.double(), isRoot: fc.boolean(), after: fc.nat(9_999) }));
  const property = fc.property(spans, fc.nat(1e9), fc.boolean(), (spans, start, asksEarly) => {
    const baselines = createDurationBaselines(policyOf({ slower_than }));
    noteMany(baselines, '/a', 100, start);
    if (asksEarly) baselines.note(spanOn('/a', 1), true, start + PERIOD);
    for (const { millis, isRoot, after } of spans.toSorted((a, b) => a.after - b.after)) {
      baselines.note(spanOn('/a', millis), isRoot, start + PERIOD + after);
      expect(ofRoots(baselines, '/a')! / 90).toBeCloseTo(1, 1);
    }
  });
  fc.assert(property, { numRuns: 300 });
});

test('whatever the clock does, the work is bounded and a baseline comes back', () => {
  const times = fc.array(
    fc.oneof(fc.double(), fc.constantFrom(0, 3.6e6, -3.6e6, Infinity, Number.NaN, 1e300, 1e16, 10_000, 9_999)),
  );
  const property = fc.property(times, (times) => {
    const baselines = createDurationBaselines(policyOf({ slower_than }));
    for (const now of times) baselines.note(spanOn('/a', 1), true, now);
    noteMany(baselines, '/a', 1000, -1e12);
    baselines.note(spanOn('/a', 1), true, -1e12 + PERIOD);

    expect(ofRoots(baselines, '/a')! / 900).toBeGreaterThan(0.9);
    expect(ofRoots(baselines, '/a')! / 900).toBeLessThan(1.05);
  });
  fc.assert(property, { numRuns: 100 });
});

test('a clock that is set back ends no period before 10 s have passed on it', () => {
  const baselines = createDurationBaselines(policyOf({ slower_than }));
  noteMany(baselines, '/a', 100, 3.6e6);

  const known = [0, 9_999, -5_000, 4_999, 5_000].map((now) => {
    baselines.note(spanOn('/b', 1), true, now);
    return ofRoots(baselines, '/a') !== undefined;
  });
  expect(known).toEqual([false, false, false, false, true]);
});

test('each period that passes without a span counts', () => {
  const known = [20, 30, 360].map((periods) => {
    const baselines = createDurationBaselines(policyOf({ slower_than }));
    noteMany(baselines, '/a', 100, 0);
    baselines.note(spanOn('/b', 1), true, periods * PERIOD);
    return ofRoots(baselines, '/a') !== undefined;
  });

  expect(known).toEqual([true, false, false]); // 54 are left after 20 periods, 40 after 30
});

test('500 values have baselines of their own, and the others share one until there is room again', () => {
  const baselines = createDurationBaselines(policyOf({ slower_than }));
  for (let n = 0; n < 500; n++) baselines.note(spanOn(`/${n}`, 1), true, 0);
  noteMany(baselines, '/late', 100, 0);
  noteMany(baselines, '/later', 100, 0);
  baselines.note(spanOn('/0', 1), true, PERIOD);
  expect(ofRoots(baselines, '/late')! / 90).toBeCloseTo(1, 1);
  expect(ofRoots(baselines, '/later')).toBe(ofRoots(baselines, '/late'));
  expect(ofRoots(baselines, '/1')).toBeUndefined();

  noteMany(baselines, '/late', 1000, PERIOD * 30); // one span weighs 0.4 by then
  baselines.note(spanOn('/0', 1), true, PERIOD * 31);
  expect(ofRoots(baselines, '/late')! / 900).toBeCloseTo(1, 1);
  expect(ofRoots(baselines, '/later')! / 90).toBeCloseTo(1, 1);
});

test.each([
  ['a long text', 'x'.repeat(257)],
  ['a text', 'x'.repeat(256)],
  ['a number', 5],
  ['true', true],
  ['a bigint', 5n],
])('a value has a baseline that is %s', (_, value) => {
  expect(isKnownAfterMany(value)).toBe(true);
});

test.each([
  ['a list', ['/a']],
  ['an object', { a: 1 }],
  ['absent', undefined],
  ['null', null],
])('a value has no baseline that is %s', (_, value) => {
  expect(isKnownAfterMany(value)).toBe(false);
});

function isKnownAfterMany(value: unknown): boolean {
  const baselines = createDurationBaselines(policyOf({ slower_than }));
  noteMany(baselines, value, 100, 0);
  baselines.note(spanOn('/b', 1), true, PERIOD);
  return ofRoots(baselines, value) !== undefined;
}

test('a span that cannot be read is left out', () => {
  const baselines = createDurationBaselines(policyOf({ slower_than }));
  const attribute = () => {
    throw new TypeError('no route');
  };

  expect(() => baselines.note({ ...spanOn('/a', 1), attribute }, true, 0)).not.toThrow();
});

test('a policy without slower_than reads nothing of a span', () => {
  const baselines = createDurationBaselines(policyOf({ error: true }, { any_span: { duration: '>1s' } }));
  const span = new Proxy(spanOn('/a', 1), {
    get: (_, key) => {
      throw new Error(`read ${String(key)}`);
    },
  });

  expect(baselines.isNeeded).toBe(false);
  expect(() => baselines.note(span, true, 0)).not.toThrow();
  expect(ofRoots(baselines, '/a')).toBeUndefined();
});

test('the baselines go on after a reload, for traces of the policy before, too', () => {
  const before = createDurationBaselines(policyOf({ slower_than }));
  noteMany(before, '/a', 100, 0);
  const after = createDurationBaselines(
    policyOf({ slower_than: { quantile: 0.5 } }, { slower_than: { quantile: 0.5, per: 'rpc.method' } }),
    before,
  );
  after.note(spanOn('/b', 1), true, PERIOD);

  expect(ofRoots(before, '/a')! / 90).toBeCloseTo(1, 1);
  expect(ofRoots(after, '/a', 0.5)! / 50).toBeCloseTo(1, 1);
  expect(after.quantileOf(0.5, 'rpc.method', '/a', 'root')).toBeUndefined();
});

test('conditions in unless have baselines, and a watch finds the slow traces by them', () => {
  const { policy } = readPolicy({
    version: 1,
    rules: [
      { name: 'usual', match: { kind: 'server' }, unless: { slower_than }, drop: true },
      { name: 'slow', match: { kind: 'server' }, ratio: 1 },
    ],
  });
  const baselines = createDurationBaselines(policy!);
  const watch = createRuleWatch(policy!, { quantileOf: baselines.quantileOf });
  noteMany(baselines, '/a', 100, 0);
  const judge = (millis: number) => {
    const root = spanOn('/a', millis);
    baselines.note(root, true, PERIOD);
    const progress = watch.open();
    watch.note(progress, root);
    return watch.judge(progress)?.rule.name;
  };

  expect([judge(80), judge(95)]).toEqual(['usual', 'slow']);
});
