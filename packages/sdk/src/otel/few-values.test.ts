import fc from 'fast-check';
import { expect, test } from 'vitest';

import { RememberedValues, type Plain } from './few-values.ts';

const key = fc.constantFrom('a', 'b', 'c', '7', '__proto__');
const value = fc.oneof(fc.constantFrom('x', 'y', '1', 1, 0, -0, NaN, true, ''), fc.nat(40), fc.string());

test('what is found of a value is what was remembered of it last, whatever was asked for in between', () => {
  const steps = fc.array(fc.record({ key, value, isAsked: fc.boolean() }), { maxLength: 200 });

  fc.assert(
    fc.property(steps, (all) => {
      const wrong: unknown[] = [];
      const remembered = new RememberedValues<string>();
      const model = new Map<string, Map<Plain, string>>();
      for (const [index, step] of all.entries()) {
        const values = remembered.of(step.key);
        const expected = model.get(step.key)?.get(step.value);
        const found = values?.get(step.value);
        if ((found !== undefined || values?.isOpen() === true) && found !== expected) wrong.push(step);
        if (step.isAsked || expected !== undefined) continue;
        values?.remember(step.value, `result ${index}`);
        model.set(step.key, (model.get(step.key) ?? new Map<Plain, string>()).set(step.value, `result ${index}`));
      }
      expect(wrong).toEqual([]);
    }),
  );
});

test('a key that takes many values is given up, and one with a long value', () => {
  const remembered = new RememberedValues<number>();

  for (let id = 0; id < 17; id++) remembered.of('id')?.remember(id, id);
  remembered.of('text')?.remember('x'.repeat(129), 1);

  expect([remembered.of('id')?.isOpen(), remembered.of('id')?.get(3)]).toEqual([false, undefined]);
  expect(remembered.of('text')?.isOpen()).toBe(false);
});

test('keys that come too late are not remembered', () => {
  const remembered = new RememberedValues<number>();

  for (let index = 0; index < 512; index++) remembered.of(`key ${index}`)?.remember('x', index);

  expect(remembered.of('another')).toBeUndefined();
  expect(remembered.of('key 511')?.get('x')).toBe(511);
});
