import { errorMonitor, EventEmitter } from 'node:events';

import { createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';
import fc from 'fast-check';
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

test('a bound emitter does what a bare one does, and its listeners run in the context', () => {
  const EVENTS = ['data', 'end', Symbol('own')] as const;
  const LISTENERS = 4;
  type Emitter = EventEmitter & { emit(event: string | symbol, ...args: unknown[]): boolean };
  type Call = readonly [method: string, event: number, listener: number];
  const call = fc.tuple(
    fc.constantFrom(
      ...(['on', 'addListener', 'once', 'prependListener', 'prependOnceListener', 'off', 'removeListener'] as const),
      ...(['removeAllListeners', 'emit', 'emit', 'listenerCount', 'listeners', 'rawListeners', 'eventNames'] as const),
    ),
    fc.nat(EVENTS.length - 1),
    fc.nat(LISTENERS - 1),
  );

  /** What each call has returned, and what has run, in which context. */
  const play = (emitter: Emitter, calls: readonly Call[], active: () => unknown): unknown[] => {
    const seen: unknown[] = [];
    const listeners = Array.from({ length: LISTENERS }, (_, index) => {
      return function listener(this: unknown, ...args: unknown[]) {
        seen.push([index, this === emitter, args, active()]);
      };
    });
    const named = (value: unknown): unknown => {
      if (value === emitter) return 'itself';
      if (Array.isArray(value)) return value.map(named);
      if (typeof value !== 'function') return value;
      const inner = (value as { listener?: unknown }).listener; // of once()
      return inner === undefined ? listeners.indexOf(value as never) : ['once', named(inner)];
    };
    for (const [method, event, index] of calls) {
      const name = EVENTS[event];
      const args = method === 'emit' ? [name, index, 'argument'] : [name, listeners[index]];
      const taken = /^(?:removeAll|listeners|rawL|eventN|listenerC)/.test(method) ? args.slice(0, 1) : args;
      const run = (emitter as unknown as Record<string, (...given: unknown[]) => unknown>)[method];
      seen.push(named(Reflect.apply(run as () => unknown, emitter, method === 'eventNames' ? [] : taken)));
    }
    return seen;
  };

  fc.assert(
    fc.property(fc.array(call, { maxLength: 40 }), (calls) => {
      const manager = new GuardedContextManager();
      const bound = manager.bind(inContext, new EventEmitter());

      const seen = play(bound, calls, () => manager.active().getValue(KEY));
      expect(seen).toEqual(play(new EventEmitter(), calls, () => 1));
      expect(Object.keys(bound)).toEqual(Object.keys(new EventEmitter()));
      expect(manager.active()).toBe(ROOT_CONTEXT);
    }),
  );
});

test('an emitter with an emit of its own, or one that is given later, still has it called', () => {
  const manager = new GuardedContextManager();
  const emitted: unknown[] = [];
  const emitter = new EventEmitter();
  emitter.emit = (...args) => emitted.push([...args, manager.active().getValue(KEY)]) > 0;
  manager.bind(inContext, emitter).emit('first');
  const bound = emitter.emit;
  emitter.emit = (...args) => Reflect.apply(bound, emitter, args);
  emitter.emit('second');

  expect(emitted).toEqual([
    ['first', 1],
    ['second', 1],
  ]);
});

test('whoever hears an event of a bound emitter hears it in the context', () => {
  const manager = new GuardedContextManager();
  const found: unknown[] = [];
  const look = () => found.push(manager.active().getValue(KEY));
  class Overriding extends EventEmitter {
    override emit(...args: Parameters<EventEmitter['emit']>): boolean {
      look();
      return super.emit(...args);
    }
  }
  const monitored = manager.bind(inContext, new EventEmitter()).on(errorMonitor, look);
  const error = new Error('that nobody handles');

  expect(manager.bind(inContext, new Overriding()).emit('unheard')).toBe(false);
  expect(() => monitored.emit('error', error)).toThrow(error);
  expect(manager.bind(inContext, new EventEmitter()).emit('unheard')).toBe(false);
  expect(found).toEqual([1, 1]);
});

test('an emitter that is bound twice stays in its first context', () => {
  const manager = new GuardedContextManager();
  const emitter = manager.bind(ROOT_CONTEXT.setValue(KEY, 2), manager.bind(inContext, new EventEmitter()));
  const found: unknown[] = [];
  emitter.on('event', () => found.push(manager.active().getValue(KEY)));
  emitter.emit('event');

  expect(found).toEqual([1]);
});

test('a bound function has the length of its target, and gets its this and its arguments', () => {
  const manager = new GuardedContextManager();
  const self = {};
  const bound = manager.bind(inContext, function target(this: unknown, a: number, b: number) {
    return [this, a, b, manager.active().getValue(KEY)];
  });

  expect(bound.length).toBe(2);
  expect(bound.call(self, 1, 2)).toEqual([self, 1, 2, 1]);
});
