// The context manager against a model: whoever schedules whatever in between, code runs in the context that stands around
// it in the program.
import { EventEmitter } from 'node:events';

import { createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import { GuardedContextManager } from './guarded-context-manager.ts';

/** What runs at once. The contexts are numbers, of which 0 is the root. */
type Step =
  | { readonly kind: 'with' | 'bind' | 'attach' | 'throw'; readonly context: number; readonly steps: readonly Step[] }
  | { readonly kind: 'emit'; readonly emitter: number; readonly steps: readonly Step[] };

/** What may take turns with others. */
type Turn =
  | { readonly kind: 'now'; readonly steps: readonly Step[] }
  | { readonly kind: 'wait'; readonly way: Way }
  | { readonly kind: 'with' | 'bind' | 'attach' | 'beside'; readonly context: number; readonly turns: readonly Turn[] }
  | { readonly kind: 'hand out'; readonly context: number; readonly steps: readonly Step[] }
  | { readonly kind: 'run what was handed out' };

type Way = 'scheduled' | 'await' | 'nextTick' | 'queueMicrotask' | 'setImmediate' | 'setTimeout' | 'generator';

const KEY = createContextKey('key');
const CONTEXTS: readonly Context[] = [0, 1, 2, 3].map((n) => (n === 0 ? ROOT_CONTEXT : ROOT_CONTEXT.setValue(KEY, n)));
/** Context that each emitter is bound to; the first one is bound to none. */
const EMITTERS = [undefined, 1, 2, 0] as const;
const EXPECTED_ERROR = new Error('of the application');

const context = fc.nat(CONTEXTS.length - 1);
const { step } = fc.letrec<{ step: Step }>((tie) => {
  const steps = fc.array(tie('step'), { maxLength: 3 });
  return {
    step: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({ kind: fc.constantFrom('with', 'bind', 'attach', 'throw'), context, steps: fc.constant([]) }),
      fc.record({ kind: fc.constantFrom('with', 'bind', 'attach', 'throw'), context, steps }),
      fc.record({ kind: fc.constant('emit'), emitter: fc.nat(EMITTERS.length - 1), steps }),
    ),
  };
});
const steps = fc.array(step, { maxLength: 3 });
const way = fc.constantFrom<Way[]>(
  ...(['scheduled', 'scheduled', 'await', 'nextTick', 'queueMicrotask', 'setImmediate', 'setTimeout'] as const),
  'generator',
);
const { turn } = fc.letrec<{ turn: Turn }>((tie) => ({
  turn: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constant('wait'), way }),
    fc.record({ kind: fc.constant('now'), steps }),
    fc.record({ kind: fc.constant('hand out'), context, steps }),
    fc.record({ kind: fc.constant('run what was handed out') }),
    fc.record({
      kind: fc.constantFrom('with', 'bind', 'attach', 'beside'),
      context,
      turns: fc.array(tie('turn'), { maxLength: 4 }),
    }),
  ),
}));
const programs = fc.array(fc.array(turn, { maxLength: 6 }), { minLength: 2, maxLength: 5 });

test('code of interleaved programs runs in the context that stands around it', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), programs, async (scheduler, all) => {
      const manager = new GuardedContextManager();
      try {
        const { play, wrong } = createPlayer(manager, scheduler);

        await scheduler.waitFor(play(all));

        expect(wrong).toEqual([]);
        expect(manager.active()).toBe(ROOT_CONTEXT);
      } finally {
        manager.disable();
      }
    }),
    { numRuns: 300 },
  );
});

