import { Readable } from 'node:stream';

import { readPolicy } from '@clew/sampling/policy';
import { probabilityOf } from '@clew/trace-context';
import { displayWidth } from '@clew/viewer';
import { expect, test } from 'vitest';

import { shopMinute, shopRush } from '../../test/record-traces.ts';
import { explain } from './explain-report.ts';
import { explanationLines } from './explanation-report.ts';
import { readRequests } from '../read-requests.ts';
import { createRecording } from './recording.ts';
import { simulate } from './simulate.ts';
import { simulationLines } from './simulation-report.ts';
import { wantedAttributes } from './wanted-attributes.ts';

const RULES = `rules:
  - { name: errors, match: { error: true }, ratio: 1 }
  - { name: slow, match: { duration: ">1s" }, ratio: 1 }
base: { ratio: 1, balance: { by: [http.route] } }
`;

test('rates under a budget are those of the spans as they leave, and the budget holds in every second', async () => {
  const { simulation, recording } = await rush();

  const kept = recording.spans.filter(({ isKept }) => isKept);
  const perSecond = new Map<number, number>();
  for (const { keptAt } of kept) {
    const second = Math.floor(keptAt / 1000) * 1000;
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  const { exported, budget, from } = simulation;
  expect(exported.worst).toBe(Math.max(...perSecond.values()));
  expect(perSecond.get(exported.worstAt)).toBe(exported.worst);
  expect(budget).toMatchObject({ spansPerSecond: 15, worst: exported.worst, secondsOver: 0 });
  expect(exported.worst).toBeLessThanOrEqual(15);
  expect(exported.worstOfTen).toBeLessThanOrEqual(15);
  const lastAt = Math.max(...kept.map(({ keptAt }) => keptAt));
  expect(exported.mean).toBeCloseTo((1000 * kept.length) / (lastAt - from), 6);
  expect(exported.mean).toBeGreaterThan(13);
  const summed = simulation.perSecond.reduce((sum, second) => sum + second.exported, 0);
  expect(summed).toBe(kept.length);
});

test('what the budget drops counts for the rule that would have kept it, and for no other', async () => {
  const { simulation, recording } = await simulated('{ spans_per_second: 6 }', shopRush());

  const roots = recording.spans.filter(({ isLocalRoot }) => isLocalRoot);
  const errors = roots.filter(({ status }) => status.code === 2);
  const slow = roots.filter(({ status, durationMillis }) => status.code !== 2 && durationMillis > 1000);
  const [ofErrors, ofSlow, ofBase] = simulation.rules;
  expect(ofErrors).toMatchObject({ rule: 'errors', traces: countsOf(errors) });
  expect(ofSlow).toMatchObject({ rule: 'slow', traces: countsOf(slow) });
  expect(ofSlow!.traces.cutByBudget).toBeGreaterThan(10);
  expect(ofBase!.traces.total).toBe(roots.length - errors.length - slow.length);
  expect(ofBase!.traces.cutByBudget).toBe(ofBase!.traces.total - ofBase!.traces.kept);
  expect(simulation.errors).toMatchObject({ total: errors.length, lost: countsOf(errors).cutByBudget });
  const ofRest = recording.spans.filter(
    ({ isKept, traceId }) => isKept && ![...errors, ...slow].some((root) => root.traceId === traceId),
  );
  const shares = ofRest.map(({ threshold }) => probabilityOf(threshold!));
  expect(ofBase!.probabilities).toEqual({ least: Math.min(...shares), most: Math.max(...shares) });
});

test('routes have their true counts beside an estimate, whose interval is of the variance a (a - 1)', async () => {
  const { simulation, recording } = await rush();

  let within = 0;
  for (const { route, localRoots, estimate } of simulation.routes) {
    const roots = recording.spans.filter((span) => span.isLocalRoot && span.attribute('http.route') === route);
    const counts = roots.filter(({ isKept }) => isKept).map(({ threshold }) => 1 / probabilityOf(threshold!));
    const sum = counts.reduce((total, a) => total + a, 0);
    const margin = 1.96 * Math.sqrt(counts.reduce((total, a) => total + a * (a - 1), 0));
    expect(localRoots).toEqual({ total: roots.length, kept: counts.length });
    expect(estimate.count).toBeCloseTo(sum, 6);
    expect(estimate.low).toBeCloseTo(Math.max(counts.length, sum - margin), 6);
    expect(estimate.high).toBeCloseTo(sum + margin, 6);
    if (estimate.low <= roots.length && roots.length <= estimate.high) within += 1;
  }
  expect(simulation.routes).toHaveLength(20);
  expect(within).toBeGreaterThanOrEqual(17);
});

test('what is decided after the end of the file leaves within the budget, though windows be the longest', async () => {
  const budget = '{ spans_per_second: 2, burst: 60s, counts: calibrated }';
  const { simulation, recording } = await simulated(budget, shopRush());

  const late = recording.spans.filter(({ isKept, keptAt }) => isKept && keptAt > simulation.to);
  expect(late.length).toBeGreaterThan(100);
  expect(simulation.exported.worst).toBeLessThanOrEqual(2);
  expect(simulation.budget).toMatchObject({ secondsOver: 0 });
});

test('each process has the budget for itself, and what others have been told is not cut by it', async () => {
  const { simulation } = await simulated('{ spans_per_second: 40 }', shopMinute(100));

  expect(simulation.processes).toBe(2);
  expect(simulation.budget).toMatchObject({ worst: 40, worstService: 'gateway', secondsOver: 0 });
  expect(simulation.exported.worst).toBeGreaterThan(40);
  expect(simulation.traces).toMatchObject({ kept: simulation.traces.keptWhole });
});

test.each([80, 120])('the report of a budget fits into %i columns', async (columns) => {
  const { simulation } = await rush();

  const lines = simulationLines(simulation, { top: 20, columns });

  expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}budget +15\.0 spans\/s, never exceeded$/));
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}rule +traces +kept +cut by budget +share +spans /));
  expect(lines).toContainEqual(expect.stringMatching(/^ {2}time +made\/s +kept\/s +exported\/s .*┃ budget, 15\.0\/s$/));
  expect(lines.filter((line) => /^ {2}12:0.* █+░*┃/.test(line)).length).toBeGreaterThan(10);
});

