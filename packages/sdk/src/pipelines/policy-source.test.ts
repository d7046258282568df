import { execFileSync } from 'node:child_process';
import fs, { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Policy, PolicyInput } from '@clew/sampling/policy';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { ConfigurationError } from '../options/configuration-error.ts';
import { samplingWish } from '../options/sampling-wish.ts';
import { openPolicySource } from './policy-source.ts';

const stderr: string[] = [];
let folder = '';
let file = '';

beforeEach(() => {
  const { writeSync } = fs;
  vi.spyOn(fs, 'writeSync').mockImplementation((fd: number, ...all: unknown[]) => {
    return fd === 2 ? stderr.push(String(all[0])) : (writeSync as (...all: unknown[]) => number)(fd, ...all);
  });
  syncBuiltinESMExports();
  folder = mkdtempSync(join(tmpdir(), 'clew-policy-'));
  file = join(folder, 'policy.yaml');
});
afterEach(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
  rmSync(folder, { recursive: true });
  stderr.length = 0;
});

/** Lines since the last call, without the folder. */
const said = () => stderr.splice(0).map((line) => line.replaceAll(`${folder}/`, '').trimEnd());
const wishOf = (path: string) => samplingWish(path, 'environment', 'CLEW_SAMPLING_FILE');
const keeping = (ratio: number) => `version: 1\nbase: { ratio: ${ratio} }\n`;
const IGNORED =
  'clew: the sampling policy of CLEW_SAMPLING_FILE is ignored until the next start; sampling as without one';

describe('a policy in code', () => {
  const open = (input: object) => openPolicySource(samplingWish(input, 'code', 'sampling'), () => {});

  test('is read', () => {
    expect(open({ version: 1, base: { ratio: 0.5 } })?.policy.base.ratio).toBe(0.5);
    expect(said()).toEqual([]);
  });

  test('with a mistake throws an error that names the option, and lists what else is wrong', () => {
    const mistaken = () => open({ version: 1, head: [{ name: 'a', match: { path: '/' }, ratio: 2 }], bas: {} });

    expect(mistaken).toThrow(ConfigurationError);
    expect(mistaken).toThrow(
      'sampling.bas is an unknown key; did you mean base?\n' +
        'sampling.head[0].ratio is 2, expected a number from 0 to 1; write 0.02 for 2 %',
    );
    expect(said()).toEqual([]);
  });

  test('that is no policy at all is named as the option itself', () => {
    expect(() => open({})).toThrow('sampling lacks version; add version: ');
  });
});

test('a mistake in the policy of the config file is said with its remedy, and the policy is ignored', () => {
  const input = { version: 1, base: { ratio: 2 } } satisfies PolicyInput;
  const source = openPolicySource(samplingWish(input, 'file', 'clew.config.json: sampling'), () => {});

  expect(source).toBeUndefined();
  expect(said()).toEqual([
    'clew: clew.config.json: sampling.base.ratio is 2, expected a number from 0 to 1; write 0.02 for 2 %',
    'clew: the sampling policy of clew.config.json: sampling is ignored until the next start; sampling as without one',
  ]);
});

describe('a file is read', () => {
  test.each([
    ['YAML', keeping(0.5)],
    ['JSON', '{\n\t"version": 1,\n\t"base": {\n\t\t"ratio": 0.5\n\t}\n}\n'],
    ['a text with a byte order mark', `\ufeff${keeping(0.5)}`],
    ['a text with the line ends of Windows', keeping(0.5).replaceAll('\n', '\r\n')],
  ])('that is %s', (_, text) => {
    writeFileSync(file, text);
    const source = openPolicySource(wishOf(file), () => {});

    expect(source?.policy.base.ratio).toBe(0.5);
    expect(said()).toEqual([]);
    source?.close();
  });
});

