import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startKafka } from '../services/kafka.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';

const FOLDER = new URL('../../examples/queues/', import.meta.url);

describeWith(['RABBITMQ'], 'amqplib.ts', () => {
  test('has the refused mail as an error, and its burial in a trace of its own', async () => {
    await using broker = await startRabbitmq();
    await using app = await runApp({ args: ['amqplib.ts'], cwd: FOLDER, env: { RABBITMQ_URL: broker.url } });

    expect(await app.exited).toEqual({ code: 0, signal: null });

    expect([app.stderr, app.stdout]).toEqual(['', 'undelivered: your order 7\n']);
    expect(app.tree()).toBe(
      `
order.place
  publish mail
    process mail !reject called on the message
process undelivered
  mail.bury`.trimStart(),
    );
    const burial = app.spans().find(({ name }) => name === 'process undelivered');
    expect(burial?.attributes['clew.messaging.dead_letter_reason']).toBe('rejected');
    expect(burial?.links).toHaveLength(1);
  });
});

describeWith(['KAFKA'], 'kafkajs.ts', () => {
  test('has a batch of two orders, and a span for each of them', async () => {
    await using broker = await startKafka();
    const topic = `orders-${process.pid}-${Date.now()}`;
    const env = { KAFKA_BROKER: new URL(broker.url).host, TOPIC: topic, KAFKAJS_NO_PARTITIONER_WARNING: '1' };
    const args = ['--disable-warning=TimeoutNegativeWarning', 'kafkajs.ts']; // kafkajs counts time from 1970 on
    await using app = await runApp({ args, cwd: FOLDER, env });

    expect(await app.exited).toEqual({ code: 0, signal: null });

    expect([app.stderr, app.stdout]).toEqual(['', 'a book\na lamp\n']);
    expect(app.tree().replaceAll(topic, 'orders')).toBe(
      `
order.place
  send orders
order.place
  send orders
process orders
  process orders
    order.ship
  process orders
    order.ship`.trimStart(),
    );
  });
});
