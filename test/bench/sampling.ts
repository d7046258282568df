// `npm run bench -- sampling [section …]`: what samplers cost, and what they keep. All sections but `bias`, which takes
// minutes for each contender, without a name.

import { BIAS_HEADER, biasOf, biasRows } from './sampling-bias.ts';
import { chainTable, playChain } from './sampling-chain.ts';
import { AT_OTHER_BUDGETS, CONTENDERS, FOR_COMPARISON } from './sampling-contenders.ts';
import { decisionsTable } from './sampling-decisions.ts';
import { figuresTable, gatesTable, measure, SEEDS, type Entry } from './sampling-gates.ts';
import { PEERS, ratio } from './sampling-peers.ts';
import { machine } from './machine.ts';

const SHORT: Readonly<Record<string, () => string>> = {
  decisions: decisionsTable,
  gates,
  peers,
  chain,
};

const SECTIONS: Readonly<Record<string, () => string>> = { ...SHORT, bias };

/** Runs the sections that are named and returns their tables in Markdown. */
export function run(names: readonly string[]): Promise<string> {
  const tables = (names.length > 0 ? names : Object.keys(SHORT)).map((name) => {
    const section = SECTIONS[name];
    if (section === undefined)
      throw new Error(`there is no section ${name}; there are ${Object.keys(SECTIONS).join(', ')}`);
    return section();
  });
  return Promise.resolve([machine(), ...tables].join('\n\n'));
}

const BIAS_SEEDS = Array.from({ length: 200 }, (_, index) => index + 1);
const STEP_SEEDS = BIAS_SEEDS.slice(0, 150);

function gates(): string {
  const columns = [...measure([...CONTENDERS, ...FOR_COMPARISON, ...AT_OTHER_BUDGETS])].map(([entry, runs]) => ({
    entry,
    runs,
    bias: shortBias(entry),
  }));
  return [`${SEEDS.length} runs of 15 minutes; z of ${BIAS_SEEDS.length} runs of 60 s`, gatesTable(columns)].join(
    '\n\n',
  );
}

const shortBias = ({ make, makeForBias = make, budget }: Entry) =>
  biasOf({ make: makeForBias, budget, seeds: BIAS_SEEDS, seconds: 60, containsStep: false });

function peers(): string {
  const entries = Object.entries(PEERS).map(([name, make]): Entry => ({ name, budget: 500, make, counts: 'exact' }));
  const rows = [...measure(entries)].map(([entry, runs]) => ({ entry, runs, bias: undefined }));
  return [`${SEEDS.length} runs of 15 minutes, budget 500 spans/s`, figuresTable(rows)].join('\n\n');
}

function bias(): string {
  const rows = CONTENDERS.flatMap((entry) => {
    const { name, make, makeForBias = make, budget } = entry;
    const overStep = biasOf({ make: makeForBias, budget, seeds: STEP_SEEDS, seconds: 300, containsStep: true });
    return [...biasRows(`${name}, 60 s`, shortBias(entry)), ...biasRows(`${name}, 300 s with the step`, overStep)];
  });
  return [...BIAS_HEADER, ...rows].join('\n');
}

const CHAIN_BUDGET = 200;

function chain(): string {
  const play = (make: Entry['make']) => playChain({ make, budget: CHAIN_BUDGET, seed: 1, seconds: 180 });
  const columns = Object.fromEntries(CONTENDERS.map(({ name, make }) => [name, play(make)]));
  return [
    `four services with ${CHAIN_BUDGET} spans/s each, three minutes, ten times the traffic in the middle one`,
    chainTable({ 'ratio 5 %': play(ratio(0.05)), ...columns }),
  ].join('\n\n');
}
