import { connect, headers, type Msg, type NatsConnection } from '@nats-io/transport-node';
import { forEachMessage, tracedNats, type NatsOptions } from '@clew/queues/nats';
import { recordSpans } from '@clew/testing';
import { queueCases, type QueueUnderTest } from '@clew/testing/queues';
import { context, createContextKey, SpanKind, trace } from '@opentelemetry/api';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startNats } from '../services/nats.ts';
import type { Service } from '../services/service.ts';
import { fieldsOf, guardedHeadersOf, headersOf } from './nats-fields.ts';

const FOREIGN = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const tracer = trace.getTracer('shop');
const inSpan = <Result>(name: string, work: () => Result): Result =>
  tracer.startActiveSpan(name, (span) => {
    try {
      return work();
    } finally {
      span.end();
    }
  });
const activeSpan = () => trace.getActiveSpan()?.spanContext().spanId;

describeWith(['NATS'], 'NATS', () => {
  let server: Service;

  beforeAll(async () => void (server = await startNats()));
  afterAll(async () => server[Symbol.asyncDispose]());

  test.each(queueCases)('$name', async ({ run }) => {
    await expect(run(() => openQueue(server))).resolves.toBeUndefined();
  });
});

async function openQueue(server: Service): Promise<QueueUnderTest> {
  const connection = tracedNats(await connect({ servers: server.url }), { headers });
  const raw = await rawConnection(server);
  return {
    system: 'nats',
    destination: 'orders',
    redelivers: false,
    async send(body, fields) {
      connection.publish('orders', body, fields && { headers: headersOf(fields) });
      await connection.flush();
    },
    async sendRaw(body, fields) {
      const own = guardedHeadersOf(fields);
      if (own !== undefined) raw.publish('orders', body, { headers: own });
      await raw.flush();
      return own !== undefined;
    },
    async consume(handler) {
      const subscription = connection.subscribe('orders');
      let isOpen = true;
      const handle = async (): Promise<void> => {
        await forEachMessage(subscription, (message) =>
          handler({ body: message.string(), fields: fieldsOf(message.headers) }),
        ).catch(() => (isOpen = false));
      };
      const handling = handle();
      await connection.flush();
      return {
        async [Symbol.asyncDispose]() {
          if (isOpen) await subscription.drain();
          await handling;
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([connection.close(), raw.close()]);
    },
  };
}

describeWith(['NATS'], 'a traced connection to NATS', () => {
  let server: Service;

  beforeAll(async () => void (server = await startNats()));
  afterAll(async () => server[Symbol.asyncDispose]());

  async function open(options: Partial<NatsOptions> = {}) {
    const connection = tracedNats(await connect({ servers: server.url }), { headers, ...options });
    return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
  }

  test('a published message is handled in a child of the span that published it', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    let inHandler: unknown;
    const received = receive(connection, 'orders', async () => {
      await Promise.resolve();
      inHandler = activeSpan();
    });

    inSpan('checkout', () => connection.publish('orders', '{}'));
    await received;

    const publish = recorded.named('publish orders');
    const process = recorded.named('process orders');
    expect(recorded.tree()).toBe('checkout\n  publish orders\n    process orders');
    expect(inHandler).toBe(process.spanContext().spanId);
    expect([publish.kind, process.kind]).toEqual([SpanKind.PRODUCER, SpanKind.CONSUMER]);
    expect(process.links.map((link) => link.context.spanId)).toEqual([publish.spanContext().spanId]);
    expect(process.attributes).toMatchObject({
      'messaging.system': 'nats',
      'messaging.operation.name': 'process',
      'messaging.destination.name': 'orders',
      'server.address': '127.0.0.1',
    });
  });

  test('a subscription with wildcards names its spans by them', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const received = receive(connection, 'orders.*.paid', () => undefined);

    connection.publish('orders.7.paid');
    await received;

    expect(recorded.named('process orders.*.paid').attributes['messaging.destination.name']).toBe('orders.7.paid');
  });

  test('a request, its handler and its answer are one trace, and the reply is what was answered', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    connection.subscribe('price', { callback: (_error, message) => void message.respond('42') });

    const reply = await inSpan('checkout', () => connection.request('price', '7'));

    expect(reply.string()).toBe('42');
    expect(masked(recorded.tree())).toBe('checkout\n  request price\n    process price\n      respond 127.0.0.1:PORT');
  });

  test('a request that nobody answers fails as it does without us, and so does its span', async () => {
    using recorded = recordSpans();
    await using connection = await open();

    await expect(connection.request('nobody', '')).rejects.toThrow('no responders');

    expect(recorded.named('request nobody').attributes['error.type']).toBe('RequestError');
  });

  test('options and headers of the caller stay as they are, frozen ones too', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const received = receive(connection, 'orders', (message) => message.headers?.get('traceparent'));
    const own = headers();
    own.append('tenant', 't1');
    own.append('tenant', 't2');
    const options = Object.freeze({ headers: own });

    connection.publish('orders', '', options);
    const [traceparent] = await received;

    const { traceId, spanId } = recorded.named('publish orders').spanContext();
    expect(traceparent).toBe(`00-${traceId}-${spanId}-01`);
    expect(own.keys()).toEqual(['tenant']);
  });

  test('options that are inherited, or of a class, hold for the copy that carries the context', async () => {
    using _recorded = recordSpans();
    await using connection = await open();
    class Answered {
      readonly #reply = 'answers';
      get reply() {
        return this.#reply;
      }
    }
    const received = receive(connection, 'orders', (message) => message.reply, 2);

    for (const options of [Object.create({ reply: 'answers' }) as Answered, new Answered()]) {
      connection.publish('orders', '7', options);
    }

    expect(await received).toEqual(['answers', 'answers']);
    expect(() => connection.request('orders', '7', null as never)).toThrow(/reading 'timeout'/);
  });

  test('a template that fails harms neither a request nor its answer', async () => {
    using recorded = recordSpans();
    await using connection = await open({ template: (subject) => expect.fail(subject) });
    connection.subscribe('price', { callback: (_error, message) => void message.respond('42') });

    const reply = await connection.request('price', '7');

    expect(reply.string()).toBe('42');
    expect(recorded.tree()).toMatch(/^request price\n {2}process price\n {4}respond /);
  });

  test('a traceparent that the application has set is kept', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const received = receive(connection, 'orders', (message) => message.headers?.get('traceparent'));
    const own = headers();
    own.set('traceparent', FOREIGN);

    connection.publish('orders', '', { headers: own });

    expect(await received).toEqual([FOREIGN]);
    expect(recorded.named('publish orders').links[0]?.context.spanId).toBe('b7ad6b7169203331');
  });

  test('a message as large as the server takes is sent without our headers', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const received = receive(connection, 'large', (message) => [message.data.length, message.headers?.keys()]);

    connection.publish('large', new Uint8Array(connection.info?.max_payload ?? 0));

    expect(await received).toEqual([[1_048_576, undefined]]);
    expect(recorded.named('publish large').status.code).toBe(0);
  });

  test('poison is handled once and in its turn, with good messages around it', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    await using raw = await rawConnection(server);
    const handled: string[] = [];
    const done = receive(connection, 'poison', (message) => void handled.push(message.string()), POISON.length + 2);

    await connection.flush();
    raw.publish('poison', 'first');
    for (const [index, fields] of POISON.entries()) {
      const poisoned = headers();
      for (const [name, value] of fields) poisoned.append(name, value);
      raw.publish('poison', String(index), { headers: poisoned });
    }
    raw.publish('poison', 'last');
    await done;

    expect(handled).toEqual(['first', ...POISON.map((_, index) => String(index)), 'last']);
    expect(recorded.spans.filter(({ name }) => name === 'process poison')).toHaveLength(handled.length);
  });

  test('a handler that fails ends the handler form with its error, and its span with the same', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const subscription = connection.subscribe('orders');
    connection.publish('orders');

    const failing = forEachMessage(subscription, async () => {
      await Promise.resolve();
      throw new RangeError('no such order');
    });

    await expect(failing).rejects.toThrow('no such order');
    expect(recorded.named('process orders').attributes['error.type']).toBe('RangeError');
    expect(subscription.isClosed()).toBe(true);
  });

  test('in a `for await` loop all but the first message have their context active, and everything around is restored', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const seen = await loop(connection, 'safe');

    expect(seen).toEqual({ caller: 'outer', bodies: ['outer', 'message', 'message'], after: 'outer', later: 'outer' });
    expect(recorded.spans.filter(({ name }) => name === 'process loop')).toHaveLength(3);
  });

  test('an eager loop after an await has the context of the first message active, too', async () => {
    using recorded = recordSpans();
    await using connection = await open({ loopContext: 'eager' });
    const seen = await loop(connection, 'eager');

    expect(seen).toEqual({
      caller: 'outer',
      bodies: ['message', 'message', 'message'],
      after: 'outer',
      later: 'outer',
    });
    expect(recorded.spans.filter(({ name }) => name === 'process loop')).toHaveLength(3);
  });

  test('a loop that is left early ends its span, and the subscription as it would', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const subscription = connection.subscribe('loop');
    connection.publish('loop', '1');
    connection.publish('loop', '2');

    for await (const message of subscription) if (message.string() === '2') break;

    expect(activeSpan()).toBeUndefined();
    expect(subscription.isClosed()).toBe(true);
    expect(recorded.spans.filter(({ name }) => name === 'process loop')).toHaveLength(2);
  });

  test('forEachMessage has the context of each message active', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const subscription = connection.subscribe('orders', { max: 2 });
    connection.publish('orders', '1');
    connection.publish('orders', '2');
    const active: unknown[] = [];

    await forEachMessage(subscription, async () => {
      await Promise.resolve();
      active.push(activeSpan());
    });

    const spans = recorded.spans.filter(({ name }) => name === 'process orders');
    expect(active).toEqual(spans.map((each) => each.spanContext().spanId));
    expect(spans.map((each) => each.parentSpanContext?.spanId)).toEqual(
      recorded.spans.filter(({ name }) => name === 'publish orders').map((each) => each.spanContext().spanId),
    );
  });

  test('a connection that is traced twice makes its spans once, and its methods look as ever', async () => {
    using recorded = recordSpans();
    await using connection = await open();
    const twice = tracedNats(connection, { headers });
    await using bare = await rawConnection(server);

    twice.publish('orders', '');

    expect(twice).toBe(connection);
    expect(recorded.tree()).toBe('publish orders');
    for (const name of ['publish', 'request', 'requestMany', 'subscribe'] as const) {
      expect([connection[name].name, connection[name].length]).toEqual([bare[name].name, bare[name].length]);
    }
    expect(Object.keys(connection)).toEqual(Object.keys(bare));
  });
});

