import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { describeError, guard } from './guard.ts';

test('guard returns what the work returns', () => {
  expect(guard('adding', 0, () => 1 + 1)).toBe(2);
});

test('guard returns the fallback when the work throws', () => {
  const result = guard('a hook', 'fallback', () => {
    throw new Error('broken hook');
  });

  expect(result).toBe('fallback');
});

test.each([null, undefined, 'text', 42, Symbol('s'), Object.create(null)])(
  'guard survives a thrown value that is no error: %o',
  (thrown) => {
    const result = guard(`throwing ${typeof thrown}`, 'fallback', () => {
      throw thrown;
    });

    expect(result).toBe('fallback');
  },
);

test('an error whose message throws when it is read has a description all the same', () => {
  const error = Object.defineProperty(new Error(), 'message', {
    get() {
      throw new Error('no message for you');
    },
  });

  expect(describeError(error)).toBe('an error that cannot be printed');
});

test('a failure is told on stderr, in one line with the prefix, and never on stdout', () => {
  const program = `
    import { guard } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    guard('the request hook', undefined, () => { throw new TypeError('first\\nsecond') });
    guard('the request hook', undefined, () => { throw new TypeError('again') });
  `;

  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });

  expect(stdout).toBe('');
  expect(stderr).toBe('clew: the request hook failed: TypeError: first second\n');
});
