import { context, propagation } from '@opentelemetry/api';
import { queueCases, type ConsumedMessage, type QueueUnderTest } from '@clew/testing/queues';
import { describe, expect, test } from 'vitest';

import { textMap } from './carriers/text-map.ts';
import { within } from './carriers/within.ts';
import { consuming, type ConsumerPlan } from './consuming.ts';
import { producing, producingBatch } from './producing.ts';

interface Message {
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const TRACEPARENT = /00-0af7651916cd43dd8448eb211c80319c/;

const plan: ConsumerPlan<Message> = {
  destination: { system: 'memory', name: 'orders' },
  carrier: within('headers', textMap) as ConsumerPlan<Message>['carrier'],
};

describe('a queue in memory, wrapped as an adapter would', () => {
  test.each(queueCases)('$name', async ({ run }) => {
    await expect(run(() => Promise.resolve(memoryQueue()))).resolves.toBeUndefined();
  });
});

describe('the suite refuses an adapter', () => {
  /** Runs one case of the suite, named by how it begins. */
  const run = (name: string, queue: Partial<QueueUnderTest>) => {
    const found = queueCases.find((each) => each.name.startsWith(name));
    return found?.run(() => Promise.resolve({ ...memoryQueue(), ...queue }));
  };

  test('that sends without a context', async () => {
    const queue = memoryQueue();
    const send: QueueUnderTest['send'] = (body) => queue.put({ body, headers: {} });

    await expect(run('a message carries trace context', { ...queue, send })).rejects.toThrow('strictly equal');
  });

  test('that overwrites the context of an application', async () => {
    const queue = memoryQueue();
    const send: QueueUnderTest['send'] = async (body, given = {}) => {
      const headers = { ...given };
      propagation.inject(context.active(), headers);
      await queue.put({ body, headers });
    };

    await expect(run('a context that the application has put', { ...queue, send })).rejects.toThrow(TRACEPARENT);
  });

  test('that passes poison over', async () => {
    const queue = memoryQueue();
    const consume: QueueUnderTest['consume'] = (handler) =>
      queue.consume((message) => (message.body === 'poison' ? Promise.resolve() : handler(message)));

    await expect(run('text that is no context', { ...queue, consume })).rejects.toThrow('deep-equal');
  });
});

function memoryQueue(): QueueUnderTest & { put(message: Message): Promise<void> } {
  const waiting: Message[] = [];
  let deliver: ((message: Message) => void) | undefined;
  const put = (message: Message) => {
    waiting.push(message);
    setImmediate(drain);
    return Promise.resolve();
  };
  const drain = () => {
    for (const message of deliver === undefined ? [] : waiting.splice(0)) deliver?.(message);
  };
  return {
    system: 'memory',
    destination: 'orders',
    redelivers: false,
    put,
    send: (body, headers = {}) => producing(plan, { body, headers }, put),
    sendBatch: (bodies) =>
      producingBatch(
        plan,
        bodies.map((body) => ({ body, headers: {} })),
        async (messages) => {
          for (const message of messages) await put(message);
        },
      ),
    sendRaw: (body, headers) => put({ body, headers }).then(() => true),
    consume(handler) {
      deliver = (message) => void consuming(plan, message, () => handler(consumed(message))).catch(() => {});
      drain();
      return Promise.resolve({
        [Symbol.asyncDispose]() {
          deliver = undefined;
          return Promise.resolve();
        },
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function consumed({ body, headers }: Message): ConsumedMessage {
  const texts = Object.entries(headers).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { body, fields: Object.fromEntries(texts) };
}
