import { ChildProcessInstrumentation } from '@clew/instrumentations/child-process';
import { ConsoleInstrumentation } from '@clew/instrumentations/console';
import { FastifyInstrumentation } from '@clew/instrumentations/fastify';
import { HttpInstrumentation, REQUEST_CREATED, REQUEST_STARTS } from '@clew/instrumentations/http';
import { REQUEST_CREATED as UNDICI_REQUEST_CREATED, UndiciInstrumentation } from '@clew/instrumentations/undici';

import { hasMetrics } from '../options/other-signals.ts';
import { handOnPromises } from './hand-on-promises.ts';
import { leavePromisesLazy } from './leave-promises-lazy.ts';
import type { LibraryRow, Surroundings } from './library-row.ts';
import { loggerRow } from './logger-row.ts';
import { withTraceResponse } from './trace-response.ts';

const NATS = ['@nats-io/nats-core', '@nats-io/jetstream', 'nats'];

/**
 * Everything that is known of each library, one row each: our own, and those of the catalogue that are special in some
 * way. The others of the catalogue have no row.
 */
export const LIBRARY_TABLE: readonly LibraryRow[] = [
  // Of the catalogue. The spans of the first three would drown the others'.
  { name: 'net', isOnByDefault: false },
  { name: 'dns', isOnByDefault: false, mend: (own) => handOnPromises(own, { wrapped: 'lookup' }) },
  {
    name: 'fs',
    isOnByDefault: false,
    starts: 'at once', // everything that is loaded needs it first, and so does what its instrumentation is made of
    config: (_surroundings, own) => ({ requireParentSpan: true, ...own }), // Node reads files to load modules
  },
  { name: 'runtime-node', starts: 'at once', wants: withMetrics },
  { name: 'host-metrics', starts: 'at once', wants: withMetrics, isOnByDefault: false },
  { name: 'aws-sdk', sendsMessages: true },
  { name: 'redis', mend: (own) => handOnPromises(own, { method: '_traceClientCommand' }) },
  { name: 'openai', mend: leavePromisesLazy },
  // It wraps the handler that the environment names, and no module.
  { name: 'aws-lambda', starts: 'at once', wants: ({ env }) => Boolean(env['_HANDLER']) },

  // Our own. Those that patch modules are read from their files when they are needed.
  {
    name: 'http',
    modules: ['http', 'https'],
    replaces: ['http'],
    // Node's own code and a bundler's find the modules without a hook.
    starts: {
      channels: [REQUEST_STARTS, REQUEST_CREATED],
      handOn: (http: HttpInstrumentation, message: object) => http.handOn(message),
    },
    load: () => HttpInstrumentation,
    config: ({ options }, own) => (options.traceResponse ? withTraceResponse(own) : own),
  },
  {
    name: 'undici',
    replaces: ['undici'],
    starts: {
      channels: [UNDICI_REQUEST_CREATED],
      handOn: (undici: UndiciInstrumentation, message: object) => undici.handOn(message),
    },
    load: () => UndiciInstrumentation,
  },
  { name: 'fastify', starts: 'at once', load: () => FastifyInstrumentation },
  {
    name: 'hono',
    modules: ['hono'],
    load: (part) => (part('hono') as typeof import('@clew/instrumentations/hono')).HonoInstrumentation,
  },
  {
    name: 'ioredis',
    modules: ['ioredis'],
    replaces: ['ioredis'],
    load: (part) => (part('ioredis') as typeof import('@clew/instrumentations/ioredis')).IoredisInstrumentation,
  },
  {
    name: 'bull',
    modules: ['bull'],
    load: (part) => (part('bull') as typeof import('@clew/instrumentations/bull')).BullInstrumentation,
  },
  {
    name: 'bullmq',
    modules: ['bullmq'],
    withFiles: ['bullmq'],
    load: (part) => (part('bullmq') as typeof import('@clew/instrumentations/bullmq')).BullmqInstrumentation,
  },
  loggerRow({
    name: 'pino',
    modules: ['pino'],
    replaces: ['pino'],
    load: (part) => (part('pino') as typeof import('@clew/instrumentations/pino')).PinoInstrumentation,
  }),
  loggerRow({
    name: 'winston',
    modules: ['winston'],
    replaces: ['winston'],
    load: (part) => (part('winston') as typeof import('@clew/instrumentations/winston')).WinstonInstrumentation,
  }),
  loggerRow({
    name: 'bunyan',
    modules: ['bunyan'],
    replaces: ['bunyan'],
    load: (part) => (part('bunyan') as typeof import('@clew/instrumentations/bunyan')).BunyanInstrumentation,
  }),
  {
    name: 'amqplib',
    modules: ['amqplib'],
    withFiles: ['amqplib'],
    replaces: ['amqplib'],
    load: (part) => (part('amqplib') as typeof import('@clew/instrumentations/amqplib')).AmqplibInstrumentation,
  },
  {
    name: 'kafkajs',
    modules: ['kafkajs'],
    replaces: ['kafkajs'],
    load: (part) => (part('kafkajs') as typeof import('@clew/instrumentations/kafkajs')).KafkajsInstrumentation,
  },
  loggerRow({ name: 'console', starts: 'at once', load: () => ConsoleInstrumentation }),
  {
    name: 'nats',
    modules: NATS,
    withFiles: NATS,
    load: (part) => (part('nats') as typeof import('@clew/instrumentations/nats')).NatsInstrumentation,
  },
  {
    name: 'aws',
    modules: ['@aws-sdk/client-sqs', '@aws-sdk/client-sns', 'sqs-consumer'],
    load: (part) => (part('aws') as typeof import('@clew/instrumentations/aws')).AwsInstrumentation,
  },
  {
    name: 'pg-boss',
    modules: ['pg-boss'],
    load: (part) => (part('pg-boss') as typeof import('@clew/instrumentations/pg-boss')).PgBossInstrumentation,
  },
  {
    name: 'child-process',
    modules: ['child_process', 'cluster'],
    load: () => ChildProcessInstrumentation,
    config({ options, env, isStartingUp }, own) {
      // Variables that are handed on as they are pass no propagator, which could leave some of them out.
      return { ...own, env, isStartingUp: () => options.propagate.children === 'all' && isStartingUp() };
    },
  },
];

/** For those that measure and make no spans. */
function withMetrics({ options }: Surroundings): boolean {
  return hasMetrics(options);
}
