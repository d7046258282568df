// What a message costs, sent and handled in one process, in CPU time: bare, with Clew's preload, sampled and sampled out,
// and with what there is upstream. Each contender is three processes on the same broker, which take turns.
import { startKafka } from '../services/kafka.ts';
import { startNats } from '../services/nats.ts';
import { startRabbitmq } from '../services/rabbitmq.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';
import { startSqs } from '../services/sqs.ts';
import { startLogBackend } from './log-backend.ts';
import { machine } from './machine.ts';
import { median } from './median.ts';
import { bullmqOtel } from './peers.ts';
import { startQueueProcess, type QueueProcess } from './queue-process.ts';

interface Client {
  start(): Promise<Service>;
  /** Of one round. */
  readonly messages: number;
  readonly hasUpstream: boolean;
}

const CLIENTS: Readonly<Record<string, Client>> = {
  bullmq: { start: startRedis, messages: 500, hasUpstream: true },
  amqplib: { start: startRabbitmq, messages: 3000, hasUpstream: true },
  kafkajs: { start: startKafka, messages: 1000, hasUpstream: true },
  sqs: { start: startSqs, messages: 100, hasUpstream: true },
  nats: { start: startNats, messages: 5000, hasUpstream: false },
};

interface Contender {
  readonly name: string;
  readonly flags: readonly string[];
  readonly env: NodeJS.ProcessEnv;
}

const PROCESSES = 3;
const ROUNDS = 15;
const WARM_UP_ROUNDS = 3;

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
    `${machine()}; medians of ${ROUNDS} interleaved rounds in each of ${PROCESSES} processes`,
    '',
    '| client | how | CPU µs a message | above bare | × bare |',
    '| --- | --- | --: | --: | --: |',
    ...rows,
  ].join('\n');
}

async function measure(name: string): Promise<string[]> {
  const client = CLIENTS[name];
  if (client === undefined) throw new Error(`there is no client ${name}; there are ${Object.keys(CLIENTS).join(', ')}`);
  await using broker = await client.start();
  await using backend = await startLogBackend();
  const contenders = await contendersFor(client);
  const processes: QueueProcess[][] = [];
  for (const [index, { flags, env }] of contenders.entries()) {
    const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: backend.endpointOf(String(index)) };
    processes.push(
      await Promise.all(
        Array.from({ length: PROCESSES }, (_, n) => {
          const queue = `bench-${index}-${n}`;
          return startQueueProcess({
            client: name,
            url: broker.url,
            queue,
            flags,
            env: { ...COMMON, ...endpoint, ...env },
          });
        }),
      ),
    );
  }
  const costs = contenders.map((): number[] => []);
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
    for (let n = 0; n < PROCESSES; n++) {
      for (const [index, group] of processes.entries()) {
        const micros = (await group[n]?.round(client.messages)) ?? Number.NaN;
        if (round >= 0) costs[index]?.push(micros);
      }
    }
  }
  await Promise.all(processes.flat().map((each) => each.stop()));
  return contenders.map((contender, index) => row(name, contender.name, costs[index] ?? [], costs[0] ?? []));
}

function row(client: string, name: string, costs: readonly number[], bare: readonly number[]): string {
  const pairs = costs.map((own, n) => ({ own, bare: bare[n] ?? Number.NaN })); // neighbours in time
  const above = median(pairs.map((pair) => pair.own - pair.bare)).toFixed(1);
  const ratio = median(pairs.map((pair) => pair.own / pair.bare)).toFixed(2);
  return `| ${client} | ${name} | ${median(costs).toFixed(1)} | ${costs === bare ? ' | ' : `${above} | ${ratio}`} |`;
}

async function contendersFor({ hasUpstream }: Client): Promise<Contender[]> {
  const upstream = hasUpstream ? { BULLMQ_OTEL: await bullmqOtel() } : {};
  return [
    { name: 'bare', flags: [], env: {} },
    { name: "Clew's preload", flags: CLEW, env: {} },
    { name: "Clew's preload, sampled out", flags: CLEW, env: SAMPLED_OUT },
    ...(hasUpstream
      ? [
          { name: 'upstream', flags: UPSTREAM, env: upstream },
          { name: 'upstream, sampled out', flags: UPSTREAM, env: { ...upstream, ...SAMPLED_OUT } },
        ]
      : []),
  ];
}
