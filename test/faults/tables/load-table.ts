import { CONDUCTS } from '../backend/conduct.ts';
import { runAgainst, type Run } from '../run-against.ts';
import type { Preload } from '../run-child.ts';
import { markdownTable } from './markdown-table.ts';

const SPANS_PER_SECOND = 5000;
const SECONDS = 30;
const BACKENDS = ['ok', 'refused', 'black hole'] as const;

/** Costs of many spans, whatever becomes of them. One run after the other: they would take each other's time. */
export async function loadTable(): Promise<string> {
  const rows = [row('no SDK', await run('none', 'ok'))];
  for (const backend of BACKENDS) {
    rows.push(row(`Clew, ${backend}`, await run('clew', backend)));
    rows.push(row(`upstream, ${backend}`, await run('upstream', backend)));
  }
  rows.push(row('no SDK, again', await run('none', 'ok')));
  return [
    `**Load**, ${SPANS_PER_SECOND} spans/s for ${SECONDS} s, then the natural end; lost of ${SPANS_PER_SECOND * SECONDS}`,
    markdownTable(
      ['', 'CPU of one core', 'RSS start → peak, MiB', 'loop p99, ms', 'lost', 'exit delay, s', 'lines on stderr'],
      rows,
    ),
  ].join('\n\n');
}

function run(preload: Preload, backend: (typeof BACKENDS)[number]): Promise<Run> {
  process.stderr.write(`load: ${preload}, ${backend}\n`);
  const args = [String(SPANS_PER_SECOND), String(SECONDS)];
  return runAgainst(CONDUCTS[backend], { preload, script: 'steady.mjs', args, timeoutMillis: 120_000 });
}

function row(title: string, run: Run): string[] {
  const { cpuShare = 0, rssAtStart = 0, rssPeak = 0, loopP99Millis = 0 } = run;
  const lost = run.made - run.account.spans.received;
  return [
    title,
    `${(cpuShare * 100).toFixed(1)} %`,
    `${rssAtStart.toFixed(0)} → ${rssPeak.toFixed(0)}`,
    loopP99Millis.toFixed(1),
    title.startsWith('no SDK') ? '' : String(lost),
    (run.exitDelayMillis / 1000).toFixed(1),
    String(run.stderr.length),
  ];
}
