import { CONDUCTS, type Conduct } from '../backend/conduct.ts';
import { ENDINGS, FURTHER_ENDINGS, TERMINATED, type Ending } from '../endings.ts';
import { runAgainst, type Run } from '../run-against.ts';
import { runChild, type ChildOutcome, type Preload } from '../run-child.ts';
import { markdownTable } from './markdown-table.ts';
import { twoAtATime } from './two-at-a-time.ts';

const ALL: readonly Ending[] = [...ENDINGS, TERMINATED, ...FURTHER_ENDINGS];
const TIMEOUT_MILLIS = 20_000;

/** Costs of each way to end with a healthy backend, and the time it takes with a dead one. */
export async function endingsTable(): Promise<string> {
  const healthy = await twoAtATime(ALL, healthyRow);
  const dead = await twoAtATime(ALL, deadRow);
  return [
    '**Endings, healthy backend**, 100 spans just before; what others see of the end is compared with the same app ' +
      'without any SDK',
    markdownTable(['ending', ...healthyColumns('Clew'), ...healthyColumns('upstream')], healthy),
    '**Endings, dead backend**: how much later the process is gone, s',
    markdownTable(['ending', 'Clew: black hole', 'refused', 'upstream: black hole', 'refused'], dead),
  ].join('\n\n');
}

const healthyColumns = (sdk: string) => [`${sdk}: lost`, 'changed', 'added, ms'];

async function healthyRow(ending: Ending): Promise<string[]> {
  process.stderr.write(`endings, healthy: ${ending.title}\n`);
  const bare = await runChild({ ...ending, preload: 'none' });
  const cells = async (preload: Preload) => {
    const run = await runEnding(preload, ending, CONDUCTS.ok);
    const added = addedMillis(run, bare);
    return [String(run.made - run.account.spans.received), changes(run, bare), run.isKilled ? '' : added.toFixed(0)];
  };
  return [ending.title, ...(await cells('clew')), ...(await cells('upstream'))];
}

async function deadRow(ending: Ending): Promise<string[]> {
  process.stderr.write(`endings, dead: ${ending.title}\n`);
  const bare = await runChild({ ...ending, preload: 'none' });
  const cell = async (preload: Preload, conduct: Conduct) => {
    const run = await runEnding(preload, ending, conduct);
    if (run.isKilled) return `never (killed after ${TIMEOUT_MILLIS / 1000} s)`;
    return (addedMillis(run, bare) / 1000).toFixed(1);
  };
  const cells: string[] = [];
  for (const preload of ['clew', 'upstream'] as const) {
    for (const title of ['black hole', 'refused'] as const) cells.push(await cell(preload, CONDUCTS[title]));
  }
  return [ending.title, ...cells];
}

function runEnding(preload: Preload, ending: Ending, conduct: Conduct): Promise<Run> {
  return runAgainst(conduct, { ...ending, preload, timeoutMillis: TIMEOUT_MILLIS });
}

/** Two runs differ by some milliseconds by themselves; none takes less than no time. */
function addedMillis(run: ChildOutcome, bare: ChildOutcome): number {
  return Math.max(0, run.exitDelayMillis - bare.exitDelayMillis);
}

/** Tells in words what differs from the run without an SDK. */
function changes(run: ChildOutcome, bare: ChildOutcome): string {
  if (run.isKilled) return 'never exits';
  const exit = ({ code, signal }: ChildOutcome) => signal ?? `exit ${code}`;
  const found = [
    exit(run) === exit(bare) ? '' : `${exit(run)} instead of ${exit(bare)}`,
    run.stdout === bare.stdout ? '' : handlerChange(run, bare),
  ];
  return found.filter((each) => each !== '').join(', ');
}

function handlerChange(run: ChildOutcome, bare: ChildOutcome): string {
  const beforeExits = ({ stdout }: ChildOutcome) => stdout.match(/^beforeExit/gm)?.length ?? 0;
  return beforeExits(run) > beforeExits(bare) ? 'beforeExit runs again' : 'stdout';
}
