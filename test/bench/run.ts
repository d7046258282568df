// `npm run bench [-- name …]`: the benchmarks that are named, or all that take no longer than a coffee. Each compares its
// candidates in one run, interleaved. Words after a name that name no benchmark are its arguments, options among them.
interface Bench {
  /** @returns its table in Markdown */
  run(args: readonly string[]): Promise<string>;
}

const SHORT: Readonly<Record<string, () => Promise<Bench>>> = {
  startup: () => import('./startup.ts'),
  spans: () => import('./spans.ts'),
  contexts: () => import('./contexts.ts'),
  pipeline: () => import('./pipeline.ts'),
  redaction: () => import('./redaction.ts'),
  logs: () => import('./logs.ts'),
  sampling: () => import('./sampling.ts'),
  tail: () => import('./tail.ts'),
};

const BENCHES: Readonly<Record<string, () => Promise<Bench>>> = {
  ...SHORT,
  viewer: () => import('./viewer.ts'),
  queues: () => import('./queues.ts'),
  requests: () => import('./requests.ts'),
  delay: () => import('./delay.ts'),
  export: () => import('./export.ts'),
  faults: () => import('./faults.ts'),
  soak: () => import('./soak.ts'),
};

const named = process.argv.slice(2);
const words = named.length > 0 ? named : Object.keys(SHORT);
while (words.length > 0) {
  const name = words.shift() ?? '';
  const load = BENCHES[name];
  if (load === undefined)
    throw new Error(`there is no benchmark ${name}; there are ${Object.keys(BENCHES).join(', ')}`);
  const args: string[] = [];
  while (words[0] !== undefined && !(words[0] in BENCHES)) args.push(words.shift() ?? '');
  console.log(await (await load()).run(args));
}