describe('a file that cannot be used is said with a remedy, and the policy is ignored:', () => {
  test.each<[name: string, make: (path: string) => void, said: string]>([
    ['none', () => {}, 'cannot be read (ENOENT); name a readable YAML or JSON file'],
    [
      'a link to itself',
      (path) => symlinkSync(path, path),
      'cannot be read (ELOOP); name a readable YAML or JSON file',
    ],
    ['a directory', (path) => mkdirSync(path), 'is not a regular file; name a YAML or JSON file'],
    ['a pipe', (path) => execFileSync('mkfifo', [path]), 'is not a regular file; name a YAML or JSON file'],
    ['a device', (path) => symlinkSync('/dev/zero', path), 'is not a regular file; name a YAML or JSON file'],
    [
      'a huge one',
      (path) => writeFileSync(path, `version: 1\n${'#'.repeat(128 * 1024)}`),
      'is longer than 128 KiB; write fewer rules, with globs and lists',
    ],
    [
      'one of bytes',
      (path) => writeFileSync(path, Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0xff, 0])),
      'is not a text in UTF-8; save it as one',
    ],
    ['one with a zero', (path) => writeFileSync(path, 'version: 1\n# \0'), 'is not a text in UTF-8; save it as one'],
  ])('%s', (_, make, problem) => {
    make(file);

    expect(openPolicySource(wishOf(file), () => {})).toBeUndefined();
    expect(said()).toEqual([`clew: policy.yaml ${problem}`, IGNORED]);
  });

  test.each([
    ['an empty one', '', 'line 1, column 1: the policy is empty; begin with version: 1'],
    [
      'one with a wrong value',
      'version: 1\nbase:\n  ratio: secret\n',
      'line 3, column 10: base.ratio is a string, expected a number from 0 to 1; write a number such as 0.05',
    ],
    [
      'one that is half written',
      'version: 1\nbase: { ratio: 0.',
      'line 2, column 18: the policy is not YAML: Flow map in block collection must be sufficiently indented and end with a }; mend the YAML there',
    ],
  ])('%s', (_, text, problem) => {
    writeFileSync(file, text);

    expect(openPolicySource(wishOf(file), () => {})).toBeUndefined();
    expect(said()).toEqual([`clew: policy.yaml: ${problem}`, IGNORED]);
  });

  test('one with many mistakes, of which five are said', () => {
    writeFileSync(file, `version: 1\n${Array.from({ length: 9 }, (_, n) => `key${n}: 1`).join('\n')}`);

    openPolicySource(wishOf(file), () => {});

    const lines = said();
    expect(lines).toHaveLength(7);
    expect(lines.slice(4)).toEqual([
      expect.stringMatching(/^clew: policy\.yaml: line 6, column 1: .*key4.* is an unknown key/),
      'clew: … and 4 more problems of this policy',
      IGNORED,
    ]);
  });

  test('any bytes, which never throw', () => {
    const bytes = fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.string().map(Buffer.from));
    fc.assert(
      fc.property(bytes, (content) => {
        writeFileSync(file, content);
        const source = openPolicySource(wishOf(file), () => {});
        source?.close();

        expect(said().at(-1)).toBe(source === undefined ? IGNORED : undefined);
      }),
    );
  });
});

/** A source whose file is looked at when the test says so. */
function watched() {
  const ratios: number[] = [];
  let look = () => {};
  let looked = () => {};
  let looks = -1; // the first is scheduled at once
  let isCancelled = false;
  const source = openPolicySource(
    wishOf(file),
    (policy: Policy) => ratios.push(policy.base.ratio),
    (callback) => {
      look = callback;
      looks += 1;
      looked();
      return () => {
        isCancelled = true;
      };
    },
  );
  return {
    ratios,
    close: () => source?.close(),
    looks: () => looks,
    isCancelled: () => isCancelled,
    async look(times = 1) {
      for (let n = 0; n < times; n++) {
        await new Promise<void>((resolve) => {
          looked = resolve;
          look();
        });
      }
    },
  };
}

