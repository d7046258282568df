import { Console } from 'node:console';
import { inspect } from 'node:util';

import { recordSpans } from '@clew/testing';
import { afterEach, expect, test, vi } from 'vitest';

import { inSpan } from '../test/in-span.ts';
import { memoryStream } from '../test/memory-stream.ts';
import { correlateConsole } from './console.ts';
import { FieldOptionsError } from './fields/field-layout.ts';

afterEach(() => vi.unstubAllEnvs());

const METHODS = ['debug', 'info', 'log', 'warn', 'error'] as const;

test.each(METHODS)('%s writes a line of JSON in a span, and outside what it always writes', (method) => {
  using _recorded = recordSpans();
  const { target, text } = memoryConsole();
  correlateConsole({}, target);

  const fields = inSpan(() => target[method]('order %d', 7, { gift: true }));
  target[method]('order %d', 7, { gift: true });

  const [line = '', outside] = text().split('\n');
  const level = method === 'log' ? 'info' : method;
  expect(JSON.parse(line)).toEqual({ level, time: expect.any(String), msg: 'order 7 { gift: true }', ...fields });
  expect(outside).toBe('order 7 { gift: true }');
});

test('on a terminal the line stays as it is, with the fields behind it', () => {
  using _recorded = recordSpans();
  const plain = memoryConsole({ isTTY: true });
  const { target, text } = memoryConsole({ isTTY: true });
  correlateConsole({ localRoot: [] }, target);
  const print = (each: Console) => {
    each.log('100%% of %s', 'all', 'lines');
    each.error('100%% of %s');
    each.log();
  };

  print(plain.target);
  const { trace_id, span_id } = inSpan(() => print(target), 'place order');

  const suffix = ` trace_id=${trace_id} span_id=${span_id} trace_flags=01 local_root="place order"`;
  expect(text()).toBe(plain.text().replaceAll('\n', `${suffix}\n`));
});

test('on a terminal with colours objects keep theirs', () => {
  using _recorded = recordSpans();
  vi.stubEnv('FORCE_COLOR', undefined);
  const plain = memoryConsole({ isTTY: true, getColorDepth: () => 24 });
  const { target, text } = memoryConsole({ isTTY: true, getColorDepth: () => 24 });
  correlateConsole({}, target);

  plain.target.log({ a: 'b' });
  inSpan(() => target.log({ a: 'b' }));

  expect(plain.text()).toContain('\u001b[');
  expect(text().startsWith(plain.text().trimEnd())).toBe(true);
});

test('the format can be chosen', () => {
  using _recorded = recordSpans();
  const { target, text } = memoryConsole();
  correlateConsole({ format: 'suffix', keys: { traceFlags: false } }, target);

  const { trace_id, span_id } = inSpan(() => target.log('x'));

  expect(text()).toBe(`x trace_id=${trace_id} span_id=${span_id}\n`);
});

test('methods that print through others are one line of JSON each, indented as groups are', () => {
  using _recorded = recordSpans();
  const { target, text } = memoryConsole();
  correlateConsole({}, target);

  const fields = inSpan(() => {
    target.table([{ a: 1 }]);
    target.group('group');
    target.count();
    target.groupEnd();
    target.assert(false, 'wrong');
  });

  const lines = text().trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
    { msg: expect.stringContaining('│ a │') as string, ...fields },
    { msg: 'group', ...fields },
    { msg: 'default: 1', ...fields },
    { msg: 'Assertion failed: wrong', level: 'warn', ...fields },
  ]);
  expect(lines[2]).toMatch(/^ {2}\{/);
});

test('what is printed may be cyclic, have a getter that throws, or be of 10 MB', () => {
  using _recorded = recordSpans();
  const { target, text } = memoryConsole();
  const object: Record<string, unknown> = {};
  object['self'] = Object.defineProperty(object, 'bad', { enumerable: true, get: () => JSON.parse('not JSON') });
  correlateConsole({}, target);

  inSpan(() => target.log('m'.repeat(10_000_000), object));

  const { msg } = JSON.parse(text()) as { msg: string };
  expect(msg.slice(10_000_000)).toBe(' <ref *1> { bad: [Getter], self: [Circular *1] }');
});

test('what throws as it is printed throws as it does without us', () => {
  using _recorded = recordSpans();
  const { target, text } = memoryConsole();
  const error = new Error('inspected');
  const treacherous = {
    [inspect.custom]() {
      throw error;
    },
  };
  correlateConsole({}, target);

  expect(() => inSpan(() => target.log(treacherous))).toThrow(error);
  expect(text()).toBe('');
});

test('methods keep their names, lengths and own properties, and this', () => {
  const { target } = memoryConsole();
  const seen: unknown[] = [];
  const spy = function (this: unknown, _first: unknown) {
    seen.push(this);
  };
  target.log = Object.assign(spy, { calls: seen });
  const looks = () =>
    METHODS.map((method) => [target[method].name, target[method].length, Object.keys(target[method])]);
  const before = looks();
  const self = {};

  correlateConsole({}, target);
  target.log.call(self, 'x');

  expect(looks()).toEqual(before);
  expect(seen[0]).toBe(self);
});

test('restoring puts the very same methods back', () => {
  const { target } = memoryConsole();
  const before = { ...target };

  correlateConsole({}, target)();

  expect(METHODS.every((method) => target[method] === before[method])).toBe(true);
});

test('restoring leaves what others have wrapped since, and adds no more fields there', () => {
  using _recorded = recordSpans();
  const { target, text } = memoryConsole();
  const restore = correlateConsole({}, target);
  const ours = target.log;
  const wrapped = (...args: unknown[]) => ours('wrapped', ...args);
  target.log = wrapped;

  restore();
  inSpan(() => target.log('x'));

  expect(target.log).toBe(wrapped);
  expect(text()).toBe('wrapped x\n');
});

test('correlating twice is correlating once, and after restoring it can be done again', () => {
  using _recorded = recordSpans();
  const { target, text } = memoryConsole();

  const restore = correlateConsole({}, target);
  correlateConsole({}, target)();
  inSpan(() => target.log('x'));
  restore();
  correlateConsole({}, target);
  inSpan(() => target.log('y'));

  expect(text().match(/trace_id/g)).toHaveLength(2);
});

test('mistaken options are refused', () => {
  expect(() => correlateConsole({ keys: 'gcp' })).toThrow(FieldOptionsError);
  expect(() => correlateConsole({ format: 'xml' as never })).toThrow(FieldOptionsError);
});

/** A console of its own, on a stream that may say it is a terminal. */
function memoryConsole(terminal: { isTTY?: boolean; getColorDepth?: () => number } = {}) {
  const { stream, text } = memoryStream();
  const target = new Console(Object.assign(stream, terminal));
  return { target, text };
}
