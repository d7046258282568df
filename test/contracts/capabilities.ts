// The table in the README of @clew/queues: what works with which client of a queue, and the test that shows it.
import { queueCases } from '@clew/testing/queues';

/** A client, and one cell for each column. */
export interface ClientRow {
  readonly client: string;
  readonly cells: Readonly<Record<Column, Cell>>;
}

/** A capability that tests show, or one that is not there, for a reason. */
type Cell = Shown | Missing;

interface Shown {
  readonly says: string;
  /** Tests that fail without it: `file > suite > test`. */
  readonly by: readonly string[];
  /** Footnote for the user. */
  readonly note?: string;
}

interface Missing {
  readonly says: 'has none' | 'no';
  /** The reason, as a footnote. */
  readonly note: string;
}

/** The columns in their order, under the names that they have in the table. */
export const COLUMNS = {
  versions: 'versions',
  context: 'context',
  auto: '`auto`',
  active: 'active after `await`',
  batch: 'batch',
  delay: 'delay',
  retry: 'retry',
  deadLetter: 'dead letter',
  poison: 'poison',
  esm: 'ESM',
  commonjs: 'CommonJS',
  automatic: 'automatic',
  timeInQueue: 'time in queue',
} as const;
export type Column = keyof typeof COLUMNS;

/** The tests of one suite, by their names. */
type Tests = (...names: readonly string[]) => readonly string[];

function testsOf(suite: string): Tests {
  return (...names) => names.map((name) => `${suite} > ${name}`);
}

const yes = (by: readonly string[], note?: string): Shown => shown('yes', by, note);
const hasNone = (note: string): Missing => ({ says: 'has none', note });

function shown(says: string, by: readonly string[], note?: string): Shown {
  return { says, by, ...(note !== undefined && { note }) };
}

const CARRIES = 'a message carries trace context and baggage to its handler, where they are active after an await too';
const IS_CHILD = 'a fresh single message makes its consumer a child of its producer, with a link';
const POISON = queueCases.map(({ name }) => name).filter((name) => name.includes(' in place of a context harms '));

/** Cells that the suite of every adapter proves for a client. */
function inSuite(suite: string) {
  const tests = testsOf(suite);
  return {
    context: yes(tests(CARRIES)),
    auto: yes(tests(IS_CHILD)),
    active: yes(tests(CARRIES)),
    poison: yes(tests(...POISON)),
  };
}

const oldest = (client: string) =>
  testsOf('preload/oldest-queues.slow.test.ts')(
    `${client} > under the preload > sends a message that is handled in its trace`,
  );

const NO_DELAY = 'The broker or the client has no delays.';
const NO_DEAD_LETTERS = 'The broker or the client has no dead-letter queues.';
const NO_BATCH = 'The client sends and hands over one message at a time.';
const AS_SQS = 'SNS delivers to SQS: a message that was delivered is one of SQS, and has what those have.';

const bullmq = testsOf('contracts/bullmq.test.ts > traced clients');
const bullmqAlone = testsOf('contracts/bullmq.test.ts');
const bullmqPreload = testsOf('preload/bullmq.test.ts');
const BULLMQ_ALL = 'the span of a job has the name, the kind and the attributes of its operation';
const BULLMQ_PRELOAD = 'a job is traced from its queue to its handler in';

const BULLMQ: ClientRow = {
  client: 'BullMQ',
  cells: {
    ...inSuite('contracts/bullmq.test.ts > traced clients'),
    versions: shown('5, 6', [...oldest('BullMQ 5.0.0'), ...bullmq(BULLMQ_ALL)]),
    batch: shown(
      '`addBulk`, flows: one span',
      bullmq(
        'jobs that are added together are added in one span',
        'the jobs of a flow belong to the span that added it',
      ),
    ),
    delay: yes(bullmqAlone('a processor that is traced by itself tells all that its job knows')),
    retry: yes(
      bullmq(
        'a job that fails is an error, and one that is tried again at once goes on with the same trace',
        'a job that fails is an error, and one that is tried again after a delay goes on with the same trace',
      ),
    ),
    deadLetter: hasNone(NO_DEAD_LETTERS),
    esm: yes(bullmqPreload(`${BULLMQ_PRELOAD} app.mjs`)),
    commonjs: yes(bullmqPreload(`${BULLMQ_PRELOAD} app.cjs`)),
    automatic: yes(
      bullmqPreload(
        `${BULLMQ_PRELOAD} app.mjs`,
        'spans of a processor that runs in a process belong to the span of its job',
        'spans of a processor that runs in a thread belong to the span of its job',
      ),
    ),
    timeInQueue: yes(bullmq(BULLMQ_ALL)),
  },
};

