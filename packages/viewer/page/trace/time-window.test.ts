import * as fc from 'fast-check';
import { expect, test } from 'vitest';

import { planAnswer } from '../../test/plan-answer.ts';
import { mainWindow } from './main-window.ts';
import { timeTicks } from './time-ticks.ts';
import { MIN_BAR, MIN_WINDOW, panned, placeBar, windowAround, zoomedAt } from './time-window.ts';
import { buildTraceModel } from './trace-model.ts';

const MILLI = 1e6;
const YEAR_IN_MILLIS = 365 * 24 * 3_600_000;
const time = fc.double({ min: 0, max: 2 ** 60, noNaN: true });
const anyWindow = fc.tuple(time, time).map(([a, b]) => ({ from: Math.min(a, b), to: Math.max(a, b) + MIN_WINDOW }));

test('a bar lies where its times say', () => {
  const window = { from: 100, to: 300 };

  expect(placeBar(150, 200, window, 400)).toEqual({ left: 100, width: 100 });
  expect(placeBar(0, 1000, window, 400)).toEqual({ left: 0, width: 400 });
  expect(placeBar(200, 200, window, 400)).toEqual({ left: 200, width: MIN_BAR });
  expect(placeBar(300, 300, window, 400)).toEqual({ left: 398, width: MIN_BAR });
  expect(placeBar(0, 50, window, 400).outside).toBe('before');
  expect(placeBar(301, 400, window, 400).outside).toBe('after');
});

test('a bar never leaves its row, and can always be seen', () => {
  fc.assert(
    fc.property(time, time, anyWindow, fc.integer({ min: 10, max: 4000 }), (start, length, window, width) => {
      const { left, width: wide } = placeBar(start, start + length, window, width);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(wide).toBeGreaterThanOrEqual(MIN_BAR);
      expect(left + wide).toBeLessThanOrEqual(width + 1e-6);
    }),
  );
});

test('however it is zoomed and moved, a window stays within the extent of the trace', () => {
  const extent = { from: 0, to: 1e9 };
  const factor = fc.double({ min: 0.01, max: 100, noNaN: true });
  const share = fc.double({ min: -2, max: 2, noNaN: true });
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.double({ min: 0, max: 1e9, noNaN: true }), factor, share)), (steps) => {
      let window = extent;
      for (const [point, factor, share] of steps) {
        window = panned(zoomedAt(window, point, factor, extent), share, extent);
        expect(window.from).toBeGreaterThanOrEqual(-1e-3);
        expect(window.to).toBeLessThanOrEqual(1e9 + 1e-3);
        expect(window.to - window.from).toBeGreaterThanOrEqual(MIN_WINDOW - 1e-3);
      }
    }),
  );
});

test('zooming keeps the point under the pointer where it is', () => {
  expect(zoomedAt({ from: 0, to: 1000 }, 250, 0.5, { from: 0, to: 1000 })).toEqual({ from: 125, to: 625 });
  expect(windowAround(500, 500, { from: 0, to: 1000 })).toEqual({ from: 450, to: 550 });
});

test.each<[from: number, to: number, labels: string[]]>([
  [0, 84.1 * MILLI, ['0', '20 ms', '40 ms', '60 ms', '80 ms']],
  [0, 1.86e9, ['0', '0.5 s', '1.0 s', '1.5 s']],
  [0, 950, ['0', '200 ns', '400 ns', '600 ns', '800 ns']],
  [40 * MILLI, 40.5 * MILLI, ['40.0 ms', '40.1 ms', '40.2 ms', '40.3 ms', '40.4 ms', '40.5 ms']],
  [0, 100e9, ['0', '30 s', '60 s', '90 s']],
  [0, 400e9, ['0', '2 min', '4 min', '6 min']],
  [0, 400 * 24 * 3600e9, ['0', '100 d', '200 d', '300 d', '400 d']],
])('from %d to %d ns the axis has %j', (from, to, labels) => {
  expect(timeTicks({ from, to }, 6).map(({ label }) => label)).toEqual(labels);
});

test('an axis of any length has some round times in order, within it', () => {
  fc.assert(
    fc.property(anyWindow, fc.integer({ min: 4, max: 12 }), (window, wanted) => {
      const ticks = timeTicks(window, wanted).map(({ at }) => at);
      expect(ticks.length).toBeLessThanOrEqual(wanted * 2);
      expect(ticks).toEqual([...new Set(ticks)].sort((a, b) => a - b));
      for (const at of ticks) {
        const slack = (window.to - window.from) * 1e-2;
        expect(at).toBeGreaterThanOrEqual(window.from - slack);
        expect(at).toBeLessThanOrEqual(window.to + slack);
      }
    }),
  );
});

test('a trace of one clock opens whole', () => {
  const model = buildTraceModel(
    planAnswer([{ name: 'root', took: 50, below: [{ name: 'later', at: 300_000, took: 9 }] }]),
  );

  expect(mainWindow(model)).toEqual({ from: 0, to: 300_009 * MILLI, spansOutside: 0 });
});

test('a trace with a clock that is years off opens with the spans that lie together', () => {
  const model = buildTraceModel(
    planAnswer([
      { name: 'lost', at: 0 },
      {
        name: 'root',
        at: 3 * YEAR_IN_MILLIS,
        took: 50,
        below: [
          { name: 'a', at: 3 * YEAR_IN_MILLIS + 10 },
          { name: 'b', at: 9 * YEAR_IN_MILLIS },
        ],
      },
    ]),
  );

  const { from, to, spansOutside } = mainWindow(model);

  expect(spansOutside).toBe(2);
  expect(from).toBe(3 * YEAR_IN_MILLIS * MILLI);
  expect(to).toBe(from + 50 * MILLI);
});

test('a span whose end is years after its start does not make its neighbours dots', () => {
  const model = buildTraceModel(
    planAnswer([{ name: 'root', took: 20 * YEAR_IN_MILLIS, below: [{ name: 'a', at: 5, took: 10 }] }]),
  );

  expect(mainWindow(model).to).toBe(3600e9);
});
