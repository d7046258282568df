import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

import { describeError, guard, placeOfError } from './guard.ts';

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

test.each([
  ['an error of Node', () => JSON.parse('x SECRET'), /^SyntaxError at \S*guard\.test\.ts:\d+:\d+$/],
  [
    'a code',
    () => {
      throw Object.assign(new RangeError('SECRET'), { code: 'ERR_OUT_OF_RANGE' });
    },
    /^RangeError ERR_OUT_OF_RANGE at \S*guard\.test\.ts:\d+:\d+$/,
  ],
  [
    'a text',
    () => {
      throw 'SECRET'; // oxlint-disable-line no-throw-literal, only-throw-error -- applications do
    },
    /^a string was thrown$/,
  ],
  [
    'a message that looks like a frame',
    () => {
      throw new Error('a\n    at f (/SECRET:1:1)\n    at /SECRET:2:2\nb');
    },
    /^Error at \S*guard\.test\.ts:\d+:\d+$/,
  ],
  [
    'a name and a code that are texts',
    () => {
      throw Object.assign(new Error('a'), { name: 'no SECRET', code: 'SECRET 1', stack: 7 });
    },
    /^an error$/,
  ],
])('the place of %s is told without what it says', (_, work, told) => {
  let place = '';
  try {
    work();
  } catch (error) {
    place = placeOfError(error);
  }

  expect(place).toMatch(told);
});

test('an error that cannot be read has a place all the same', () => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();

  for (const error of [proxy, Object.create(null), () => {}, null, undefined]) {
    expect(placeOfError(error)).toMatch(/^(?:an error|(?:null|undefined) was thrown)$/);
  }
});

test('a failure is told on stderr, in one line with the prefix, and never on stdout', () => {
  const program = `
    import { guard } from ${JSON.stringify(new URL('../dist/index.js', import.meta.url).href)};
    guard('the request hook', undefined, () => { throw new TypeError('first\\nsecond') });
    guard('the request hook', undefined, () => { throw new TypeError('again') });
  `;

  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' });

  expect(stdout).toBe('');
  expect(stderr).toMatch(/^clew: the request hook failed: TypeError at file:\S+:3:\d+\n$/);
});
