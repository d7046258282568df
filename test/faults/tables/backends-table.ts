import { CONDUCTS, type Conduct } from '../backend/conduct.ts';
import { runAgainst, type Run } from '../run-against.ts';
import { markdownTable } from './markdown-table.ts';
import { twoAtATime } from './two-at-a-time.ts';

const SPANS_PER_SECOND = 200;
const SECONDS = 10;

/** Costs of each fault of a backend for an app that makes spans steadily and ends by itself. */
export async function backendsTable(): Promise<string> {
  const rows = await twoAtATime(Object.entries(CONDUCTS), async ([title, conduct]) => {
    process.stderr.write(`backends: ${title}\n`);
    const clew = await run('clew', conduct);
    const upstream = await run('upstream', conduct);
    return [title, ...cells(clew), ...cells(upstream)];
  });
  return [
    `**A faulty backend**, ${SPANS_PER_SECOND} spans/s for ${SECONDS} s, then the natural end; lost of ${SPANS_PER_SECOND * SECONDS}`,
    markdownTable(['backend', ...columns('Clew'), ...columns('upstream')], rows),
  ].join('\n\n');
}

function run(preload: 'clew' | 'upstream', conduct: Conduct): Promise<Run> {
  return runAgainst(conduct, { preload, script: 'steady.mjs', args: [String(SPANS_PER_SECOND), String(SECONDS)] });
}

const columns = (sdk: string) => [`${sdk}: lost`, 'duplicates', 'exit delay, s', 'lines on stderr'];

function cells({ made, account, exitDelayMillis, stderr }: Run): string[] {
  const { received, duplicates } = account.spans;
  return [String(made - received), String(duplicates), (exitDelayMillis / 1000).toFixed(1), String(stderr.length)];
}
