// `npm run bench [-- name …]`: the benchmarks that are named, or all that take no longer than a coffee. Each compares its
// candidates in one run, interleaved. Words after a name that name no benchmark are its arguments.
import { parseArgs } from 'node:util';

interface Bench {
  /** @returns its table in Markdown */
  run(args: readonly string[]): Promise<string>;
}

const SHORT: Readonly<Record<string, () => Promise<Bench>>> = {
  startup: () => import('./startup.ts'),
  spans: () => import('./spans.ts'),
  pipeline: () => import('./pipeline.ts'),
  redaction: () => import('./redaction.ts'),
  logs: () => import('./logs.ts'),
  sampling: () => import('./sampling.ts'),
  tail: () => import('./tail.ts'),
};

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ...SHORT,
  queues: () => import('./queues.ts'),
  faults: () => import('./faults.ts'),
  soak: () => import('./soak.ts'),
};

const { positionals } = parseArgs({ allowPositionals: true });
const words = positionals.length > 0 ? positionals : Object.keys(SHORT);
while (words.length > 0) {
  const name = words.shift() ?? '';
  const load = BENCHES[name];
  if (load === undefined)
    throw new Error(`there is no benchmark ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
  const args: string[] = [];
  while (words[0] !== undefined && !(words[0] in BENCHES)) args.push(words.shift() ?? '');
  console.log(await (await load()).run(args));
}
