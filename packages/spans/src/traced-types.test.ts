import type { Span } from '@opentelemetry/api';
import { expectTypeOf, test } from 'vitest';

import { span } from './span.ts';
import { startSpan } from './start-span.ts';
import { tracedAll } from './traced-all.ts';
import { traced } from './traced.ts';

// The compiler makes these assertions: `npm run check` fails where a type is not the one expected.

test('overloads stay', () => {
  function parse(text: string): number;
  function parse(bytes: Uint8Array, offset: number): bigint;
  function parse(input: string | Uint8Array): number | bigint {
    return typeof input === 'string' ? input.length : BigInt(input.length);
  }

  const tracedParse = traced('parse', parse);

  expectTypeOf(tracedParse).toEqualTypeOf<typeof parse>();
  expectTypeOf(tracedParse('text')).toEqualTypeOf<number>();
  expectTypeOf(tracedParse(new Uint8Array(1), 0)).toEqualTypeOf<bigint>();
  // @ts-expect-error -- neither overload takes a number
  expectTypeOf(() => tracedParse(7)).toBeFunction();
});

test('generics stay', () => {
  const first = traced('first', <T extends object, K extends keyof T>(item: T, key: K): T[K] => item[key]);

  expectTypeOf(first({ id: 7 }, 'id')).toEqualTypeOf<number>();
  // @ts-expect-error -- there is no such key
  first({ id: 7 }, 'name');
});

test('the type of this stays', () => {
  function total(this: { prices: number[] }, tax: number): number {
    return this.prices.length * tax;
  }

  const tracedTotal = traced('total', total);

  expectTypeOf(tracedTotal).thisParameter.toEqualTypeOf<{ prices: number[] }>();
  expectTypeOf(tracedTotal.call({ prices: [1] }, 2)).toEqualTypeOf<number>();
  // @ts-expect-error -- it has no prices
  expectTypeOf(() => tracedTotal.call({}, 2)).toBeFunction();
});

test('generators and async generators stay', () => {
  const numbers = traced('numbers', function* (): Generator<number, string, boolean> {
    return (yield 1) ? 'yes' : 'no';
  });
  const pages = traced('pages', async function* (): AsyncGenerator<Buffer, void, undefined> {
    yield Buffer.from('page');
  });

  expectTypeOf(numbers).toEqualTypeOf<() => Generator<number, string, boolean>>();
  expectTypeOf(pages).toEqualTypeOf<() => AsyncGenerator<Buffer, void, undefined>>();
});

test('constructors, abstract ones too, and their static members stay', () => {
  class Order<T = string> {
    static readonly empty = 'none';
    readonly item: T;
    constructor(item: T) {
      this.item = item;
    }
  }
  abstract class Base {
    abstract run(): void;
  }

  const TracedOrder = traced('new order', Order);

  expectTypeOf(new TracedOrder(7)).toEqualTypeOf<Order<number>>();
  expectTypeOf(TracedOrder.empty).toEqualTypeOf<string>();
  expectTypeOf(traced('base', Base)).toEqualTypeOf<typeof Base>();
});

test('properties and optional arguments stay', () => {
  const cancel = () => {};
  const place = traced(
    'place',
    Object.assign((cart: string, express?: boolean) => express ?? cart, { cancel }),
  );

  expectTypeOf(place.cancel).toEqualTypeOf<() => void>();
  expectTypeOf(place).parameter(1).toEqualTypeOf<boolean | undefined>();
});

test('the attributes function is given the arguments of the function', () => {
  traced('charge', (_card: { brand: string }, _cents?: number) => {}, {
    attributes(card, cents) {
      expectTypeOf(card).toEqualTypeOf<{ brand: string }>();
      expectTypeOf(cents).toEqualTypeOf<number | undefined>();
      return { brand: card.brand };
    },
  });
  const charge = (_card: string) => {};
  // @ts-expect-error -- the function has no such argument
  expectTypeOf(traced('charge', charge, { attributes: (card: number) => ({ card }) })).toEqualTypeOf(charge);
});

test('span gives the type that its function does: sync in, sync out', () => {
  expectTypeOf(span('sync', () => 1)).toEqualTypeOf<number>();
  expectTypeOf(span('async', () => Promise.resolve('a'))).toEqualTypeOf<Promise<string>>();
  span('given', (current) => expectTypeOf(current).toEqualTypeOf<Span>());
});

test('tracedAll gives the type of the object', () => {
  class Orders {
    #rows = new Map<number, string>();
    find = (id: number) => this.#rows.get(id);
  }

  expectTypeOf(tracedAll(new Orders())).toEqualTypeOf<Orders>();
});

test('what startSpan gives is a span, and disposable in both ways', () => {
  expectTypeOf(startSpan).returns.toExtend<Span & Disposable & AsyncDisposable>();
});

test('a decorator takes methods that have the arguments which its attributes are made from', () => {
  const decorate = traced.method('charge', { attributes: (card: { brand: string }) => ({ brand: card.brand }) });
  const context = {} as ClassMethodDecoratorContext;
  const charge = (card: { brand: string }, cents: number): string => `${card.brand} ${cents}`;

  expectTypeOf(() => traced.method()(charge, context)).returns.toEqualTypeOf<typeof charge>();
  expectTypeOf(() => decorate(charge, context)).returns.toEqualTypeOf<typeof charge>();
  // @ts-expect-error -- its first argument is no card
  expectTypeOf(() => decorate((id: number) => id, context)).toBeFunction();
});
