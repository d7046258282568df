import { EventEmitter } from 'node:events';

import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { GuardedContextManager } from './guarded-context-manager.ts';

const KEY = createContextKey('key');
const inContext = ROOT_CONTEXT.setValue(KEY, 1);
const NO_CONTEXTS = [undefined, null, 'text', 7, {}, { getValue: 1 }, Symbol('a')] as never[];

test.each(NO_CONTEXTS)('a function runs with %o as context, and finds one', (context) => {
  const manager = new GuardedContextManager();

  const found = manager.with(context, () => manager.active());
  const foundLater = manager.bind(context, () => manager.active())();
  manager.attach(context);

  expect([found, foundLater, manager.active()]).toEqual([ROOT_CONTEXT, ROOT_CONTEXT, ROOT_CONTEXT]);
});

test('the function, its this, its arguments and its error are those of the application', () => {
  const manager = new GuardedContextManager();
  const error = new Error('of the application');
  const self = { name: 'self' };
  function join(this: object, a: number, b: number) {
    return [this, a, b, manager.active().getValue(KEY)];
  }
  const fail = () => {
    throw error;
  };

  expect(manager.with(inContext, join as never, self as never, 1 as never, 2 as never)).toEqual([self, 1, 2, 1]);
  expect(() => manager.with(inContext, fail)).toThrow(error);
});

test('where there is no function, nothing runs', () => {
  expect(new GuardedContextManager().with(inContext, undefined as never)).toBeUndefined();
});

test('an emitter that takes no listeners of others is left as it is', () => {
  const emitter = Object.freeze(new EventEmitter());

  expect(new GuardedContextManager().bind(inContext, emitter)).toBe(emitter);
});
