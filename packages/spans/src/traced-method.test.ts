import { forgetReports } from '@clew/diagnostics';
import { recordSpans, type RecordedSpans } from '@clew/testing';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { traced } from './traced.ts';

const CAUSES: unique symbol = Symbol.for('clew.diagnostics.causes') as never;

let recorded: RecordedSpans;
beforeEach(() => void (recorded = recordSpans()));
afterEach(() => {
  recorded[Symbol.dispose]();
  vi.unstubAllGlobals();
});

/** As TypeScript's `experimentalDecorators`, swc and esbuild call a decorator of a method. */
function decorated(target: object, key: string | symbol, decorate: (...args: never[]) => unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, key);
  const result = (decorate as (...args: unknown[]) => PropertyDescriptor | undefined)(target, key, descriptor);
  const replaced = result ?? descriptor;
  if (replaced !== undefined) Object.defineProperty(target, key, replaced);
}

/** The causes of the lines on stderr, from where all copies of `@clew/diagnostics` keep them. */
function toldCauses(): string {
  const causes = (globalThis as { [CAUSES]?: Map<string, unknown> })[CAUSES];
  return [...(causes?.keys() ?? [])].join();
}

class Payments {
  static fee(): number {
    return this === Payments ? 1 : 0;
  }
  currency = 'EUR';
  charge(cents: number): string {
    return `${cents} ${this.currency}`;
  }
  get total(): number {
    return 7;
  }
  [Symbol.iterator](): Iterator<number> {
    return [1].values();
  }
}

test('the older form of decorators gives a method a span, with its this, name and length', () => {
  class Own extends Payments {
    override charge(cents: number): string {
      return super.charge(cents);
    }
  }
  decorated(Own.prototype, 'charge', traced.method('payment.charge'));

  expect(new Own().charge(99)).toBe('99 EUR');

  expect([Own.prototype.charge.name, Own.prototype.charge.length]).toEqual(['charge', 1]);
  expect(recorded.tree()).toBe('payment.charge');
});

test('in the older form static methods and methods named by symbols have spans, named by their key', () => {
  class Own extends Payments {
    static own(): string {
      return this.name;
    }
    override [Symbol.iterator](): Iterator<number> {
      return [1].values();
    }
  }
  decorated(Own, 'own', traced.method());
  decorated(Own.prototype, Symbol.iterator, traced.method());

  expect([Own.own(), [...new Own()]]).toEqual(['Own', [1]]);

  expect(recorded.tree()).toBe('own\nSymbol(Symbol.iterator)');
});

test('in the older form a method stays as enumerable, writable and configurable as it was', () => {
  const target = { charge: () => 1 };
  Object.defineProperty(target, 'charge', { enumerable: false, writable: false });

  decorated(target, 'charge', traced.method());

  expect(Object.getOwnPropertyDescriptor(target, 'charge')).toMatchObject({
    enumerable: false,
    writable: false,
    configurable: true,
  });
});

test('metadata that decorators below have set stay with a method', () => {
  const store = new WeakMap<object, Map<unknown, unknown>>();
  vi.stubGlobal(
    'Reflect',
    Object.assign(Object.create(Reflect) as object, {
      getOwnMetadataKeys: (from: object) => [...(store.get(from)?.keys() ?? [])],
      getOwnMetadata: (key: unknown, from: object) => store.get(from)?.get(key),
      defineMetadata: (key: unknown, value: unknown, to: object) =>
        store.set(to, (store.get(to) ?? new Map<unknown, unknown>()).set(key, value)),
    }),
  );
  const target = { find: () => 'book' };
  store.set(target.find, new Map([['path', '/books']]));

  decorated(target, 'find', traced.method());

  expect(store.get(target.find)?.get('path')).toBe('/books');
  expect(target.find()).toBe('book');
  expect(recorded.tree()).toBe('find');
});

test.each([
  ['a field of the older form', () => decorated({}, 'field', traced.method()), /expected a method, got .* \(field\)/],
  ['a getter of the older form', () => decorated(Payments.prototype, 'total', traced.method()), /\(total\)/],
  [
    'a standard field',
    () => (traced.method() as (...args: unknown[]) => unknown)(undefined, { kind: 'field', name: 'price' }),
    /\(price\)/,
  ],
  ['no parentheses in the older form', () => decorated({ find() {} }, 'find', traced.method), /parentheses/],
  [
    'no parentheses in the standard form',
    () => (traced.method as (...args: unknown[]) => unknown)(() => 1, { kind: 'method', name: 'find' }),
    /parentheses/,
  ],
])('a decorator with %s changes nothing and is told', (_, misuse, told) => {
  forgetReports();

  expect(misuse()).toBeUndefined();

  expect(toldCauses()).toMatch(told);
});

test('a getter that is decorated by mistake still gets', () => {
  decorated(Payments.prototype, 'total', traced.method());

  expect(new Payments().total).toBe(7);
});
