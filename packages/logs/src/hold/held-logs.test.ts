import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

import { forgetReports } from '@clew/diagnostics';
import { createTraceLifetimes, type ReadableSpan } from '@clew/spans/internal';
import { array, assert, constantFrom, integer, oneof, property, record } from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';

import { createHeldLogs, type HeldLimits } from './held-logs.ts';
import type { HeldSink } from './held-queue.ts';
import { keepFailedTraces } from './judge-by-errors.ts';

const A = 'a'.repeat(32);
const B = 'b'.repeat(32);
const C = 'c'.repeat(32);

const stderr: string[] = [];

beforeAll(() => {
  vi.spyOn(fs, 'writeSync').mockImplementation((_fd: number, text: unknown) => stderr.push(String(text)));
  syncBuiltinESMExports();
});

afterAll(() => {
  vi.restoreAllMocks();
  syncBuiltinESMExports();
});

test('what is held of a trace comes out in order when the trace is kept', () => {
  const { logs, sink, released } = judgedLogs();
  logs.begin(A);
  logs.begin(B);

  for (const [traceId, item] of [
    [A, 1],
    [B, 2],
    [A, 3],
  ] as const)
    logs.hold(traceId, item, 10, sink);
  logs.keep(A);

  expect(released).toEqual([1, 3]);
  expect(logs.counts()).toEqual({ waiting: 1, waitingBytes: 10, released: 2, discarded: 0, lost: 0 });
});

test('what is held of a trace that ends without a reason to keep it is discarded, and is no loss', () => {
  const { logs, sink, released } = judgedLogs();
  logs.begin(A);

  logs.hold(A, 1, 10, sink);
  logs.end(A);

  expect(released).toEqual([]);
  expect(logs.counts()).toEqual({ waiting: 0, waitingBytes: 0, released: 0, discarded: 1, lost: 0 });
});

test('nothing is held until somebody judges', () => {
  const { logs } = heldLogs();
  logs.begin(A);

  expect(logs.hold(A, 1, 10, { release() {} })).toBe(false);
});

test('in a kept trace nothing is held any more, not even after its end', () => {
  const { logs, sink } = judgedLogs();
  logs.begin(A);
  logs.keep(A);

  const before = logs.hold(A, 1, 10, sink);
  logs.end(A);
  const after = logs.hold(A, 2, 10, sink);

  expect([before, after]).toEqual([false, false]);
});

test('a trace that enters the process twice ends with the second local root', () => {
  const { logs, sink, released } = judgedLogs();
  logs.begin(A);
  logs.begin(A);

  logs.hold(A, 1, 10, sink);
  logs.end(A);
  logs.keep(A);

  expect(released).toEqual([1]);
});

test('what is logged in a trace that is not open comes out when an error is logged in it', () => {
  const { logs, sink, released } = judgedLogs();

  logs.hold(A, 1, 10, sink);
  logs.keep(A);

  expect(released).toEqual([1]);
});

test('when a trace has more than it may, its oldest go first, which is told once', () => {
  const { logs, sink, released, said } = judgedLogs({ perTrace: 25, total: 100 });
  logs.begin(A);

  for (const item of [1, 2, 3, 4]) logs.hold(A, item, 10, sink);
  logs.keep(A);

  expect(released).toEqual([3, 4]);
  expect(logs.counts()).toMatchObject({ released: 2, lost: 2, waiting: 0 });
  expect(said()).toEqual([
    'clew: 1 held log line was dropped before the verdict on their trace: more than 25 bytes of one trace or 100 of all were waiting\n',
  ]);
});

test('room for all is made by traces that nobody judges first, in silence, then by the oldest', () => {
  const { logs, sink, released, said } = judgedLogs({ perTrace: 25, total: 25 });
  logs.begin(A);
  logs.begin(B);

  logs.hold(A, 'old', 10, sink);
  logs.hold(C, 'stray', 10, sink);
  logs.hold(B, 'new', 10, sink);
  const silent = said().length === 0;
  logs.hold(B, 'newest', 10, sink);
  for (const traceId of [A, B, C]) logs.keep(traceId);

  expect(silent).toBe(true);
  expect(released).toEqual(['new', 'newest']);
  expect(logs.counts()).toMatchObject({ discarded: 1, lost: 1 });
});

test('an item that is larger than what may wait of a trace is not held', () => {
  const { logs, sink } = judgedLogs({ perTrace: 25, total: 100 });
  logs.begin(A);

  expect(logs.hold(A, 1, 26, sink)).toBe(false);
});

test('a sink that throws loses its item alone, and that is told', () => {
  const { logs, released, said } = judgedLogs();
  const sink: HeldSink<number> = {
    release(item) {
      if (item === 1) throw new Error('disk full');
      released.push(item);
    },
  };
  logs.begin(A);

  for (const item of [1, 2]) logs.hold(A, item, 10, sink);
  logs.keep(A);

  expect(released).toEqual([2]);
  expect(said()).toEqual([expect.stringMatching(/^clew: releasing a held log line failed: Error at \S+:\d+:\d+\n$/)]);
});

test('what a sink logs while it gets a released item is not held', () => {
  const { logs } = judgedLogs();
  const answers: boolean[] = [];
  const sink: HeldSink<number> = { release: () => void answers.push(logs.hold(B, 2, 10, sink)) };
  logs.begin(A);

  logs.hold(A, 1, 10, sink);
  logs.keep(A);

  expect(answers).toEqual([false]);
});

