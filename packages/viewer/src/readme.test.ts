import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { expect, test } from 'vitest';

import { VIEWER_DEFAULTS } from './start-viewer.ts';
import { STORE_DEFAULTS } from './store/create-store.ts';
import { WAIT_DEFAULTS } from './trace-waits.ts';

const README = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the program of the README prints what the README says', () => {
  const [, program, output] = /```js\n([^]*?)```\n+```\n([^]*?)```/.exec(README)!;

  const args = ['--input-type=module', '-e', program!];
  const printed = execFileSync(process.execPath, args, { cwd: fileURLToPath(new URL('..', import.meta.url)) });

  expect(printed.toString()).toBe(output);
});

test('the table of options in the README has the defaults of the code', () => {
  const { host, port } = VIEWER_DEFAULTS;
  const documented = Array.from(README.matchAll(/^\| `(\w+)` \| `([^`]+)` \|/gm), ([, name, value]) => [name, value]);

  expect(Object.fromEntries(documented)).toEqual({
    host,
    port: String(port),
    maxSpans: String(STORE_DEFAULTS.maxSpans),
    maxBytes: String(STORE_DEFAULTS.maxBytes),
    keepRequests: 'false',
  });
  expect(README).toContain(`\`timeoutMillis\` (default \`${WAIT_DEFAULTS.timeoutMillis}\`)`);
  expect(README).toContain(`\`count\` (default \`${WAIT_DEFAULTS.count}\`)`);
});
