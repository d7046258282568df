// `npm run bench [-- name …]`: every benchmark, or those named. Each compares its candidates in one run, interleaved.
import { parseArgs } from 'node:util';

const BENCHES: Readonly<Record<string, () => Promise<{ run(): Promise<string> }>>> = {
  startup: () => import('./startup.ts'),
  spans: () => import('./spans.ts'),
};

const { positionals } = parseArgs({ allowPositionals: true });
const names = positionals.length > 0 ? positionals : Object.keys(BENCHES);
for (const name of names) {
  const load = BENCHES[name];
  if (load === undefined)
    throw new Error(`there is no benchmark ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
  console.log(await (await load()).run());
}
