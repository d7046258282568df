import { type Clock, createStore, emptySpan, type SpanRecord, STATUS_CODE, type Store } from '@clew/viewer';
import { expect, test } from 'vitest';

import { parseShown } from './shown.ts';
import { createTracePrinter, followTraces, type TracePrinterOptions } from './trace-printer.ts';

test('a trace is printed once, when it is complete', async () => {
  const { store, clock, lines } = await printing();

  store.addSpans([span('root')]);
  expect(lines).toEqual([]);
  clock.tick();
  clock.tick();

  expect(lines).toEqual([expect.stringMatching(/^● root .*1 span /)]);
});

test('spans that come late print the trace again, and unfold it when they failed', async () => {
  const { store, clock, lines, printer } = await printing();
  store.addSpans([span('root')]);
  clock.tick();

  store.addSpans([span('late', { parentSpanId: 'root', status: { code: STATUS_CODE.error, message: 'no' } })]);
  clock.tick();

  expect(lines[1]).toMatch(
    /^✖ root .*2 spans .* {2}\+1 late\n {2}root .*\n {2}└─ ✖ late .*\n {5}↳ no\n.*critical path/,
  );
  expect(printer.summary()).toBe('1 trace, 1 with errors, slowest 5µs');
});

test('a trace with an exception unfolds though no span has the status of an error', async () => {
  const { store, clock, lines, printer } = await printing();
  const attributes = { 'exception.type': 'Error', 'exception.message': 'x' };

  store.addSpans([
    span('job', { events: [{ timeUnixNano: 0n, name: 'exception', attributes, droppedAttributesCount: 0 }] }),
  ]);
  clock.tick();

  expect(lines[0]).toMatch(/^● job .*\n {2}job .*\n {2}↳ Error: x$/);
  expect(printer.summary()).toBe('1 trace, slowest 5µs');
});

test('the first waterfall with a light bar explains the bars, and no other', async () => {
  const { store, clock, lines } = await printing({ show: parseShown('all') });

  for (const traceId of ['t1', 't2', 't3']) {
    const isFirst = traceId === 't1';
    store.addSpans([
      span('root', { traceId }),
      ...(isFirst ? [] : [span('child', { traceId, spanId: 'child', parentSpanId: 'root' })]),
    ]);
    clock.tick();
  }

  expect(lines.map((text) => text.includes('critical path'))).toEqual([false, true, false]);
});

test('attributes are shown where they are asked for, in traces that unfold', async () => {
  const { store, clock, lines } = await printing({ show: parseShown('errors,attributes') });

  store.addSpans([span('good', { traceId: 't1', attributes: { order: 7 } })]);
  store.addSpans([span('bad', { traceId: 't2', attributes: { order: 8 }, status: { code: STATUS_CODE.error } })]);
  clock.tick();

  expect(lines).toEqual([expect.not.stringContaining('order'), expect.stringMatching(/\n {4}order: 8\n/)]);
});

test('no line is wider than the terminal, late or not', async () => {
  const { store, clock, lines } = await printing({ columns: () => 70 });

  store.addSpans([span('a very long name '.repeat(10))]);
  clock.tick();
  store.addSpans([span('late', { parentSpanId: 'root' })]);
  clock.tick();

  expect(lines.map((line) => line.length <= 70)).toEqual([true, true]);
});

test('a trace that cannot be drawn is told and harms nobody', async () => {
  const columns = () => {
    throw new Error('no terminal');
  };
  const { store, clock, lines } = await printing({ columns });

  store.addSpans([span('root')]);
  clock.tick();

  expect(lines).toEqual(['clew: trace t1 could not be printed: Error: no terminal']);
});

async function printing(options: Partial<TracePrinterOptions> = {}) {
  const clock = manualClock();
  const store: Store = createStore({ clock });
  const lines: string[] = [];
  const writer = { write: (text: string) => void lines.push(text), flush: async () => undefined };
  const defaults = { show: parseShown('errors,slow'), slowMillis: 1000, columns: () => 100, colors: false };
  const printer = await createTracePrinter({ ...defaults, ...options });
  followTraces(store, printer, writer);
  return { store, clock, lines, printer };
}

function span(name: string, fields: Partial<SpanRecord> = {}): SpanRecord {
  const times = { startTimeUnixNano: 1000n, endTimeUnixNano: 6000n };
  return { ...emptySpan(), traceId: 't1', spanId: name === 'late' ? 'late' : 'root', name, ...times, ...fields };
}

/** A clock on which each tick is a second. */
function manualClock(): Clock & { tick(): void } {
  let now = 0;
  const due = new Set<() => void>();
  return {
    now: () => now,
    later(callback) {
      due.add(callback);
      return () => void due.delete(callback);
    },
    tick() {
      now += 1000;
      const callbacks = [...due];
      due.clear();
      for (const callback of callbacks) callback();
    },
  };
}
