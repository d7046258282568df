import { context, type Context } from '@opentelemetry/api';
import { guard, readProperty } from '@clew/diagnostics';
import { overrideMethod } from '@clew/spans/internal';

import type { Consumption } from './consuming.ts';
import { createDelegatingContext } from './delegating-context.ts';

/**
 * Which messages of a `for await` loop are handled with their context active. The loop can be told a context only while
 * it asks for the next message.
 *
 * - `safe`: all but the first one, which has its span all the same. The first question is asked by whoever starts the
 *   loop, and what they do beside it would belong to the first message.
 * - `eager`: all of them, for loops that begin after an `await` of their function.
 */
export type LoopContext = 'safe' | 'eager';

/**
 * Gives each message that an async iterator hands out a span, which ends when the next one is asked for, or the loop is left.
 * The iterator stays the same object.
 *
 * @param open begins to handle a message
 */
export function followLoop<Message>(
  iterator: AsyncIterator<Message>,
  open: (message: Message) => Consumption | undefined,
  loopContext: LoopContext,
): void {
  const loop = createLoop((item) => open(item as Message), loopContext === 'eager');
  overrideMethod(
    iterator,
    'next',
    (next) =>
      function (...args) {
        return loop.next(() => Reflect.apply(next, this, args));
      },
  );
  for (const name of ['return', 'throw']) {
    overrideMethod(
      iterator,
      name,
      (leave) =>
        function (...args) {
          loop.leave();
          return Reflect.apply(leave, this, args);
        },
    );
  }
}

interface Loop {
  next(ask: () => unknown): unknown;
  leave(): void;
}

function createLoop(open: (message: unknown) => Consumption | undefined, isEager: boolean): Loop {
  let outer: Context | undefined; // that of whoever runs the loop
  let current: Consumption | undefined;
  let isAttached = isEager;

  const endCurrent = () => {
    current?.end();
    current = undefined;
  };
  const enter = (active: Context, result: unknown) => {
    endCurrent(); // of those who ask several times at once
    current = readProperty(result, 'done') === true ? undefined : open(readProperty(result, 'value'));
    return current?.context ?? active;
  };

  return {
    next(ask) {
      endCurrent();
      const around = (outer ??= context.active());
      const result = ask();
      if (!(result instanceof Promise)) return result;
      const delegating = createDelegatingContext(around);
      const handedOut = result.then((item: unknown) => {
        guard('handing out a message', undefined, () => (delegating.target = enter(around, item)));
        return item;
      });
      // It has begun: those who ask from now on are in the midst of the loop.
      if (isAttached) guard('entering the context of a message', undefined, () => context.attach(delegating));
      isAttached = true;
      return handedOut;
    },
    leave() {
      endCurrent();
      const around = outer;
      if (around !== undefined) guard('leaving the context of a message', undefined, () => context.attach(around));
    },
  };
}
