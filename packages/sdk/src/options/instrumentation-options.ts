import type { HttpInstrumentationConfig } from '@clew/instrumentations/http';
import type { IoredisInstrumentationConfig } from '@clew/instrumentations/ioredis';
import type { UndiciInstrumentationConfig } from '@clew/instrumentations/undici';

/** Options by the short name of a library: those of our own instrumentations are known, others' are passed on. */
export interface InstrumentationOptions {
  readonly http?: boolean | HttpInstrumentationConfig;
  readonly ioredis?: boolean | IoredisInstrumentationConfig;
  readonly undici?: boolean | UndiciInstrumentationConfig;
  readonly pino?: boolean | LoggerInstrumentationOptions;
  readonly winston?: boolean | LoggerInstrumentationOptions;
  readonly bunyan?: boolean | LoggerInstrumentationOptions;
  readonly console?: boolean | LoggerInstrumentationOptions;
  readonly fastify?: boolean | PlainInstrumentationOptions;
  readonly hono?: boolean | PlainInstrumentationOptions;
  readonly bull?: boolean | QueueInstrumentationOptions;
  readonly bullmq?: boolean | QueueInstrumentationOptions;
  readonly 'child-process'?: boolean | PlainInstrumentationOptions;
  readonly kafkajs?: boolean | KafkaJsInstrumentationOptions;
  readonly amqplib?: boolean | AmqplibInstrumentationOptions;
  readonly nats?: boolean | NatsInstrumentationOptions;
  readonly aws?: boolean | QueueInstrumentationOptions;
  readonly 'pg-boss'?: boolean | PgBossInstrumentationOptions;
  readonly [name: string]: boolean | object | undefined;
}

/** Options of an instrumentation that has nothing to choose. */
interface PlainInstrumentationOptions {
  readonly enabled?: boolean;
}

/** Options of the instrumentations of loggers. Default of the last three: what `logs` says. */
interface LoggerInstrumentationOptions extends PlainInstrumentationOptions {
  /** Leaves the lines without trace ids. */
  readonly disableLogCorrelation?: boolean;
  /** Makes no log records of the lines. */
  readonly disableLogSending?: boolean;
  /** Adds an `Error` in a line of level error or above to its span, as an exception event. */
  readonly exceptions?: boolean;
  /** Adds lines of level warn and above to their span, as events. */
  readonly events?: boolean;
  /** Lines of this level and below wait for the verdict on their trace before they are written. */
  readonly hold?: 'none' | 'trace' | 'debug' | 'info';
}

/** Options of the instrumentations of queues. */
interface QueueInstrumentationOptions extends PlainInstrumentationOptions {
  /** How the span of a handler relates to the message's sender. Default: `auto`. */
  readonly relation?: 'auto' | 'parent' | 'link';
  /** Age beyond which `auto` makes a link: milliseconds. Default: an hour. */
  readonly maxParentAgeMillis?: number;
}

interface AmqplibInstrumentationOptions extends QueueInstrumentationOptions {
  /** How long a message may wait to be settled before its span has failed: milliseconds. Default: half an hour. */
  readonly maxSettleMillis?: number;
  /** Whether settling a message has a span of its own. Default: false. */
  readonly settleSpans?: boolean;
  /** Names spans where routing keys are made of ids. */
  readonly template?: (exchange: string, routingKey: string) => string | undefined;
}

interface KafkaJsInstrumentationOptions extends QueueInstrumentationOptions {
  /** Whether `commitOffsets` has a span of its own. Default: false. */
  readonly settleSpans?: boolean;
}

interface NatsInstrumentationOptions extends QueueInstrumentationOptions {
  /** Which messages of a `for await` loop have their context active. Default: `safe`, all but the first. */
  readonly loopContext?: 'safe' | 'eager';
  /** Whether acknowledgements make spans. Default: false. */
  readonly settleSpans?: boolean;
  /** Names spans where subjects are made of ids. */
  template?(subject: string): string | undefined;
}

interface PgBossInstrumentationOptions extends QueueInstrumentationOptions {
  /** Whether the context travels in the data of jobs, before pg-boss 12.38. Default: true. */
  readonly carriesContext?: boolean;
}

const HTTP = [
  'enabled',
  'ignoreIncomingRequestHook',
  'ignoreOutgoingRequestHook',
  'disableIncomingRequestInstrumentation',
  'disableOutgoingRequestInstrumentation',
  'applyCustomAttributesOnSpan',
  'requestHook',
  'responseHook',
  'startIncomingSpanHook',
  'startOutgoingSpanHook',
  'requireParentforOutgoingSpans',
  'requireParentforIncomingSpans',
  'headersToSpanAttributes',
  'enableSyntheticSourceDetection',
  'redactedQueryParams',
  'redactedQueryParamsServer',
] as const satisfies readonly (keyof HttpInstrumentationConfig)[];
const PLAIN = ['enabled'] as const satisfies readonly (keyof PlainInstrumentationOptions)[];
const IOREDIS = [
  ...PLAIN,
  'dbStatementSerializer',
  'requestHook',
  'responseHook',
  'requireParentSpan',
] as const satisfies readonly (keyof IoredisInstrumentationConfig)[];
const UNDICI = [
  ...PLAIN,
  'ignoreRequestHook',
  'requestHook',
  'responseHook',
  'startSpanHook',
  'requireParentforSpans',
  'headersToSpanAttributes',
] as const satisfies readonly (keyof UndiciInstrumentationConfig)[];
const LOGGER = [
  ...PLAIN,
  'disableLogCorrelation',
  'disableLogSending',
  'exceptions',
  'events',
  'hold',
] as const satisfies readonly (keyof LoggerInstrumentationOptions)[];
const QUEUE = [
  ...PLAIN,
  'relation',
  'maxParentAgeMillis',
] as const satisfies readonly (keyof QueueInstrumentationOptions)[];
const AMQPLIB = [
  ...QUEUE,
  'maxSettleMillis',
  'settleSpans',
  'template',
] as const satisfies readonly (keyof AmqplibInstrumentationOptions)[];
const KAFKAJS = [...QUEUE, 'settleSpans'] as const satisfies readonly (keyof KafkaJsInstrumentationOptions)[];

const NATS = [
  ...QUEUE,
  'loopContext',
  'settleSpans',
  'template',
] as const satisfies readonly (keyof NatsInstrumentationOptions)[];
const PG_BOSS = [...QUEUE, 'carriesContext'] as const satisfies readonly (keyof PgBossInstrumentationOptions)[];

/** Names of the options of each instrumentation of ours. */
export const OWN_OPTIONS: Readonly<Record<string, readonly string[]>> = {
  http: HTTP,
  ioredis: IOREDIS,
  undici: UNDICI,
  pino: LOGGER,
  winston: LOGGER,
  bunyan: LOGGER,
  console: LOGGER,
  fastify: PLAIN,
  hono: PLAIN,
  bull: QUEUE,
  bullmq: QUEUE,
  'child-process': PLAIN,
  amqplib: AMQPLIB,
  kafkajs: KAFKAJS,
  nats: NATS,
  aws: QUEUE,
  'pg-boss': PG_BOSS,
};
