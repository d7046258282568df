import { Readable } from 'node:stream';

import { context, ROOT_CONTEXT } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';

import type { SpanOptions } from './span-options.ts';
import { span } from './span.ts';
import { tracedAll } from './traced-all.ts';
import { traced } from './traced.ts';

/** Behaviour of a function when it is called, and of its caller with the returned value. */
interface Shape {
  readonly kind: keyof typeof RESULTS;
  readonly items: readonly unknown[];
  readonly throws: boolean;
  readonly value: unknown;
  readonly leavesEarly: boolean;
  readonly self: unknown;
  readonly args: readonly unknown[];
}

type Called = (this: unknown, ...args: readonly unknown[]) => unknown;

class Task<T> extends Promise<T> {}

const RESULTS = {
  value: ({ throws, value }: Shape) => (throws ? rethrow(value) : value),
  promise: async ({ throws, value }: Shape) => (throws ? rethrow(value) : value),
  subclass: ({ throws, value }: Shape) => (throws ? Task.reject(value) : Task.resolve(value)),
  thenable: (shape: Shape) => lazily(() => RESULTS.promise(shape)),
  function:
    ({ value }: Shape) =>
    () =>
      value,
  *generator({ items, throws, value }: Shape) {
    yield* items;
    return throws ? rethrow(value) : value;
  },
  async *asyncGenerator({ items, throws, value }: Shape) {
    yield* items;
    return throws ? rethrow(value) : value;
  },
  asyncIterable: (shape: Shape) => ({ [Symbol.asyncIterator]: () => RESULTS.asyncGenerator(shape) }),
  nodeStream: ({ items, throws, value }: Shape) =>
    Readable.from(failing(items, throws ? new Error('stream', { cause: value }) : undefined)),
  webStream: ({ items, throws, value }: Shape) => webStreamOf(failing(items, throws ? value : undefined)),
};

const anything = fc.anything({
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
});

const shapes: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constantFrom(...(Object.keys(RESULTS) as (keyof typeof RESULTS)[])),
  items: fc.array(
    anything.filter((item) => item !== null && item !== undefined),
    { maxLength: 3 },
  ),
  throws: fc.boolean(),
  value: anything,
  leavesEarly: fc.boolean(),
  self: anything,
  args: fc.array(anything, { maxLength: 3 }),
});

const throwing = () => rethrow(new Error('broken'));

const options = fc.record(
  {
    attributes: fc.oneof(
      fc.constant(throwing),
      fc.func(anything),
      fc.object(),
      fc.constant(new Proxy({}, { get: throwing, ownKeys: throwing })),
    ),
    isError: fc.oneof(fc.constant(throwing), fc.func(fc.boolean())),
    links: fc.oneof(fc.array(anything), anything),
    kind: fc.oneof(fc.integer({ min: 0, max: 4 }), anything),
    root: fc.boolean(),
    code: fc.boolean(),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<SpanOptions<unknown[]>>;

const ways = fc.constantFrom<(called: Called, options: SpanOptions<unknown[]>) => Called>(
  (called, options) => traced('traced', called, options),
  (called, options) => traced('outer', traced('inner', called, options), options),
  (called, options) =>
    function (...args) {
      return span('span', () => Reflect.apply(called, this, args), options);
    },
  (called, options) => tracedAll({ called }, options).called,
);

test('a call has the same result with a span around it as without, whatever its shape', async () => {
  using recorded = recordSpans();
  await fc.assert(
    fc.asyncProperty(shapes, options, ways, async (shape, options, wrap) => {
      recorded.clear();

      const expected = await outcome(shape, functionOf(shape));
      const actual = await outcome(shape, wrap(functionOf(shape), options));

      expect(isSame(actual, expected), `${describe(actual)} is not ${describe(expected)}`).toBe(true);
      expect(context.active()).toBe(ROOT_CONTEXT);
      await new Promise((resolve) => setImmediate(resolve)); // a stream that is left early is closed a little later
      expect(recorded.tree()).not.toContain('(open)');
    }),
    { numRuns: 3_000 },
  );
});

test('a call has the same result without an SDK, whatever its shape', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, options, ways, async (shape, options, wrap) => {
      const expected = await outcome(shape, functionOf(shape));
      const actual = await outcome(shape, wrap(functionOf(shape), options));

      expect(isSame(actual, expected), `${describe(actual)} is not ${describe(expected)}`).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('a constructor makes the same with a span around it as without, whatever it throws', () => {
  using recorded = recordSpans();
  fc.assert(
    fc.property(
      fc.array(anything, { maxLength: 3 }),
      fc.boolean(),
      anything,
      options,
      (args, throws, value, options) => {
        class Made {
          readonly made: readonly unknown[];
          constructor(...args: unknown[]) {
            this.made = throws ? rethrow(value) : [...args, new.target];
          }
        }
        const TracedMade = traced('new', Made, options);

        const expected = attempt(() => new Made(...args).made);
        const actual = attempt(() => new TracedMade(...args).made);

        expect(isSame(actual, expected)).toBe(true);
        expect(recorded.tree()).not.toContain('(open)');
      },
    ),
  );
});

/** A function that returns its `this` and arguments where it can, so that they are compared too. */
function functionOf(shape: Shape): Called {
  return function (...args) {
    const seen = { ...shape, value: shape.throws ? shape.value : [this, ...args, shape.value] };
    return RESULTS[shape.kind](seen);
  };
}

/** Everything that a caller sees: what is returned or thrown, the items in between, and whether it comes at once. */
async function outcome(shape: Shape, called: Called): Promise<unknown[]> {
  const seen: unknown[] = [];
  try {
    const result: unknown = Reflect.apply(called, shape.self, shape.args);
    seen.push(typeof result, result instanceof Promise, result instanceof Task);
    if (shape.kind === 'generator') consume(result as Generator, shape, seen);
    else if (isAsyncIterable(result) && shape.kind !== 'value') await consumeAsync(result, shape, seen);
    else if (shape.kind === 'function') seen.push((result as () => unknown)());
    else if (shape.kind === 'value') seen.push(result);
    else seen.push(await result);
  } catch (error) {
    seen.push('threw', error);
  }
  return seen;
}

function consume(generator: Generator, { leavesEarly }: Shape, seen: unknown[]): void {
  for (const item of generator) {
    seen.push(item);
    if (leavesEarly) return;
  }
}

async function consumeAsync(iterable: AsyncIterable<unknown>, { leavesEarly }: Shape, seen: unknown[]): Promise<void> {
  for await (const item of iterable) {
    seen.push(item);
    if (leavesEarly) return;
  }
}

function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    return ['threw', error];
  }
}

/** Whether two outcomes are the same values, not merely equal ones; lists are made anew by each call. */
function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Error && b instanceof Error) return a.message === b.message && Object.is(a.cause, b.cause);
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  return a.every((each, index) => isSame(each, b[index]));
}

async function* failing(items: readonly unknown[], error: unknown) {
  yield* items;
  if (error !== undefined) rethrow(error);
}

function webStreamOf(iterator: AsyncGenerator): ReadableStream {
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done === true) controller.close();
      else controller.enqueue(value);
    },
  });
}

/** A thenable as query builders are: its work starts with `then`. */
function lazily(work: () => Promise<unknown>) {
  return {
    // oxlint-disable-next-line unicorn/no-thenable -- it is what this is about
    then: (fulfil: (value: unknown) => unknown, reject: (error: unknown) => unknown) => work().then(fulfil, reject),
  };
}

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;

const describe = (value: unknown) => fc.stringify(value);

function rethrow(error: unknown): never {
  throw error;
}
