/** A small real program that uses a library, in `fixtures/programs`, and what it needs to run. */
export interface Program {
  /** Name of its file. */
  readonly name: string;
  /** The instrumentations that it is for, as `instrumentations` names them. */
  readonly covers: readonly string[];
  /** The scope of a span that only comes when the library is traced; without it the program says so in another way. */
  readonly scope?: string;
  /** Its address is in the variable `HARM_SERVER`. */
  readonly server?: Server;
  /** Whether everything that it sends must carry the trace context, once. */
  readonly propagates?: true;
  /** Whether it uses the library by names that can be imported, or by the default export only. */
  readonly hasNames?: true;
  /** Acts that end it: a failure that nobody handles, a signal. */
  readonly fatal: readonly string[];
  /** Runs in `npm test`; the others run in `npm run test:slow`. */
  readonly isQuick?: true;
}

export type Server = 'mongodb' | 'mysql' | 'postgres' | 'redis';

const upstream = (name: string) => `@opentelemetry/instrumentation-${name}`;
const ours = (name: string) => `@clew/instrumentations/${name}`;

/** An instrumentation enters the catalogue by a program here, or by a reason in `WITHOUT_PROGRAM`. */
export const PROGRAMS: readonly Program[] = [
  {
    name: 'http',
    covers: ['http'],
    scope: '@clew/instrumentations/http',
    propagates: true,
    hasNames: true,
    fatal: [
      'an error that nobody listens to',
      'a handler that throws',
      'a callback that throws',
      'a signal',
      'an exit code',
    ],
    isQuick: true,
  },
  {
    name: 'fetch',
    covers: ['undici'],
    scope: ours('undici'),
    propagates: true,
    fatal: ['a call that fails'],
    isQuick: true,
  },
  {
    name: 'undici',
    covers: ['undici'],
    scope: ours('undici'),
    propagates: true,
    hasNames: true,
    fatal: ['a call that fails'],
  },
  {
    name: 'express',
    covers: ['express', 'router'],
    scope: upstream('express'),
    fatal: ['a handler that throws later', 'a promise that a handler leaves alone'],
    isQuick: true,
  },
  { name: 'connect', covers: ['connect'], scope: upstream('connect'), fatal: ['a middleware that throws later'] },
  { name: 'router', covers: ['router'], scope: upstream('router'), fatal: ['a handler that throws later'] },
  { name: 'koa', covers: ['koa'], scope: upstream('koa'), fatal: ['a middleware that leaves a promise alone'] },
  { name: 'hapi', covers: ['hapi'], scope: upstream('hapi'), hasNames: true, fatal: ['a start that fails'] },
  {
    name: 'restify',
    covers: ['restify'],
    scope: upstream('restify'),
    hasNames: true,
    fatal: ['a handler that throws'],
  },
  {
    name: 'nest',
    covers: ['nestjs-core'],
    scope: upstream('nestjs-core'),
    hasNames: true,
    fatal: ['a start that fails'],
  },
  {
    name: 'fastify',
    covers: ['fastify'],
    scope: '@clew/instrumentations/http',
    fatal: ['a start that fails', 'a promise that a handler leaves alone'],
  },
  {
    name: 'hono',
    covers: ['hono'],
    scope: '@clew/instrumentations/http',
    hasNames: true,
    fatal: ['a promise that a handler leaves alone'],
  },
  {
    name: 'grpc',
    covers: ['grpc'],
    scope: upstream('grpc'),
    propagates: true,
    hasNames: true,
    fatal: ['a callback that throws', 'a stream whose error nobody listens to'],
    isQuick: true,
  },
  {
    name: 'socket-io',
    covers: ['socket.io'],
    scope: upstream('socket.io'),
    hasNames: true,
    fatal: ['a handler that rejects', 'a handler that throws'],
  },
  {
    name: 'redis',
    covers: ['redis'],
    scope: upstream('redis'),
    server: 'redis',
    hasNames: true,
    fatal: ['a connection whose error nobody listens to'],
    isQuick: true,
  },
  {
    name: 'ioredis',
    covers: ['ioredis'],
    scope: ours('ioredis'),
    server: 'redis',
    fatal: ['a call that fails'],
  },
  { name: 'bull', covers: ['bull'], scope: '@clew/queues', server: 'redis', fatal: ['a call that fails'] },
  {
    name: 'bullmq',
    covers: ['bullmq'],
    scope: '@clew/queues',
    server: 'redis',
    hasNames: true,
    fatal: ['a call that fails'],
    isQuick: true,
  },
  {
    name: 'pg',
    covers: ['pg'],
    scope: upstream('pg'),
    server: 'postgres',
    hasNames: true,
    fatal: [
      'a query that fails',
      'a query of a pool that fails',
      'a callback that throws',
      'a connection that nobody gets',
    ],
  },
  { name: 'knex', covers: ['knex'], scope: upstream('knex'), server: 'postgres', fatal: ['a query that fails'] },
  {
    name: 'mysql',
    covers: ['mysql'],
    scope: upstream('mysql'),
    server: 'mysql',
    hasNames: true,
    fatal: ['a query whose error nobody listens to', 'a callback that throws'],
  },
  {
    name: 'mysql2',
    covers: ['mysql2'],
    scope: upstream('mysql2'),
    server: 'mysql',
    hasNames: true,
    fatal: ['a query whose error nobody listens to', 'a promise that fails', 'a callback that throws'],
  },
  {
    name: 'mongodb',
    covers: ['mongodb'],
    scope: upstream('mongodb'),
    server: 'mongodb',
    hasNames: true,
    fatal: ['a command that fails'],
  },
  {
    name: 'mongoose',
    covers: ['mongoose'],
    scope: upstream('mongoose'),
    server: 'mongodb',
    fatal: ['a document that is not valid'],
  },
  { name: 'memcached', covers: ['memcached'], scope: upstream('memcached'), fatal: ['a callback that throws'] },
  {
    name: 'aws-sdk',
    covers: ['aws-sdk'],
    scope: upstream('aws-sdk'),
    propagates: true,
    hasNames: true,
    fatal: ['a call that fails'],
  },
  { name: 'openai', covers: ['openai'], scope: upstream('openai'), propagates: true, fatal: [] },
  {
    name: 'graphql',
    covers: ['graphql'],
    scope: upstream('graphql'),
    hasNames: true,
    fatal: ['a promise that a resolver leaves alone'],
  },
  { name: 'dataloader', covers: ['dataloader'], scope: upstream('dataloader'), fatal: ['a key that fails'] },
  {
    name: 'generic-pool',
    covers: ['generic-pool'],
    scope: upstream('generic-pool'),
    hasNames: true,
    fatal: ['an acquire that fails'],
  },
  // It makes no spans: it gives callbacks the context of their call.
  { name: 'lru-memoizer', covers: ['lru-memoizer'], fatal: ['a callback that throws'] },
  // Their lines carry the ids of the trace, which is a known difference and so must be seen.
  { name: 'pino', covers: ['pino'], fatal: ['an error after a line'] },
  { name: 'winston', covers: ['winston'], fatal: ['an error after a line'] },
  { name: 'bunyan', covers: ['bunyan'], fatal: ['an error after a line'] },
  { name: 'console', covers: ['console'], fatal: ['an error after a line'] },
  {
    name: 'child-process',
    covers: ['child-process'],
    propagates: true,
    hasNames: true,
    fatal: ['an error that nobody listens to', 'a promise that fails'],
    isQuick: true,
  },
];

/** Why an instrumentation has no program. */
export const WITHOUT_PROGRAM: Readonly<Record<string, string>> = {
  amqplib: 'needs a broker; comes with the contracts of the queues',
  kafkajs: 'needs a broker; comes with the contracts of the queues',
  nats: 'needs a broker; `test/preload/nats.test.ts` runs it',
  aws: 'needs a broker; `test/preload/sqs.slow.test.ts` runs it',
  'pg-boss': 'needs a broker; `test/preload/pg-boss.test.ts` runs it',
  'aws-lambda': 'wraps the handler of an application; `test/preload/lambda.test.ts` runs it',
  'cassandra-driver': 'no server here, and a fake would be larger than the program',
  tedious: 'no server here, and a fake would be larger than the program',
  oracledb: 'no server here, and a fake would be larger than the program',
  cucumber: 'a test runner, which nobody runs under the preload by accident',
  dns: 'off by default',
  fs: 'off by default',
  net: 'off by default',
  'host-metrics': 'touches no library',
  'runtime-node': 'touches no library',
};
