import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createPacer, type Gate, type Pacer, type Urgency } from './pacer.ts';

interface PacerRun {
  readonly pacer: Pacer<string>;
  readonly sent: [item: string, spans: number][];
  readonly forced: number[];
  /** Room until it is set again. */
  room: number;
  /** Owed spans that left beyond it. */
  overshoot: number;
}

function createPacerRun(maxOwed = Infinity): PacerRun {
  const sent: [string, number][] = [];
  const forced: number[] = [];
  const gate: Gate = {
    take(spans) {
      const taken = Math.min(spans, run.room);
      run.room -= taken;
      return taken;
    },
    force: (spans) => void forced.push(spans),
  };
  const run: PacerRun = {
    pacer: createPacer<string>({
      gate,
      send: (item, spans) => void sent.push([item, spans]),
      maxOwed: () => maxOwed,
      onOvershoot: (spans) => void (run.overshoot += spans),
    }),
    sent,
    forced,
    room: 0,
    overshoot: 0,
  };
  return run;
}

test('what is owed leaves before errors, those before slow traces, those before the rest', () => {
  const run = createPacerRun();
  for (const urgency of ['rest', 'slow', 'errors', 'owed'] as const) run.pacer.queue(urgency, 1, urgency);

  run.room = 10;
  run.pacer.send();

  expect(run.sent.map(([item]) => item)).toEqual(['owed', 'errors', 'slow', 'rest']);
});

test('of like urgency the first that came leaves first', () => {
  const run = createPacerRun();
  for (const item of ['a', 'b', 'c']) run.pacer.queue(item, 1, 'rest');

  run.room = 2;
  run.pacer.send();

  expect(run.sent.map(([item]) => item)).toEqual(['a', 'b']);
  expect(run.pacer.queued()).toBe(1);
});

test('a big trace leaves in parts', () => {
  const run = createPacerRun();
  run.pacer.queue('big', 5, 'rest');
  run.pacer.queue('small', 1, 'rest');

  for (let slot = 0; slot < 3; slot += 1) {
    run.room = 2;
    run.pacer.send();
  }

  expect(run.sent).toEqual([
    ['big', 2],
    ['big', 2],
    ['big', 1],
    ['small', 1],
  ]);
});

test('more urgent ones overtake a big trace that has begun to leave', () => {
  const run = createPacerRun();
  run.pacer.queue('big', 5, 'rest');
  run.room = 2;
  run.pacer.send();

  run.pacer.queue('error', 1, 'errors');
  run.room = 2;
  run.pacer.send();

  expect(run.sent).toEqual([
    ['big', 2],
    ['error', 1],
    ['big', 1],
  ]);
});

test('an item that is queued while another is sent waits for its turn', () => {
  const gate: Gate = { take: (spans) => spans, force() {} };
  const sent: string[] = [];
  const pacer = createPacer<string>({
    gate,
    send(item) {
      sent.push(item);
      if (item === 'a') pacer.queue('c', 1, 'owed');
    },
    maxOwed: () => Infinity,
    onOvershoot() {},
  });
  pacer.queue('a', 1, 'rest');
  pacer.queue('b', 1, 'rest');

  pacer.send();
  expect(sent).toEqual(['a', 'b']);
  expect(pacer.queued()).toBe(1);
  pacer.send();

  expect(sent).toEqual(['a', 'b', 'c']);
});

test('all of it leaves at once where it has to, and the gate is told', () => {
  const run = createPacerRun();
  run.pacer.queue('a', 3, 'rest');
  run.pacer.queue('b', 4, 'owed');

  run.pacer.sendAll();

  expect(run.sent).toEqual([
    ['b', 4],
    ['a', 3],
  ]);
  expect(run.forced).toEqual([7]);
  expect(run.pacer.queued()).toBe(0);
});

test('each span leaves once, by urgency and then in order, whatever the room', () => {
  const urgencies = fc.constantFrom<Urgency[]>('owed', 'errors', 'slow', 'rest');
  const steps = fc.array(
    fc.oneof(
      fc.record({ spans: fc.integer({ min: 1, max: 50 }), urgency: urgencies }),
      fc.record({ room: fc.nat(60) }),
    ),
    { maxLength: 100 },
  );

  fc.assert(
    fc.property(steps, (each) => {
      const run = createPacerRun();
      const waiting: { item: string; spans: number; urgency: Urgency }[] = [];
      const order: readonly Urgency[] = ['owed', 'errors', 'slow', 'rest'];
      for (const [place, step] of each.entries()) {
        if ('room' in step) {
          const expected: [string, number][] = [];
          const leave = (urgencies: readonly Urgency[], most: number): number => {
            let room = most;
            for (const urgency of urgencies) {
              for (const first of waiting.filter((one) => one.urgency === urgency)) {
                const spans = Math.min(first.spans, room);
                if (spans > 0) expected.push([first.item, spans]);
                room -= spans;
                first.spans -= spans;
              }
            }
            return room;
          };
          const room = Math.min(
            step.room,
            waiting.reduce((sum, { spans }) => sum + spans, 0),
          );
          const ofOwed = Math.ceil(0.6 * room);
          leave(['owed'], leave(order.slice(1), room - ofOwed + leave(['owed'], ofOwed)));
          run.sent.length = 0;
          run.room = step.room;
          run.pacer.send();

          expect(run.sent).toEqual(expected);
        } else {
          waiting.push({ item: `${place}`, ...step });
          run.pacer.queue(`${place}`, step.spans, step.urgency);
        }

        expect(run.pacer.queued()).toBe(waiting.reduce((sum, { spans }) => sum + spans, 0));
      }
    }),
  );
});

test('what is owed takes no more than its part of the room while others wait', () => {
  const run = createPacerRun();
  run.pacer.queue('owed', 100, 'owed');
  run.pacer.queue('error', 100, 'errors');

  run.room = 10;
  run.pacer.send();

  expect(run.sent).toEqual([
    ['owed', 6],
    ['error', 4],
  ]);
});

test('more that is owed than may wait leaves beyond the room, and is told', () => {
  const run = createPacerRun(20);
  run.pacer.queue('owed', 50, 'owed');
  run.pacer.queue('error', 1, 'errors');

  run.room = 10;
  run.pacer.send();

  expect(run.sent).toEqual([
    ['owed', 6],
    ['error', 1],
    ['owed', 3],
    ['owed', 21],
  ]);
  expect(run.overshoot).toBe(21);
  expect(run.pacer.queued()).toBe(20);
});

test('a long queue keeps its order', () => {
  const run = createPacerRun();
  const items = Array.from({ length: 5000 }, (_, place) => `${place}`);
  for (const item of items.slice(0, 4000)) run.pacer.queue(item, 1, 'rest');

  run.room = 3000;
  run.pacer.send();
  for (const item of items.slice(4000)) run.pacer.queue(item, 1, 'rest');
  run.room = 3000;
  run.pacer.send();

  expect(run.sent.map(([item]) => item)).toEqual(items);
});
