import { expect, test } from 'vitest';

import { copyOf, copyWith } from './copy-with.ts';

class Order {
  readonly #id = 7;
  readonly key = 'customer';
  value: string | undefined = 'book';

  get id(): number {
    return this.#id;
  }
}

test('the copy of an instance has its own properties as its own, for whoever spreads it', () => {
  const order = Object.freeze(new Order());

  const copy = copyWith(order, 'headers', { a: 'b' });

  expect({ ...copy }).toEqual({ key: 'customer', value: 'book', headers: { a: 'b' } });
  expect({ ...order }).toEqual({ key: 'customer', value: 'book' });
  expect(copy).toBeInstanceOf(Order);
});

test('getters of a class read what only its instances have', () => {
  const copy = copyOf(new Order());

  expect(Reflect.get(copy, 'id')).toBe(7);
  expect('id' in copy).toBe(true);
  expect(Object.keys(copy)).toEqual(['key', 'value']);
});

test('what is inherited stays inherited, and listed', () => {
  const copy = copyWith(Object.create({ timeout: 5000 }) as object, 'headers', 1);

  expect(Reflect.get(copy, 'timeout')).toBe(5000);
  expect(Object.keys(copy)).toEqual(['headers']);
  expect([...listed(copy)].sort()).toEqual(['headers', 'timeout']);
});

test('a getter that throws is not called before it is read', () => {
  class Hostile {
    get lazy(): never {
      throw new RangeError('lazy');
    }
  }

  const copy = copyWith(new Hostile(), 'headers', 1);

  expect(() => Reflect.get(copy, 'lazy') as unknown).toThrow(RangeError);
  expect(Reflect.get(copy, 'headers')).toBe(1);
});

test('what is written to the copy stays there', () => {
  class Options {
    #timeout = 1;
    get timeout(): number {
      return this.#timeout;
    }
    set timeout(timeout: number) {
      this.#timeout = timeout;
    }
  }
  const options = new Options();

  const copy = copyOf(options) as Options;
  copy.timeout = 2;

  expect([options.timeout, copy.timeout]).toEqual([1, 2]);
});

function* listed(object: object): Iterable<string> {
  for (const name in object) yield name;
}