test('at the end of the process the open traces are kept and written out, each sink once', () => {
  const { logs, released } = judgedLogs();
  let flushes = 0;
  const sink: HeldSink<number> = { release: (item) => void released.push(item), flush: () => (flushes += 1) };
  logs.begin(A);
  logs.begin(B);

  for (const traceId of [A, B]) logs.hold(traceId, 1, 10, sink);
  logs.keepOpen();
  logs.keepOpen();

  expect([released, flushes]).toEqual([[1, 1], 1]);
});

test('a program that never ends its spans does not fill the memory', () => {
  const { logs, sink } = judgedLogs();
  const traceId = (n: number) => n.toString(16).padStart(32, '0');

  for (let n = 1; n <= 5000; n += 1) {
    logs.begin(traceId(n));
    logs.hold(traceId(n), n, 10, sink);
  }

  expect(logs.counts().waiting).toBe(4096);
});

test('whatever happens, each item is in one place, in order, and the bounds hold', () => {
  const traceId = constantFrom(A, B, C);
  const step = oneof(
    record({ op: constantFrom('hold' as const), traceId, bytes: integer({ min: 1, max: 40 }) }),
    record({ op: constantFrom('begin' as const, 'keep' as const, 'end' as const, 'keepOpen' as const), traceId }),
  );

  assert(
    property(array(step, { maxLength: 60 }), (steps) => {
      const { logs, sink, released } = judgedLogs({ perTrace: 50, total: 90 });
      let held = 0;
      for (const [index, each] of steps.entries()) {
        if (each.op === 'hold') held += Number(logs.hold(each.traceId, index, each.bytes, sink));
        else if (each.op === 'keepOpen') logs.keepOpen();
        else logs[each.op](each.traceId);

        const { waiting, waitingBytes, discarded, lost } = logs.counts();
        expect(waiting + released.length + discarded + lost).toBe(held);
        expect(logs.counts().released).toBe(released.length);
        expect(waitingBytes).toBeLessThanOrEqual(90);
      }
      for (const id of [A, B, C]) {
        const ofTrace = released.filter((index) => steps[index as number]?.traceId === id);
        expect(ofTrace).toEqual([...new Set(ofTrace)].toSorted((a, b) => Number(a) - Number(b)));
      }
    }),
  );
});

test('what is held of a trace that ends waits for the verdict, whenever that is given', () => {
  const { logs, sink, released } = heldLogs();
  logs.judge();
  for (const traceId of [A, B]) {
    logs.begin(traceId);
    logs.hold(traceId, traceId, 10, sink);
    logs.end(traceId);
  }

  const undecided = logs.counts();
  logs.keep(A);
  logs.drop(B);

  expect(undecided).toMatchObject({ waiting: 2, discarded: 0, lost: 0 });
  expect(released).toEqual([A]);
  expect(logs.counts()).toEqual({ waiting: 0, waitingBytes: 0, released: 1, discarded: 1, lost: 0 });
});

test('a verdict to keep is not taken back', () => {
  const { logs, sink, released } = judgedLogs();
  logs.begin(A);
  logs.hold(A, 1, 10, sink);

  logs.keep(A);
  logs.drop(A);

  expect(released).toEqual([1]);
  expect(logs.hold(A, 2, 10, sink)).toBe(false);
});

test('what a trace holds that is given up, because too many are open, is lost, which is told', () => {
  const { logs, sink, said } = judgedLogs();
  const traceId = (n: number) => n.toString(16).padStart(32, '0');

  logs.begin(traceId(1));
  logs.hold(traceId(1), 1, 10, sink);
  for (let n = 2; n <= 4097; n += 1) logs.begin(traceId(n));

  expect(logs.counts()).toMatchObject({ waiting: 0, discarded: 0, lost: 1 });
  expect(said()).toEqual([
    'clew: 1 held log line was dropped before the verdict on their trace: more traces were open than are watched at a time\n',
  ]);
});

test('when nobody judges any more, what waits is released and nothing is held', () => {
  const { logs, sink, released } = heldLogs();
  const stops = [logs.judge(), logs.judge()];
  logs.begin(A);
  logs.hold(A, 1, 10, sink);

  stops[0]?.();
  stops[0]?.();
  const withOneLeft = [...released];
  stops[1]?.();

  expect([withOneLeft, released]).toEqual([[], [1]]);
  expect(logs.hold(A, 2, 10, sink)).toBe(false);
});

/** A store in which errors are judged, a sink, and what came of them. */
function judgedLogs(limits?: HeldLimits) {
  const held = heldLogs(limits);
  keepFailedTraces(held.logs, held.lifetimes);
  return held;
}

/** A store with the local roots of its traces, a sink, and what came of them. */
function heldLogs(limits?: HeldLimits) {
  forgetReports();
  stderr.length = 0;
  const lifetimes = createTraceLifetimes();
  const open: ReadableSpan[] = [];
  const traces = {
    begin(traceId: string) {
      const root = localRoot(traceId);
      open.push(root);
      lifetimes.spanStarted(root);
    },
    end(traceId: string) {
      const at = open.findIndex((root) => root.spanContext().traceId === traceId);
      for (const root of at < 0 ? [] : open.splice(at, 1)) lifetimes.spanEnded(root);
    },
    keepOpen: lifetimes.giveUp,
  };
  const logs = { ...createHeldLogs(lifetimes, limits), ...traces };
  const released: unknown[] = [];
  const sink: HeldSink<unknown> = { release: (item) => void released.push(item) };
  return { logs, lifetimes, sink, released, said: () => [...stderr] };
}

let roots = 0;

function localRoot(traceId: string): ReadableSpan {
  const spanContext = { traceId, spanId: (roots += 1).toString(16).padStart(16, '0'), traceFlags: 1 };
  return { spanContext: () => spanContext, parentSpanContext: undefined };
}