const bull = testsOf('contracts/bull.test.ts');
const bullPreload = testsOf('preload/bull.test.ts');
const BULL_ALL = 'a job of any name, added with data or without, has two spans with all that is known of it';
const BULL_PRELOAD = 'a job of Bull is traced from its queue to its processor in';

const BULL: ClientRow = {
  client: 'Bull',
  cells: {
    ...inSuite('contracts/bull.test.ts > the suite of every adapter'),
    versions: shown('4', [...oldest('Bull 4.0.0'), ...bull(BULL_ALL)]),
    batch: shown('`addBulk`: one span', bull('jobs that are added together are added in one span')),
    delay: yes(bull(BULL_ALL)),
    retry: yes(bull('a processor with a callback is traced, and one that fails is tried again in the same trace')),
    deadLetter: hasNone(NO_DEAD_LETTERS),
    esm: yes(bullPreload(`${BULL_PRELOAD} app.mjs`)),
    commonjs: yes(bullPreload(`${BULL_PRELOAD} app.cjs`)),
    automatic: yes(
      [
        ...bullPreload(`${BULL_PRELOAD} app.mjs`),
        ...bull('a processor in a file of its own is handed the context of the span of its job'),
      ],
      'A processor in a file of its own needs `tracedProcessor`.',
    ),
    timeInQueue: yes(bull(BULL_ALL)),
  },
};

const amqplib = testsOf('contracts/amqplib.slow.test.ts > amqplib');
const amqplibPreload = testsOf('preload/amqplib.slow.test.ts > amqplib under the preload');
const IMPORTED = 'imported, a message and its handler are one trace';
const REQUIRED = 'required, a message and its handler are one trace';
const AMQPLIB_WAITED = 'a message > that waited tells how long, and how it came';

const AMQPLIB: ClientRow = {
  client: 'amqplib',
  cells: {
    ...inSuite('contracts/amqplib.slow.test.ts > amqplib > the conformance suite'),
    versions: shown('0.5.5 to 2', [...oldest('amqplib 0.5.5'), ...amqplib(AMQPLIB_WAITED)]),
    batch: hasNone(NO_BATCH),
    delay: shown(
      '`x-delay`',
      amqplib('a message that the plugin for delays held back tells its delay, which is no time in the queue'),
      'The tests have the header of the plugin for delayed messages, not the plugin.',
    ),
    retry: shown('`redelivered`', amqplib(AMQPLIB_WAITED)),
    deadLetter: shown('`x-death`', amqplib(AMQPLIB_WAITED)),
    esm: yes(amqplibPreload(IMPORTED)),
    commonjs: yes(amqplibPreload(REQUIRED)),
    automatic: yes(amqplibPreload(REQUIRED, 'the callback API is traced like that of promises')),
    timeInQueue: yes(amqplib(AMQPLIB_WAITED), 'Where the publisher has set `timestamp`; the broker tells no time.'),
  },
};

const kafkajs = testsOf('contracts/kafkajs.slow.test.ts > kafkajs');
const kafkajsPreload = testsOf('preload/kafkajs.slow.test.ts > kafkajs under the preload');
const KAFKAJS_ALL = 'eachMessage > has the attributes of its message, and of what the consumer was told';

const KAFKAJS: ClientRow = {
  client: 'kafkajs',
  cells: {
    ...inSuite('contracts/kafkajs.slow.test.ts > kafkajs > the conformance suite'),
    versions: shown(
      '1.6 to 2',
      [...oldest('kafkajs 1.6.0'), ...kafkajs(KAFKAJS_ALL)],
      'Older ones do not understand the Kafka of the tests, which is 4.',
    ),
    batch: shown(
      'links, `inMessage`',
      kafkajs(
        'eachBatch > is a span with a link to each sender, and each message has its span and baggage in `inMessage`',
        'send > of several messages is one span, whose context each of them has',
        'sendBatch is a span for each topic',
      ),
    ),
    delay: hasNone(NO_DELAY),
    retry: yes(kafkajs('eachMessage > of a message that came again tells how often it came')),
    deadLetter: hasNone(NO_DEAD_LETTERS),
    esm: yes(kafkajsPreload(IMPORTED)),
    commonjs: yes(kafkajsPreload(REQUIRED)),
    automatic: yes(kafkajsPreload(REQUIRED)),
    timeInQueue: yes(kafkajs(KAFKAJS_ALL)),
  },
};

