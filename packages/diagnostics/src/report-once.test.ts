import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { forgetReports, reportLoss, reportOnce, tellUntold } from './report-once.ts';
import { writeLine } from './write-line.ts';

vi.mock('./write-line.ts', () => ({ writeLine: vi.fn<(message: string) => void>() }));

beforeEach(() => forgetReports());
afterEach(() => vi.mocked(writeLine).mockClear());

test('the first report of a cause is written at once', () => {
  reportOnce('queue full', 'spans were dropped', fakeClock());

  expect(written()).toEqual(['spans were dropped']);
});

test('a second cause does not wait for the first one', () => {
  const clock = fakeClock();

  reportOnce('queue full', 'spans were dropped', clock);
  reportOnce('no backend', 'nothing listens', clock);

  expect(written()).toEqual(['spans were dropped', 'nothing listens']);
});

test('later reports of a cause are one line a minute, with their number', () => {
  const clock = fakeClock();

  for (let i = 0; i < 5; i++) reportOnce('queue full', 'spans were dropped', clock);
  clock.advance(59_999);
  expect(written()).toHaveLength(1);
  clock.advance(1);

  expect(written()).toEqual(['spans were dropped', 'spans were dropped (4 more since this was last said)']);
});

test('a minute without reports writes nothing', () => {
  const clock = fakeClock();

  reportOnce('queue full', 'spans were dropped', clock);
  reportOnce('queue full', 'spans were dropped', clock);
  clock.advance(600_000);

  expect(written()).toHaveLength(2);
});

test('the counts that still wait are told at the end of the process, and only once', () => {
  const clock = fakeClock();

  for (let i = 0; i < 3; i++) reportOnce('queue full', 'spans were dropped', clock);
  tellUntold(clock);
  clock.advance(600_000);

  expect(written()).toEqual(['spans were dropped', 'spans were dropped (2 more since this was last said)']);
});

test('losses are told with how many they are, the first at once and the rest after a minute', () => {
  const clock = fakeClock();
  const describe = (count: number) => `${count} spans were dropped`;

  for (const count of [3, 40, 500]) reportLoss('outbox full', count, describe, clock);
  clock.advance(60_000);

  expect(written()).toEqual(['3 spans were dropped', '540 spans were dropped']);
});

test('the count stands behind a message that is too long for a line, too', () => {
  const clock = fakeClock();

  for (let i = 0; i < 3; i++) reportOnce('long', 'A'.repeat(5000), clock);
  tellUntold(clock);

  expect(written()[1]?.slice(0, 1000)).toMatch(/^A+ \(2 more since this was last said\)$/);
});

test('causes that somebody else invents are neither remembered nor written without end', () => {
  const clock = fakeClock();

  for (let i = 0; i < 5000; i++) reportOnce(`cause ${i}`, `message ${i}`, clock);

  expect(written()).toHaveLength(1001);
});

const written = () => vi.mocked(writeLine).mock.calls.map(([line]) => line);

function fakeClock() {
  let now = 0;
  const timers: { at: number; callback: () => void }[] = [];
  return {
    now: () => now,
    later: (callback: () => void, delayMillis: number) => void timers.push({ at: now + delayMillis, callback }),
    advance(millis: number) {
      now += millis;
      for (const timer of timers.filter(({ at }) => at <= now)) {
        timers.splice(timers.indexOf(timer), 1);
        timer.callback();
      }
    },
  };
}
