import { expect, test, vi } from 'vitest';

import { bearingHooks } from './bearing-hooks.ts';

test('a function among the options is called as it was, and the rest of them stays', () => {
  const hook = vi.fn<(this: unknown, ...args: unknown[]) => unknown>(() => 'answer');
  const options = bearingHooks('dummy', { hook, size: 7, list: ['a'] }) as { hook: typeof hook; size: number };

  expect(options.hook('a', 'b')).toBe('answer');
  expect(hook.mock.calls).toEqual([['a', 'b']]);
  expect(hook.mock.contexts).toEqual([options]);
  expect(options).toMatchObject({ size: 7, list: ['a'] });
});

test("what it throws is thrown on, and a rejection is nobody's no more", async () => {
  const unhandled = vi.fn<() => void>();
  process.on('unhandledRejection', unhandled);
  const fails = () => {
    throw new Error('refused');
  };
  const options = bearingHooks('dummy', { throws: fails, rejects: async () => fails() }) as Record<
    string,
    () => unknown
  >;

  expect(() => options['throws']?.()).toThrow('refused');
  const answer = options['rejects']?.();
  await new Promise((resolve) => setImmediate(resolve));
  process.off('unhandledRejection', unhandled);

  expect(unhandled).not.toHaveBeenCalled();
  await expect(answer).rejects.toThrow('refused');
});