const sqs = testsOf('contracts/sqs.slow.test.ts > SQS');
const elasticmq = testsOf('contracts/sqs.slow.test.ts > SQS that knows limits and dead letters');
const sqsPreload = testsOf('preload/sqs.slow.test.ts > SQS under the preload');
const SQS_WAITED = 'a handled message tells how long it waited and how often it came';
const SQS_AGAIN =
  'a message that comes again tells so, and by a dead-letter queue it is the root of a trace with a link';
const SQS_PRELOAD = 'sqs-consumer polls in silence and handles in the trace of the sender';
const SQS_SUITE = inSuite('contracts/sqs.slow.test.ts > SQS');

const SQS: ClientRow = {
  client: 'SQS',
  cells: {
    ...SQS_SUITE,
    versions: shown('SDK 3, `sqs-consumer` 15', [...sqs(SQS_WAITED), ...sqsPreload(`app.mjs: ${SQS_PRELOAD}`)]),
    context: shown('yes, else `AWSTraceHeader`', [
      ...SQS_SUITE.context.by,
      ...sqs('with ten attributes of its own a message carries the context in AWSTraceHeader'),
    ]),
    batch: shown(
      'links, `each`',
      sqs('a batch is one span with a link to each sender, and each message has one of its own in it'),
    ),
    delay: yes(
      sqs('a message that was to wait is handled in the trace of its sender'),
      'SQS does not tell the delay that was asked for: it is a part of the time in the queue.',
    ),
    retry: yes(elasticmq(SQS_AGAIN)),
    deadLetter: yes(elasticmq(SQS_AGAIN)),
    esm: yes(sqsPreload(`app.mjs: ${SQS_PRELOAD}`)),
    commonjs: yes(sqsPreload(`app.cjs: ${SQS_PRELOAD}`)),
    automatic: yes(
      sqsPreload(`app.mjs: ${SQS_PRELOAD}`),
      'Messages that you receive by the client itself are handled by `processMessages` or `tracedHandler`.',
    ),
    timeInQueue: yes(sqs(SQS_WAITED)),
  },
};

const SNS_DELIVERS = [
  'what SNS delivers as an envelope is handled in the trace of its publisher',
  'what SNS delivers raw is handled in the trace of its publisher',
] as const;
const SNS_PRELOAD = 'what is published to SNS is handled by sqs-consumer in the trace of its publisher';

const SNS: ClientRow = {
  client: 'SNS to SQS',
  cells: {
    versions: shown('SDK 3', sqs(...SNS_DELIVERS)),
    context: shown('yes, raw and in envelopes', sqs(...SNS_DELIVERS)),
    auto: yes(sqs(...SNS_DELIVERS)),
    active: yes(sqs(...SNS_DELIVERS)),
    batch: shown('`PublishBatch`: one span', sqs(...SNS_DELIVERS)),
    delay: hasNone(NO_DELAY),
    retry: shown('as SQS', elasticmq(SQS_AGAIN), AS_SQS),
    deadLetter: shown('as SQS', elasticmq(SQS_AGAIN), AS_SQS),
    poison: yes(
      sqs(
        'poison that SNS delivers as an envelope harms neither its message nor those around it',
        'poison that SNS delivers raw harms neither its message nor those around it',
      ),
    ),
    esm: yes(sqsPreload(`app.mjs: ${SNS_PRELOAD}`)),
    commonjs: yes(sqsPreload(`app.cjs: ${SNS_PRELOAD}`)),
    automatic: yes(sqsPreload(`app.mjs: ${SNS_PRELOAD}`)),
    timeInQueue: yes(sqs(...SNS_DELIVERS)),
  },
};

const nats = testsOf('contracts/nats.test.ts > a traced connection to NATS');
const natsPreload = testsOf('preload/nats.test.ts > under the preload');
const NATS_PRELOAD = 'makes one trace of what it asks, publishes and handles';
const NATS_ACTIVE = [
  'a published message is handled in a child of the span that published it',
  'forEachMessage has the context of each message active',
  'in a `for await` loop all but the first message have their context active, and everything around is restored',
] as const;
const LOOPS =
  'In callbacks and in `forEachMessage`. In a `for await` loop from the second message on: the first question is asked by the ' +
  'code that starts the loop, so no library can make the first message’s context active there without leaking it to that code.';
