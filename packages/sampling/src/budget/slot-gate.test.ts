import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createSlotGate } from './slot-gate.ts';

const SLOT = 100; // milliseconds
const HOUR = 3_600_000;
const START = 1_790_000_000_000;

interface GatesRun {
  at: number;
  rate: number;
  readonly gates: readonly ReturnType<typeof createSlotGate>[];
}

/** Gates on one cell, as those of several threads. */
function createGatesRun(count: number, rate: number): GatesRun {
  const cell = new BigInt64Array(new SharedArrayBuffer(8));
  const run = { at: START, rate, gates: [] as ReturnType<typeof createSlotGate>[] };
  for (let each = 0; each < count; each += 1) {
    run.gates.push(
      createSlotGate(
        cell,
        () => run.rate,
        () => run.at,
      ),
    );
  }
  return run;
}

/** Spans that leave in so many slots, where there are always more. */
function takeFor(run: GatesRun, slots: number): number {
  let taken = 0;
  for (let slot = 0; slot < slots; slot += 1, run.at += SLOT) {
    for (const gate of run.gates) taken += gate.take(1e12);
  }
  return taken;
}

test('a slot has a tenth of the spans of a second', () => {
  const run = createGatesRun(1, 500);
  const [gate] = run.gates;

  expect([gate?.take(30), gate?.take(30), gate?.take(30)]).toEqual([30, 20, 0]);
  run.at += SLOT;
  expect(gate?.take(60)).toBe(50);
});

test('what is not used of a slot is gone', () => {
  const run = createGatesRun(1, 500);
  run.gates[0]?.take(1);

  run.at += 50 * SLOT;

  expect(run.gates[0]?.take(1000)).toBe(50);
});

test.each([0.001, 0.5, 3, 15, 99.9, 1e9])('%d spans a second are so many in the long run', (rate) => {
  const run = createGatesRun(1, rate);
  const seconds = rate < 1 ? 10_000 : 10;

  const taken = takeFor(run, seconds * 10);

  expect(Math.abs(taken - rate * seconds)).toBeLessThanOrEqual(Math.max(1, rate * 1e-6));
});

test('a full slot has room as soon as the rate is higher', () => {
  const run = createGatesRun(1, 500);
  const [gate] = run.gates;
  expect([gate?.take(60), gate?.take(1)]).toEqual([50, 0]);

  run.rate = 800;

  expect([gate?.take(60), gate?.take(1)]).toEqual([30, 0]);
});

test('gates on one cell share the room', () => {
  const run = createGatesRun(2, 500);

  expect(run.gates.map((gate) => gate.take(30))).toEqual([30, 20]);
});

test('what was forced is taken off the room that is left and then off the slots that follow', () => {
  const run = createGatesRun(1, 500);
  const [gate] = run.gates;

  gate?.force(120);
  const rooms = [0, 1, 2, 3].map(() => {
    const taken = gate?.take(1000);
    run.at += SLOT;
    return taken;
  });

  expect(rooms).toEqual([0, 0, 30, 50]);
});

test('slots in which nothing leaves pay for what was forced', () => {
  const run = createGatesRun(2, 500);
  const [gate, other] = run.gates;
  gate?.force(1000);
  run.at += 10 * SLOT;
  expect(gate?.take(50)).toBe(0);

  run.at += 20 * SLOT;

  expect([gate?.take(30), other?.take(30)]).toEqual([30, 20]);
});

test('flushing now and then far below the budget leaves no debt', () => {
  const run = createGatesRun(1, 500);

  for (let second = 0; second < 100; second += 1, run.at += 10 * SLOT) run.gates[0]?.force(100);

  expect(run.gates[0]?.take(1000)).toBe(50);
});

test('the debt of one gate takes room from the other', () => {
  const run = createGatesRun(2, 500);

  run.gates[0]?.force(70);
  expect(run.gates[1]?.take(10)).toBe(0);
  run.at += SLOT;

  expect(run.gates[0]?.take(10)).toBe(10);
  expect(run.gates[1]?.take(100)).toBe(20);
});

test.each([HOUR, -HOUR, -START])('after the clock jumps by %d milliseconds as much leaves as before', (jump) => {
  const run = createGatesRun(1, 500);
  takeFor(run, 10);

  run.at += jump;

  expect(takeFor(run, 10)).toBe(500);
});

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ gate: fc.nat(1), take: fc.nat(200) }) },
    { weight: 1, arbitrary: fc.record({ gate: fc.nat(1), force: fc.nat(200) }) },
    { weight: 3, arbitrary: fc.record({ pass: fc.nat(250) }) },
    { weight: 1, arbitrary: fc.record({ jump: fc.constantFrom(HOUR, -HOUR) }) },
  ),
  { maxLength: 200 },
);

test('two gates together never let out more than the room of a slot, but for what is forced', () => {
  fc.assert(
    fc.property(steps, fc.double({ min: 0.01, max: 3000, noNaN: true }), (each, rate) => {
      const run = createGatesRun(2, rate);
      let inSlot = 0;
      for (const step of each) {
        const before = Math.floor(run.at / SLOT);
        if ('pass' in step) run.at += step.pass;
        else if ('jump' in step) run.at += step.jump;
        else if ('take' in step) inSlot += run.gates[step.gate]?.take(step.take) ?? 0;
        else run.gates[step.gate]?.force(step.force);
        if (Math.floor(run.at / SLOT) !== before) inSlot = 0;

        expect(inSlot).toBeLessThanOrEqual(Math.ceil(rate / 10));
      }
    }),
  );
});

test('when a gate lets a span out, all that it forced before has had room', () => {
  fc.assert(
    fc.property(steps, fc.double({ min: 1, max: 3000, noNaN: true }), (each, rate) => {
      const run = createGatesRun(1, rate);
      const [gate] = run.gates;
      const start = Math.floor(run.at / SLOT);
      let left = 0;
      for (const step of each) {
        const taken = 'take' in step ? (gate?.take(step.take) ?? 0) : 0;
        if ('force' in step) gate?.force(step.force);
        if ('pass' in step) run.at += step.pass;
        left += 'force' in step ? step.force : taken;
        const slots = Math.floor(run.at / SLOT) - start + 1;

        expect(taken === 0 || left <= (slots * rate) / 10 + 1).toBe(true);
      }
    }),
  );
});

test('a gate takes no more than is asked for', () => {
  fc.assert(
    fc.property(fc.nat(1000), fc.double({ min: 0.01, max: 1e9, noNaN: true }), (spans, rate) => {
      const taken = createGatesRun(1, rate).gates[0]?.take(spans) ?? -1;

      expect(taken).toBeGreaterThanOrEqual(0);
      expect(taken).toBeLessThanOrEqual(spans);
      expect(Number.isInteger(taken)).toBe(true);
    }),
  );
});
