import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, headers, type NatsConnection } from '@nats-io/transport-node';
import { Redis } from 'ioredis';
import { Client } from 'pg';

import { startNats } from './nats.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';
import { behavesAsService } from './service-contract.ts';

behavesAsService('REDIS', {
  start: startRedis,
  send: (url, traceparent) =>
    withRedis(url, async (redis) => {
      await redis.xadd('clew-orders', '*', 'traceparent', traceparent);
    }),
  receive: (url) =>
    withRedis(url, async (redis) => {
      const [entry] = await redis.xrange('clew-orders', '-', '+');
      await redis.del('clew-orders');
      return entry?.[1][1];
    }),
});

behavesAsService('NATS', {
  start: startNats,
  send: (url, traceparent) =>
    withNats(url, async (nats) => {
      const manager = await jetstreamManager(nats);
      await manager.streams.add({ name: 'CLEW', subjects: ['clew.orders'] });
      const sent = headers();
      sent.set('traceparent', traceparent);
      await jetstream(nats).publish('clew.orders', '7', { headers: sent });
    }),
  receive: (url) =>
    withNats(url, async (nats) => {
      const consumer = await jetstream(nats).consumers.get('CLEW');
      const message = await consumer.next();
      await (await jetstreamManager(nats)).streams.delete('CLEW');
      return message?.headers?.get('traceparent');
    }),
});

behavesAsService('POSTGRES', {
  start: startPostgres,
  send: (url, traceparent) =>
    withPostgres(url, async (client) => {
      await client.query('create table clew_orders (traceparent text)');
      await client.query('insert into clew_orders values ($1)', [traceparent]);
    }),
  receive: (url) =>
    withPostgres(url, async (client) => {
      const { rows } = await client.query<{ traceparent: string }>('select * from clew_orders for update skip locked');
      await client.query('drop table clew_orders');
      return rows[0]?.traceparent;
    }),
});

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}

async function withNats<T>(url: string, work: (nats: NatsConnection) => Promise<T>): Promise<T> {
  const connection = await connect({ servers: url });
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}

async function withPostgres<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
