import { spawnSync } from 'node:child_process';

import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { span } from './span.ts';

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => recorded[Symbol.dispose]());

test('a promise of a subclass stays one, with the properties that were put on it', async () => {
  class Task<T> extends Promise<T> {}
  const cancel = () => {};

  const task = span('task', () => Object.assign(Task.resolve(1), { cancel }));

  expect(task).toBeInstanceOf(Task);
  expect(task.cancel).toBe(cancel);
  expect(await task).toBe(1);
});

test('what a promise is fulfilled with is followed too', async () => {
  const numbers = await span('numbers', () => Promise.resolve(upTo(2)));

  expect(recorded.tree()).toBe('numbers (open)');
  expect([...numbers]).toEqual([1, 2]);
  expect(recorded.tree()).toBe('numbers');
});

test('with drain: false a stream is over when it is handed out', () => {
  const numbers = span('numbers', () => upTo(2), { drain: false });

  expect(recorded.tree()).toBe('numbers');
  expect([...numbers]).toEqual([1, 2]);
});

test.each([
  ['a plain object', {}],
  ['an array', [1]],
  ['a map', new Map([[1, 2]])],
  ['a function', () => {}],
  // oxlint-disable-next-line unicorn/no-thenable -- it is what this is about
  ['a frozen thenable', Object.freeze({ then: () => {} })],
  ['a Proxy that throws on everything', new Proxy({}, everyTrapThrows())],
  ['a Proxy that is revoked', revoked()],
  ['a Proxy with a function for every property', new Proxy({}, { get: () => () => {} })],
])('a result that has no end is over when it is returned: %s', (_, value) => {
  const result = span('value', () => value);

  expect(result === value).toBe(true);
  expect(recorded.tree()).toBe('value');
});

test('a rejection that nobody handles stays unhandled, with its error', () => {
  const program = `
    import { recordSpans } from '@clew/testing';
    import { span, traced } from '@clew/spans';
    const recorded = recordSpans();
    process.on('unhandledRejection', (reason) => console.log('unhandled', reason.message, recorded.tree()));
    span('charge', async () => { throw new Error('declined'); });
  `;

  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });

  expect(stdout + stderr).toBe('unhandled declined charge !declined\n');
});

test('a rejection that is handled is not reported', () => {
  const program = `
    import { recordSpans } from '@clew/testing';
    import { span } from '@clew/spans';
    const recorded = recordSpans();
    span('charge', async () => { throw new Error('declined'); }).catch((error) => console.log(error.message));
  `;

  const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd: import.meta.dirname,
    encoding: 'utf8',
  });

  expect([stdout, stderr, status]).toEqual(['declined\n', '', 0]);
});

function* upTo(max: number) {
  for (let each = 1; each <= max; each++) yield each;
}

function everyTrapThrows(): ProxyHandler<object> {
  const trap = () => {
    throw new Error('hands off');
  };
  return { get: trap, has: trap, getPrototypeOf: trap, defineProperty: trap, ownKeys: trap };
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
