import { median } from './median.ts';

type Work = (n: number) => unknown;

/** Ways of doing the same, to be compared. */
export interface CallCase {
  readonly title: string;
  /** The first is what the others are compared with. */
  readonly candidates: Readonly<Record<string, Work>>;
  readonly callsPerRound: number;
  /** Whether each call is awaited. Default: false. */
  readonly isAsync?: boolean;
}

export const CALL_ROUNDS = 101;
const WARM_UP_ROUNDS = 20;

export const CALL_TABLE_HEAD: readonly string[] = [
  '| what | how | ns a call | × the first |',
  '| --- | --- | --: | --: |',
];

/** Measures the candidates in turns and returns their rows of the table. The ratios are those of neighbours in time. */
export async function compareCalls({ title, candidates, callsPerRound, isAsync }: CallCase): Promise<string[]> {
  const names = Object.keys(candidates);
  const rounds: number[][] = [];
  for (let round = -WARM_UP_ROUNDS; round < CALL_ROUNDS; round++) {
    const times: number[] = [];
    for (const work of Object.values(candidates)) {
      const nanos = isAsync ? await timeAsync(work, callsPerRound) : time(work, callsPerRound);
      times.push(nanos / callsPerRound);
    }
    if (round >= 0) rounds.push(times);
  }
  return names.map((name, index) => {
    const nanos = median(rounds.map((times) => times[index] ?? Number.NaN));
    const ratio = median(rounds.map((times) => (times[index] ?? Number.NaN) / (times[0] ?? Number.NaN)));
    return `| ${title} | ${name} | ${nanos.toFixed(0)} | ${index === 0 ? '' : ratio.toFixed(2)} |`;
  });
}

function time(work: Work, calls: number): number {
  const start = process.hrtime.bigint();
  for (let n = 0; n < calls; n++) work(n);
  return Number(process.hrtime.bigint() - start);
}

async function timeAsync(work: Work, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let n = 0; n < calls; n++) await work(n);
  return Number(process.hrtime.bigint() - start);
}
