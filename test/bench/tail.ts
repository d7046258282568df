// What a sampling policy costs an application: the CPU time of a span under the preload, and how many spans wait.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { startBackend } from './backend.ts';
import { heldSpans } from './held-spans.ts';
import { machine } from './machine.ts';
import { inNumbers, startTurnProcess, takeTurns, TURNS, type TurnProcess } from './turn-process.ts';

interface Contender {
  readonly name: string;
  /** Undefined for none. */
  readonly policy: string | undefined;
}

const ERRORS = '{ name: errors, match: { error: true }, ratio: 1 }';
const ORDERS = '{ name: orders, match: { route: "/orders/**" }, ratio: 1 }';
const SLOW = '{ name: slow, match: { slower_than: { quantile: 0.99, floor: 100ms } }, ratio: 1 }';

const CONTENDERS: readonly Contender[] = [
  { name: 'no policy, all kept', policy: undefined },
  { name: 'all kept from the start: `base` 1, errors', policy: `version: 1\nrules: [${ERRORS}]\n` },
  {
    name: 'all kept at the end: `base` 0.05, errors, a route at 1',
    policy: `version: 1\nrules: [${ERRORS}, ${ORDERS}]\nbase: { ratio: 0.05 }\n`,
  },
  {
    name: '5 % kept: `base` 0.05, errors, slow ones',
    policy: `version: 1\nrules: [${ERRORS}, ${SLOW}]\nbase: { ratio: 0.05 }\n`,
  },
];

const PROCESSES = 3;
const SPANS = 20_000;

/** Runs the benchmark and returns its tables in Markdown. */
export async function run(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-tail-'));
  await using backend = await startBackend();
  const start = ({ policy }: Contender, index: number) => {
    const file = join(folder, `${index}.yaml`);
    if (policy !== undefined) writeFileSync(file, policy);
    return startTurnProcess({
      script: 'traces.cjs',
      args: [],
      flags: ['--import', '@clew/sdk/register'],
      env: {
        OTEL_SERVICE_NAME: 'bench',
        OTEL_EXPORTER_OTLP_ENDPOINT: backend.endpointOf(String(index)),
        ...(policy !== undefined && { CLEW_SAMPLING_FILE: file }),
      },
    });
  };
  const groups: TurnProcess[][] = [];
  for (const [index, contender] of CONTENDERS.entries()) {
    groups.push(await Promise.all(Array.from({ length: PROCESSES }, () => start(contender, index))));
  }
  const costs = await takeTurns(groups, SPANS);
  await Promise.all(groups.flat().map((each) => each.stop()));
  rmSync(folder, { recursive: true });
  const made = PROCESSES * (TURNS.warmUp + TURNS.measured) * SPANS;
  return [
    `${machine()}; medians of ${TURNS.measured} interleaved rounds of ${SPANS} spans in each of ${PROCESSES} processes`,
    '',
    '| policy | CPU µs a span | above none | × none | spans sent |',
    '| --- | --: | --: | --: | --: |',
    ...CONTENDERS.map(({ name }, index) => {
      const sent = ((100 * backend.spansOf(String(index))) / made).toFixed(0);
      return `| ${name} | ${inNumbers(costs[index] ?? [], costs[0] ?? [], 2)} | ${sent} % |`;
    }),
    '',
    ...heldSpans(),
  ].join('\n');
}
