import { setImmediate } from 'node:timers/promises';

import { diag, SpanKind, type DiagLogger } from '@opentelemetry/api';
import { SamplingDecision } from '@opentelemetry/sdk-trace';
import { afterEach, expect, test, vi } from 'vitest';

import { contextOf, SPAN_ID, sample, TRACE_ID } from '../test/start-of.ts';
import { alwaysOff } from './always-off.ts';
import { alwaysOn } from './always-on.ts';
import { ruleBased, type SamplingRule } from './rule-based.ts';
import { SamplingOptionError } from './sampling-option-error.ts';
import type { SpanStart } from './threshold-sampler.ts';

const { NOT_RECORD, RECORD_AND_SAMPLED } = SamplingDecision;
const otherwise = alwaysOff();
const named = (name: string): SamplingRule => ({
  name,
  matches: (start) => start.name === name,
  sampler: alwaysOn(),
});

afterEach(() => diag.disable());

test('the first rule that matches decides', () => {
  const rules = [{ ...named('GET'), name: 'first', sampler: alwaysOff() }, named('GET'), named('POST')];
  const sampler = ruleBased({ rules, otherwise: alwaysOn() });

  expect(sample(sampler, { name: 'GET' }).decision).toBe(NOT_RECORD);
  expect(sample(sampler, { name: 'POST' }).decision).toBe(RECORD_AND_SAMPLED);
  expect(sample(sampler, { name: 'PUT' }).decision).toBe(RECORD_AND_SAMPLED);
});

test('a rule sees all that is known of the span, and not the id of its trace', () => {
  const seen: SpanStart[] = [];
  const matches = (start: SpanStart) => seen.push(start) === 0;
  const sampler = ruleBased({ rules: [{ name: 'all', matches, sampler: alwaysOn() }], otherwise });
  const context = contextOf({ parent: { traceFlags: 1, tracestate: 'ot=th:8' } });
  const links = [{ context: { traceId: TRACE_ID, spanId: SPAN_ID, traceFlags: 0 } }];

  sampler.shouldSample(context, TRACE_ID, 'poll', SpanKind.CONSUMER, { 'url.path': '/' }, links);
  sampler.shouldSample(contextOf({}), TRACE_ID, 'poll', SpanKind.CONSUMER, {}, []);

  expect(seen[0]).toEqual({
    context,
    name: 'poll',
    kind: SpanKind.CONSUMER,
    attributes: { 'url.path': '/' },
    links,
    parent: expect.objectContaining({ spanId: SPAN_ID, traceFlags: 1 }) as unknown,
    ot: { threshold: '8', randomness: undefined, others: [] },
  });
  expect(seen[1]?.parent).toBeUndefined();
});

test('a rule that throws matches nothing, is counted, and is told once', () => {
  const error = vi.fn<(message: string, ...args: unknown[]) => void>();
  const silent = () => {};
  diag.setLogger({ error, warn: silent, info: silent, debug: silent, verbose: silent } satisfies DiagLogger);
  const broken = new TypeError('no path');
  const fail = () => {
    throw broken;
  };
  const rules = [{ name: 'probes', matches: fail, sampler: alwaysOff() }, named('GET')];
  const sampler = ruleBased({ rules, otherwise });

  for (let i = 0; i < 3; i++) expect(sample(sampler, { name: 'GET' }).decision).toBe(RECORD_AND_SAMPLED);

  expect([...sampler.failures]).toEqual([['probes', 3]]);
  expect(error.mock.calls).toEqual([['sampling rule probes failed; taking it as not matching', broken]]);
});

test('a logger that throws costs its line and nothing else', () => {
  const fail = () => {
    throw new Error('broken');
  };
  diag.setLogger({ error: fail, warn: fail, info: fail, debug: fail, verbose: fail });
  const sampler = ruleBased({
    rules: [{ name: 'probes', matches: fail, sampler: alwaysOff() }],
    otherwise: alwaysOn(),
  });

  expect(sample(sampler, {}).decision).toBe(RECORD_AND_SAMPLED);
});

test.each([1, 'yes', {}, Promise.resolve(true), undefined])('only true matches: %s does not', (answer) => {
  const rule = { name: 'odd', matches: () => answer as boolean, sampler: alwaysOn() };

  expect(sample(ruleBased({ rules: [rule], otherwise }), {}).decision).toBe(NOT_RECORD);
});

test('a promise, even one that rejects, is a failure of the rule and no unhandled rejection', async () => {
  const matches = (() => Promise.reject(new Error('too late'))) as never;
  const sampler = ruleBased({ rules: [{ name: 'async', matches, sampler: alwaysOn() }], otherwise });

  expect(sample(sampler, {}).decision).toBe(NOT_RECORD);
  await setImmediate(); // where it would be told as unhandled, which fails a run of tests

  expect([...sampler.failures]).toEqual([['async', 1]]);
});

test('a rule may be an object with state of its own', () => {
  const rule = {
    name: 'own',
    path: 'GET',
    matches(start: SpanStart) {
      return start.name === this.path;
    },
    sampler: alwaysOn(),
  };

  expect(sample(ruleBased({ rules: [rule], otherwise }), { name: 'GET' }).decision).toBe(RECORD_AND_SAMPLED);
});

test.each([
  [undefined, 'ruleBased.rules is undefined, expected a list of rules'],
  [{ rules: undefined, otherwise }, 'ruleBased.rules is undefined, expected a list of rules'],
  [{ rules: [undefined], otherwise }, 'ruleBased.rules[0].name is undefined, expected a name'],
  [{ rules: [named('')], otherwise }, 'ruleBased.rules[0].name is a string, expected a name'],
  [{ rules: [named('a'), named('a')], otherwise }, 'ruleBased.rules[1].name is a, which another rule has'],
  [
    { rules: [{ ...named('a'), matches: true }], otherwise },
    'ruleBased.rules[0].matches is a boolean, expected a function',
  ],
  [
    { rules: [{ ...named('a'), sampler: {} }], otherwise },
    'ruleBased.rules[0].sampler is an object, expected a sampler of @clew/sampling',
  ],
  [{ rules: [] }, 'ruleBased.otherwise is undefined, expected a sampler of @clew/sampling'],
])('a mistake fails where the sampler is made: %#', (options, message) => {
  expect(() => ruleBased(options as never)).toThrow(new SamplingOptionError(...split(message)));
});

const split = (message: string): [string, string] => {
  const space = message.indexOf(' ');
  return [message.slice(0, space), message.slice(space + 1)];
};