const IN_PRELOAD = {
  esm: yes(natsPreload(`app.mjs ${NATS_PRELOAD}`)),
  commonjs: yes(natsPreload(`app.cjs ${NATS_PRELOAD}`)),
  automatic: yes(
    natsPreload(
      `app.mjs ${NATS_PRELOAD}`,
      'a `for await` loop has the context of its messages active from the second one on, and never the caller',
    ),
  ),
};

const NATS: ClientRow = {
  client: 'NATS core',
  cells: {
    ...inSuite('contracts/nats.test.ts > NATS'),
    ...IN_PRELOAD,
    versions: shown('3', nats(...NATS_ACTIVE)),
    active: yes(nats(...NATS_ACTIVE), LOOPS),
    batch: hasNone(NO_BATCH),
    delay: hasNone(NO_DELAY),
    retry: hasNone('NATS core delivers a message at most once.'),
    deadLetter: hasNone(NO_DEAD_LETTERS),
    timeInQueue: { says: 'no', note: 'A message of NATS core has no time.' },
  },
};

const jetstream = testsOf('contracts/nats-jetstream.test.ts > traced JetStream');
const JETSTREAM_CALLBACK =
  'what is published is consumed, by callback, in a child of the publishing span, and acknowledged';

const JETSTREAM: ClientRow = {
  client: 'JetStream',
  cells: {
    ...inSuite('contracts/nats-jetstream.test.ts > JetStream'),
    ...IN_PRELOAD,
    versions: shown('3', jetstream(JETSTREAM_CALLBACK)),
    active: yes([...jetstream(JETSTREAM_CALLBACK), ...nats(NATS_ACTIVE[2])], LOOPS),
    batch: shown(
      '`fetch`: one by one',
      jetstream('messages that are fetched have spans, one after the other, and their acknowledgements below'),
    ),
    delay: hasNone(NO_DELAY),
    retry: yes(
      jetstream('a message that is refused is an error, and comes again as the next attempt'),
      '`nak` and `term` are errors.',
    ),
    deadLetter: hasNone(NO_DEAD_LETTERS),
    timeInQueue: yes(jetstream(JETSTREAM_CALLBACK)),
  },
};

const pgBoss = testsOf('contracts/pg-boss.test.ts > pg-boss');
const pgBossPreload = testsOf('preload/pg-boss.test.ts > pg-boss under the preload');
const PG_BOSS_PRELOAD = 'polls in silence and handles in the trace of the sender';
const PG_BOSS_TELLS = 'with its metadata a job tells its attempt, the delay that was asked for, and how long it waited';
const METADATA = 'With `includeMetadata` the span tells it; without, a job is in its trace all the same.';

const PG_BOSS: ClientRow = {
  client: 'pg-boss',
  cells: {
    ...inSuite('contracts/pg-boss.test.ts > pg-boss'),
    versions: shown('12', pgBoss(PG_BOSS_TELLS)),
    batch: shown(
      'links, `handleJob`',
      pgBoss(
        'jobs of a batch are handled in one span with their links, and each with its baggage where that is asked for',
      ),
    ),
    delay: yes(pgBoss(PG_BOSS_TELLS), METADATA),
    retry: yes(pgBoss(PG_BOSS_TELLS), METADATA),
    deadLetter: yes(
      pgBoss('a job that comes by a dead-letter queue is handled in the trace of its sender'),
      'A job does not tell that it came by such a queue.',
    ),
    esm: yes(pgBossPreload(`app.mjs ${PG_BOSS_PRELOAD}`)),
    commonjs: yes(pgBossPreload(`app.cjs ${PG_BOSS_PRELOAD}`)),
    automatic: yes(pgBossPreload(`app.mjs ${PG_BOSS_PRELOAD}`)),
    timeInQueue: yes(pgBoss(PG_BOSS_TELLS)),
  },
};

/** The rows of the table. */
export const CLIENTS: readonly ClientRow[] = [BULLMQ, BULL, AMQPLIB, KAFKAJS, SQS, SNS, NATS, JETSTREAM, PG_BOSS];
