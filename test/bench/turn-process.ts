import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import { median } from './median.ts';

/** A process that works when it is its turn. */
export interface TurnProcess {
  /** CPU time of one piece of work, in microseconds, over so many. */
  round(count: number): Promise<number>;
  stop(): Promise<void>;
}

/** Start of a process. */
export interface TurnSetup {
  /** In `fixtures/`: it says `{ ready: true }` when it can work, and `{ cpuMicros }` after each `{ messages: count }`. */
  readonly script: string;
  readonly args: readonly string[];
  /** Of Node, e.g. a preload. */
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Starts a process; resolves when it can work. */
export async function startTurnProcess({ script, args, flags, env }: TurnSetup): Promise<TurnProcess> {
  const child = fork(`${FOLDER}fixtures/${script}`, [...args], {
    cwd: FOLDER,
    execArgv: [...flags],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ${args.join(' ')} ended with ${String(code)}`);
  });
  ended.catch(() => {}); // it is stopped in the end
  let take = (_message: { cpuMicros: number }) => {};
  child.on('message', (message: { cpuMicros: number }) => take(message));
  const answer = () => Promise.race([new Promise<{ cpuMicros: number }>((resolve) => (take = resolve)), ended]);

  await answer();
  return {
    async round(count) {
      child.send({ messages: count });
      return (await answer()).cpuMicros;
    },
    async stop() {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** Rounds, after those of warm-up: it takes 20,000 messages of amqplib until nothing gets faster any more. */
export const TURNS = { measured: 9, warmUp: 10 } as const;

/**
 * Has groups of processes work in turn, round by round.
 *
 * @returns for each group the microseconds of a piece of work in each round
 */
export async function takeTurns(groups: readonly (readonly TurnProcess[])[], count: number): Promise<number[][]> {
  const costs = groups.map((): number[] => []);
  const size = Math.max(...groups.map(({ length }) => length));
  for (let round = -TURNS.warmUp; round < TURNS.measured; round++) {
    for (let n = 0; n < size; n++) {
      for (const [index, group] of groups.entries()) {
        const micros = (await group[n]?.round(count)) ?? Number.NaN;
        if (round >= 0) costs[index]?.push(micros);
      }
    }
  }
  return costs;
}

/** Three cells: microseconds, those above the bare ones, and the ratio to them. */
export function inNumbers(costs: readonly number[], bare: readonly number[], digits = 1): string {
  const pairs = costs.map((own, n) => ({ own, bare: bare[n] ?? Number.NaN })); // neighbours in time
  const above = median(pairs.map((pair) => pair.own - pair.bare)).toFixed(digits);
  const ratio = median(pairs.map((pair) => pair.own / pair.bare)).toFixed(2);
  return `${median(costs).toFixed(digits)} | ${costs === bare ? ' | ' : `${above} | ${ratio}`}`;
}

/** Three processes for each piece of work that `span-works.ts` names. */
export async function startSpanProcesses(
  names: readonly string[],
): Promise<AsyncDisposable & { readonly groups: readonly (readonly TurnProcess[])[] }> {
  const start = (name: string) =>
    startTurnProcess({ script: 'span-process.ts', args: [name], flags: ['--no-warnings'], env: {} });
  const groups: TurnProcess[][] = [];
  for (const name of names) groups.push(await Promise.all([start(name), start(name), start(name)]));
  return {
    groups,
    async [Symbol.asyncDispose]() {
      await Promise.all(groups.flat().map((each) => each.stop()));
    },
  };
}

/** Two cells: nanoseconds, and the ratio to the first, which has none itself. */
export function inNanos(costs: readonly number[], first: readonly number[]): string {
  const ratio = median(costs.map((own, n) => own / (first[n] ?? Number.NaN))).toFixed(2);
  return `${(1000 * median(costs)).toFixed(0)} | ${costs === first ? '' : ratio}`;
}