describe('a file that changes', () => {
  const bad = 'version: 1\nbase: { ratio: 3 }\n';
  const badSaid = [
    'clew: policy.yaml: line 2, column 16: base.ratio is 3, expected a number from 0 to 1; write 0.03 for 3 %',
    'clew: the sampling policy that was read from policy.yaml before stays in force',
  ];
  const READ = ['clew: sampling policy read anew from policy.yaml'];
  const write = (text: string) => writeFileSync(file, text);
  const replace = (text: string) => {
    writeFileSync(`${file}.new`, text);
    renameSync(`${file}.new`, file);
  };

  test.each([
    ['written in place', write],
    ['replaced by another', replace],
  ])('is read anew: %s', async (_, change) => {
    write(keeping(0.1));
    const source = watched();
    await source.look(5);

    change(keeping(0.2));
    await source.look(2);

    expect(source.ratios).toEqual([0.2]);
    expect(said()).toEqual(READ);
  });

  test('is read anew where a link above it is swapped, as Kubernetes does', async () => {
    for (const [name, ratio] of Object.entries({ first: 0.1, second: 0.2 })) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'policy.yaml'), keeping(ratio));
      symlinkSync(name, join(folder, `to-${name}`));
    }
    renameSync(join(folder, 'to-first'), join(folder, '..data'));
    symlinkSync('..data/policy.yaml', file);
    const source = watched();
    await source.look(5);

    renameSync(join(folder, 'to-second'), join(folder, '..data'));
    await source.look(2);

    expect(source.ratios).toEqual([0.2]);
    expect(said()).toEqual(READ);
  });

  test('is read anew where it changed before the first look, and keeps its size and times', async () => {
    const time = new Date(0);
    write(keeping(0.1));
    utimesSync(file, time, time);
    const source = watched();

    write(keeping(0.2));
    utimesSync(file, time, time);
    await source.look(2);

    expect(source.ratios).toEqual([0.2]);
  });

  test('says nothing where its content is the same', async () => {
    write(keeping(0.1));
    const source = watched();
    await source.look(5);

    replace(keeping(0.1));
    utimesSync(file, new Date(0), new Date(0));
    await source.look(5);

    expect(source.ratios).toEqual([]);
    expect(said()).toEqual([]);
  });

  test('is not read while it is written: two looks must find the same', async () => {
    write(keeping(0.1));
    const source = watched();

    for (const text of ['', 'version: 1\n', 'version: 1\nbase: { ratio: 0.', keeping(0.25)]) {
      write(text);
      await source.look();
      expect([...source.ratios, ...said()]).toEqual([]);
    }
    await source.look();

    expect(source.ratios).toEqual([0.25]);
    expect(said()).toEqual(READ);
  });

  test('keeps the policy where it cannot be used, says so once a content, and is read when it is mended', async () => {
    write(keeping(0.1));
    const source = watched();

    write(bad);
    await source.look(5);
    replace(bad);
    await source.look(5);
    expect([source.ratios, said()]).toEqual([[], badSaid]);

    write(keeping(0.1));
    await source.look(2);
    expect([source.ratios, said()]).toEqual([[0.1], READ]);
  });

  test.each<[name: string, change: () => void, problem: string]>([
    ['vanishes', () => {}, 'cannot be read (ENOENT); name a readable YAML or JSON file'],
    ['becomes a pipe', () => execFileSync('mkfifo', [file]), 'is not a regular file; name a YAML or JSON file'],
    ['becomes endless', () => symlinkSync('/dev/zero', file), 'is not a regular file; name a YAML or JSON file'],
  ])('keeps the policy where it %s, and is read when it comes back', async (_, change, problem) => {
    write(keeping(0.1));
    const source = watched();

    rmSync(file);
    change();
    await source.look(5);
    expect(source.ratios).toEqual([]);
    expect(said()).toEqual([`clew: policy.yaml ${problem}`, badSaid[1]]);

    rmSync(file, { force: true });
    write(keeping(0.2));
    await source.look(2);
    expect([source.ratios, said()]).toEqual([[0.2], READ]);
  });

  test('is not looked at any more after close(), not even by a look on its way', async () => {
    write(keeping(0.1));
    const source = watched();
    write(keeping(0.2));
    await source.look();

    void source.look();
    source.close();
    for (let n = 0; n < 10; n++) await stat(file); // by then the look is back

    expect(source.looks()).toBe(1);
    expect(source.isCancelled()).toBe(true);
    expect([...source.ratios, ...said()]).toEqual([]);
  });
});
