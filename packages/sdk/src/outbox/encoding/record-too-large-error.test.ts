import { expect, test, vi } from 'vitest';

test.each([
  ['../../sending/send-error.ts', 'SendError', ['reason', 'message', true]],
  ['./record-too-large-error.ts', 'RecordTooLargeError', [7]],
  ['../../options/configuration-error.ts', 'ConfigurationError', ['option', 'is wrong']],
] as const)('an error of another copy of %s is one, and no other error is', async (path, name, args) => {
  type Copy = Record<string, new (...all: unknown[]) => Error>;
  const first = (await import(path)) as Copy;
  vi.resetModules();
  const second = (await import(path)) as Copy;
  const [One, Other] = [first[name], second[name]];

  expect(One).not.toBe(Other);
  expect(new Other!(...args)).toBeInstanceOf(One);
  expect(new One!(...args)).toBeInstanceOf(Error);
  for (const other of [new Error('x'), null, undefined, 'x', {}]) expect(other instanceof One!).toBe(false);
});
