import { startElasticmq } from '../services/elasticmq.ts';
import { startKafka } from '../services/kafka.ts';
import { startNats } from '../services/nats.ts';
import { startPostgres } from '../services/postgres.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';
import { startRedis } from '../services/redis.ts';
import type { Service, ServiceName } from '../services/service.ts';

/** A client whose broker fails, with a worker in `fixtures/faults`. */
export interface FaultyClient {
  readonly client: string;
  readonly service: ServiceName;
  readonly start: () => Promise<Service>;
  /** Messages that wait when the worker starts. Default: 10,000. */
  readonly backlog?: number;
  /** Whether the messages are there after a restart. Default: true. */
  readonly restarts?: boolean;
  /** Whether the worker handles many messages in one call, which are one span. */
  readonly handlesBatches?: boolean;
  /** Attributes of the two deliveries of a message that was not acknowledged. */
  readonly again: readonly [first: Told, second: Told];
  /** Of the span of a message that comes by a dead-letter queue: its attributes, and whether it is a child of its sender. */
  readonly dead?: { readonly attributes: Told; readonly isChild: boolean };
}

type Told = Readonly<Record<string, unknown>>;

const ATTEMPT = 'clew.messaging.attempt';
const REDELIVERED = 'clew.messaging.redelivered';
const REASON = 'clew.messaging.dead_letter_reason';
const SECOND = { [ATTEMPT]: 2, [REDELIVERED]: true };

export const FAULTY_CLIENTS: readonly FaultyClient[] = [
  {
    client: 'bullmq',
    service: 'REDIS',
    start: startRedis,
    again: [{ [ATTEMPT]: 1 }, { [ATTEMPT]: 1, [REDELIVERED]: true }], // a job whose worker was lost has not failed
  },
  {
    client: 'amqplib',
    service: 'RABBITMQ',
    start: startRabbitmq,
    again: [{ 'error.type': 'channel_closed' }, { [REDELIVERED]: true }],
    dead: { attributes: { [REASON]: 'rejected' }, isChild: false },
  },
  {
    client: 'kafkajs',
    service: 'KAFKA',
    start: startKafka,
    again: [{ 'error.type': 'OutOfStockError' }, SECOND],
  },
  {
    client: 'sqs',
    service: 'ELASTICMQ',
    start: startElasticmq,
    backlog: 2000, // the fake has 4 ms for each
    restarts: false,
    handlesBatches: true,
    again: [{ [ATTEMPT]: 1 }, SECOND],
    dead: { attributes: { [REASON]: 'max_receive_count' }, isChild: false },
  },
  {
    client: 'jetstream',
    service: 'NATS',
    start: startNats,
    again: [{ [ATTEMPT]: 1 }, SECOND],
  },
  {
    client: 'pg-boss',
    service: 'POSTGRES',
    start: startPostgres,
    handlesBatches: true,
    again: [{ [ATTEMPT]: 1 }, SECOND],
    dead: { attributes: {}, isChild: true },
  },
];