/** Where a loop over three messages finds itself. */
async function loop(connection: NatsConnection, when: 'safe' | 'eager') {
  const key = createContextKey('place');
  const outer = context.active().setValue(key, 'outer');
  const where = () => (trace.getActiveSpan() === undefined ? context.active().getValue(key) : 'message');
  const subscription = connection.subscribe('loop', { max: 3 });
  const bodies: unknown[] = [];
  const run = async () => {
    if (when === 'eager') await Promise.resolve();
    for await (const _message of subscription) {
      await Promise.resolve();
      bodies.push(where());
    }
    return where();
  };
  return context.with(outer, async () => {
    const running = run();
    const caller = where();
    for (let count = 0; count < 3; count += 1) context.with(outer, () => connection.publish('loop'));
    const after = await running;
    return { caller, bodies, after, later: where() };
  });
}

/** Subscribes by callback; resolves with what the handler returned for the first messages. */
function receive(
  connection: NatsConnection,
  subject: string,
  handler: (message: Msg) => unknown,
  count = 1,
): Promise<unknown[]> {
  const results: unknown[] = [];
  return new Promise((resolve) => {
    const callback = async (_error: unknown, message: Msg) => {
      results.push(await handler(message));
      if (results.length === count) setImmediate(() => resolve(results));
    };
    connection.subscribe(subject, { max: count, callback: callback as never });
  });
}

async function rawConnection(server: Service) {
  const connection = await connect({ servers: server.url });
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}

const masked = (tree: string) => tree.replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT');

const POISON: readonly (readonly [string, string])[][] = [
  [['traceparent', 'garbage{']],
  [['traceparent', '']],
  [['traceparent', `00-${'0'.repeat(32)}-${'0'.repeat(16)}-00`]],
  [['Traceparent', FOREIGN]],
  [
    ['traceparent', FOREIGN],
    ['traceparent', 'second'],
  ],
  [['traceparent', 'x'.repeat(65_536)]],
  [
    ['traceparent', FOREIGN],
    ['baggage', `tenant=${'x'.repeat(500_000)}`],
  ],
  [
    ['traceparent', FOREIGN],
    ['tracestate', '=,=;;'.repeat(1000)],
  ],
];