test('of a route with few kept roots there is no estimate', async () => {
  const { simulation } = await simulated('{ spans_per_second: 3 }', shopRush());
  const few = simulation.routes.filter(({ localRoots }) => localRoots.kept < 10);

  const lines = simulationLines(simulation, { top: 20, columns: 100 });

  expect(few.length).toBeGreaterThan(3);
  for (const { route } of few) expect(lines).toContainEqual(expect.stringMatching(`^  ${route} .* -$`));
});

test('explain says for what a trace competes, at most for which share, and when the budget has dropped it', async () => {
  const policy = policyOf('{ spans_per_second: 6 }');
  const recording = await recordingOf(shopRush(), policy);
  const explained = explain(recording, policy, '');

  const textOf = (wanted: (lines: string) => boolean) =>
    explained.map((trace) => explanationLines(trace, policy).join('\n')).find(wanted);

  const dropped = textOf((lines) => lines.includes('dropped by the budget') && lines.includes('slow    yes'));
  expect(dropped).toMatch(
    /^ {4}dropped by the budget: slow keeps 100 % at most, and there was room for less\n[^]*\n {4}budget +slow +yes +competes with slow traces; the share depends on the traffic, 100 % at most$/m,
  );
  const rest = textOf((lines) => lines.includes('kept by base'));
  expect(rest).toMatch(
    /^ {4}kept by base: R [\da-f]{14} >= T [\da-f]{14}, which keeps [^]*\n {4}budget +rest +yes +competes with the rest, neither failed nor slow; the share depends on the traffic, 100 % at most$/m,
  );
  expect(textOf((lines) => lines.includes('errors  yes'))).toMatch(/^ {4}budget +errors +yes +competes with errors; /m);
});

test('explain says where a budget is not asked, since other processes go by the start', async () => {
  const policy = policyOf('{ spans_per_second: 40 }');
  const recording = await recordingOf(shopMinute(20), policy);

  const texts = explain(recording, policy, '').map((trace) => explanationLines(trace, policy).join('\n'));

  const called = texts.filter((text) => text.includes('  orders  POST /orders') && text.includes('kept by upstream'));
  expect(called.length).toBeGreaterThan(10);
  for (const text of called) expect(text).toContain('owed      no   other processes go by the decision at the start');
});

test('explain says that what a rule keeps beyond the start competes, though others were told', async () => {
  const { policy } = readPolicy(`version: 1
budget: { spans_per_second: 40 }
rules: [{ name: checkout, match: { http.route: /checkout }, ratio: 1 }]
base: { ratio: 0.05 }
`);
  const recording = await recordingOf(shopMinute(20), policy!);

  const texts = explain(recording, policy!, '').map((trace) => explanationLines(trace, policy!).join('\n'));

  const calling = texts.filter((text) => text.includes('  gateway  POST /checkout'));
  expect(calling.length).toBeGreaterThan(10);
  for (const text of calling) {
    const [ofGateway] = text.split(/^ {2}orders /m);
    expect(ofGateway).toContain('budget  rest      yes  competes with the rest, neither failed nor slow; ');
  }
});

let ofRush: ReturnType<typeof simulated> | undefined;

/** One simulation for all tests that only read it: it takes seconds. */
const rush = () => (ofRush ??= simulated('{ spans_per_second: 15 }', shopRush()));

function policyOf(budget: string) {
  const { policy, problems } = readPolicy(`version: 1\nbudget: ${budget}\n${RULES}`);
  if (policy === undefined) throw new Error(problems.map(({ message }) => message).join('\n'));
  return policy;
}

async function recordingOf(lines: string, policy: ReturnType<typeof policyOf>) {
  const builder = createRecording({ wanted: wantedAttributes(policy), maxBytes: Infinity });
  await readRequests(Readable.from([Buffer.from(lines)]), { spans: builder.add });
  return builder.finish();
}

async function simulated(budget: string, lines: string) {
  const policy = policyOf(budget);
  const recording = await recordingOf(lines, policy);
  return { simulation: simulate(recording, policy, 1000), recording };
}

function countsOf(roots: readonly { readonly isKept: boolean }[]) {
  const kept = roots.filter(({ isKept }) => isKept).length;
  return { total: roots.length, kept, cutByBudget: roots.length - kept };
}