function createPlayer(manager: GuardedContextManager, scheduler: fc.Scheduler) {
  const wrong: string[] = [];
  const beside: Promise<void>[] = [];
  const handedOut: (() => void)[] = [];
  const look = (expected: number, where: string) => {
    const active = CONTEXTS.indexOf(manager.active());
    if (active !== expected) wrong.push(`${where}: ${active} instead of ${expected}`);
  };
  const emitters = EMITTERS.map((bound) => {
    const emitter = new EventEmitter();
    emitter.on('event', (inner: readonly Step[], current: number) => runSteps(inner, bound ?? current));
    return bound === undefined ? emitter : manager.bind(contextOf(bound), emitter);
  });

  function runSteps(all: readonly Step[], current: number): void {
    for (const each of all) {
      look(current, `before ${each.kind}`);
      runStep(each, current);
      look(current, `after ${each.kind}`);
    }
  }

  function runStep(given: Step, current: number): void {
    if (given.kind === 'emit') return void emitters[given.emitter]?.emit('event', given.steps, current);
    const inner = contextOf(given.context);
    if (given.kind === 'with') return manager.with(inner, runSteps, undefined, given.steps, given.context);
    if (given.kind === 'bind') return manager.bind(inner, runSteps)(given.steps, given.context);
    if (given.kind === 'attach') {
      const token = manager.attach(inner);
      runSteps(given.steps, given.context);
      return token.dispose();
    }
    const fail = () => {
      runSteps(given.steps, given.context);
      throw EXPECTED_ERROR;
    };
    expect(() => manager.with(inner, fail)).toThrow(EXPECTED_ERROR);
  }

  async function runTurns(all: readonly Turn[], current: number): Promise<void> {
    for (const each of all) {
      look(current, `before ${each.kind}`);
      const done = runTurn(each, current);
      look(current, `beside ${each.kind}`);
      await done;
      look(current, `after ${each.kind}`);
    }
  }

  async function runTurn(given: Turn, current: number): Promise<void> {
    if (given.kind === 'now') return runSteps(given.steps, current);
    if (given.kind === 'wait') return wait(given.way, current);
    if (given.kind === 'run what was handed out') return handedOut.shift()?.();
    const inner = contextOf(given.context);
    if (given.kind === 'hand out') {
      handedOut.push(manager.bind(inner, () => runSteps(given.steps, given.context)));
    } else if (given.kind === 'beside') {
      beside.push(manager.with(inner, runTurns, undefined, given.turns, given.context));
    } else if (given.kind === 'with') {
      await manager.with(inner, runTurns, undefined, given.turns, given.context);
    } else if (given.kind === 'bind') {
      await manager.bind(inner, runTurns)(given.turns, given.context);
    } else {
      await Promise.resolve(); // attached before the first await, it would be active in the caller too
      const token = manager.attach(inner);
      await runTurns(given.turns, given.context);
      token.dispose();
    }
    look(current, `at the end of ${given.kind}`);
  }

  async function wait(chosen: Way, current: number): Promise<void> {
    if (chosen === 'await') return Promise.resolve();
    if (chosen === 'scheduled') return scheduler.schedule(Promise.resolve(), 'a turn');
    if (chosen === 'generator') {
      for await (const _ of twice(current)) look(current, 'in for await');
      return undefined;
    }
    return new Promise((resolve) => {
      const callBack = () => {
        look(current, `in ${chosen}`);
        resolve();
      };
      if (chosen === 'nextTick') process.nextTick(callBack);
      else if (chosen === 'queueMicrotask') queueMicrotask(callBack);
      else if (chosen === 'setImmediate') setImmediate(callBack);
      else setTimeout(callBack, 0);
    });
  }

  async function* twice(current: number) {
    for (const number of [1, 2]) {
      await scheduler.schedule(Promise.resolve(), 'a generator');
      look(current, 'in a generator');
      yield number;
    }
  }

  return {
    wrong,
    async play(all: readonly (readonly Turn[])[]): Promise<void> {
      const contexts = all.map((_, index) => index % CONTEXTS.length);
      await Promise.all(
        all.map((turns, index) => {
          const number = contexts[index] ?? 0;
          return manager.with(contextOf(number), runTurns, undefined, turns, number);
        }),
      );
      for (let each = beside.pop(); each !== undefined; each = beside.pop()) await each;
      for (const each of handedOut) each();
    },
  };
}

function contextOf(number: number): Context {
  return CONTEXTS[number] ?? ROOT_CONTEXT;
}
