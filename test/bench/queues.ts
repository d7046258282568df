// The CPU time that a message costs which a process sends and handles: bare, with Clew's preload, and with what there is
// upstream. Each contender is three processes on the same broker, which take turns.
import { startKafka } from '../services/kafka.ts';
import { startNats } from '../services/nats.ts';
import { startPostgres } from '../services/postgres.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';
import { startSqs } from '../services/sqs.ts';
import { startBackend } from './backend.ts';
import { machine } from './machine.ts';
import { bullmqOtel } from './peers.ts';
import { inNumbers, startTurnProcess, takeTurns, TURNS, type TurnProcess } from './turn-process.ts';

interface Client {
  /** Absent where messages go through no broker. */
  readonly start?: () => Promise<Service>;
  /** Of one round. */
  readonly messages: number;
  readonly contenders: () => Promise<Contender[]>;
}

interface Contender {
  readonly name: string;
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** True where spans must have arrived in the end, false where none may. */
  readonly hasSpans: boolean;
}

const CLIENTS: Readonly<Record<string, Client>> = {
  bullmq: { start: startRedis, messages: 250, contenders: withUpstream('bullmq-otel') },
  amqplib: { start: startRabbitmq, messages: 2000, contenders: withUpstream('upstream') },
  kafkajs: { start: startKafka, messages: 200, contenders: withUpstream('upstream') },
  sqs: { start: startSqs, messages: 15, contenders: withUpstream('upstream') },
  nats: { start: startNats, messages: 3000, contenders: withoutUpstream },
  'pg-boss': { start: startPostgres, messages: 50, contenders: withoutUpstream },
  pack: { messages: 5000, contenders: ofPack },
};

const PROCESSES = 3;

const COMMON = { OTEL_SERVICE_NAME: 'bench', OTEL_METRICS_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'none' };
const CLEW = ['--import', '@clew/sdk/register'];
const UPSTREAM = ['--require', './fixtures/upstream-queues.cjs'];
const SAMPLED_OUT = { OTEL_TRACES_SAMPLER: 'always_off' };

/**
 * Runs the benchmark and returns its table in Markdown.
 *
 * @param args the clients; all of them by default
 */
export async function run(args: readonly string[]): Promise<string> {
  const rows: string[] = [];
  for (const name of args.length > 0 ? args : Object.keys(CLIENTS)) rows.push(...(await measure(name)));
  return [
    `${machine()}; medians of ${TURNS.measured} interleaved rounds in each of ${PROCESSES} processes`,
    '',
    '| client | how | CPU µs a message | above bare | × bare | spans sent |',
    '| --- | --- | --: | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

async function measure(name: string): Promise<string[]> {
  const client = CLIENTS[name];
  if (client === undefined) throw new Error(`there is no client ${name}; there are ${Object.keys(CLIENTS).join(', ')}`);
  await using broker = await client.start?.();
  await using backend = await startBackend();
  const contenders = await client.contenders();
  const processes: TurnProcess[][] = [];
  for (const [index, { flags, env }] of contenders.entries()) {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.endpointOf(String(index)) };
    const start = (n: number) =>
      startTurnProcess({
        script: 'queue-client.cjs',
        args: [name, broker?.url ?? 'none:', `bench-${index}-${n}`],
        flags,
        env: { ...COMMON, ...endpoint, ...env },
      });
    processes.push(await Promise.all(Array.from({ length: PROCESSES }, (_, n) => start(n))));
  }
  const costs = await takeTurns(processes, client.messages);
  await Promise.all(processes.flat().map((each) => each.stop()));
  return contenders.map(({ name: how, hasSpans }, index) => {
    const spans = backend.spansOf(String(index));
    if (spans > 0 !== hasSpans) throw new Error(`${name}, ${how}: ${spans} spans arrived`);
    const sent = hasSpans ? (spans / (PROCESSES * (TURNS.warmUp + TURNS.measured) * client.messages)).toFixed(1) : '';
    return `| ${name} | ${how} | ${inNumbers(costs[index] ?? [], costs[0] ?? [])} | ${sent} |`;
  });
}

const BARE: Contender = { name: 'bare', flags: [], env: {}, hasSpans: false };

function withUpstream(name: string): () => Promise<Contender[]> {
  return async () => [
    BARE,
    ...sampledAndNot('Clew', CLEW, {}),
    ...sampledAndNot(name, UPSTREAM, name === 'bullmq-otel' ? { BULLMQ_OTEL: await bullmqOtel() } : {}),
  ];
}

function withoutUpstream(): Promise<Contender[]> {
  return Promise.resolve([BARE, ...sampledAndNot('Clew', CLEW, {})]);
}

function ofPack(): Promise<Contender[]> {
  const env = { BENCH_PACK: 'yes' };
  return Promise.resolve([BARE, { ...BARE, name: 'no SDK', env }, ...sampledAndNot('Clew', CLEW, env)]);
}

function sampledAndNot(name: string, flags: readonly string[], env: NodeJS.ProcessEnv): Contender[] {
  return [
    { name: `${name}, sampled`, flags, env, hasSpans: true },
    { name: `${name}, sampled out`, flags, env: { ...env, ...SAMPLED_OUT }, hasSpans: false },
  ];
}
