import type { LoggerSetup, Round } from './logger-process.ts';

/** A logger that is compared, by default `plain` on `devNull`, without flags. */
export interface Candidate extends Partial<LoggerSetup> {
  readonly name: string;
  /** Whether its lines must have the ids of their span. Default: true. */
  readonly hasIds?: boolean;
}

/** Loggers that write the same. */
export interface Case {
  readonly title: string;
  readonly round: Round;
  readonly rounds: number;
  readonly warmUpRounds: number;
  /** The first is what the others are compared with. */
  readonly candidates: readonly Candidate[];
}

export const LINES = 500;
export const ROUNDS = { quiet: 201, sending: 21 } as const;

const CLEW = ['--import', '@clew/sdk/register'];
const UPSTREAM = ['--require', './fixtures/upstream-pino.cjs'];
const HOLDS = { CLEW_LOGS_HOLD: 'debug' };
const SEND = { OTEL_LOGS_EXPORTER: 'otlp' };
const BARE: Candidate = { name: 'bare pino', hasIds: false };

const WITH_IDS: readonly Candidate[] = [
  BARE,
  { ...BARE, name: 'bare pino again: the noise' },
  { name: '`correlate()`', logger: 'correlated', flags: CLEW, env: { CLEW_LOGS_CORRELATE: 'false' } },
  { name: "Clew's preload", flags: CLEW },
  { name: "upstream's instrumentation, ids only", flags: UPSTREAM, env: { BENCH_IDS_ONLY: '1' } },
  { name: "upstream's instrumentation", flags: UPSTREAM },
];

const HELD: readonly Candidate[] = [
  { ...BARE, name: 'pino, into a function that drops it', logger: 'debug', destination: 'nowhere' },
  { name: "Clew's preload, into the same", logger: 'debug', destination: 'nowhere', flags: CLEW },
  { name: "`holdLines()`, with Clew's preload", logger: 'held', destination: 'nowhere', flags: CLEW, env: HOLDS },
  {
    name: "`CLEW_LOGS_HOLD=debug`, with Clew's preload",
    logger: 'debug',
    destination: 'nowhere',
    flags: CLEW,
    env: HOLDS,
  },
];

const sent = (transport: string): readonly Candidate[] => [
  BARE,
  { name: "Clew's preload", flags: CLEW, env: SEND },
  { name: "upstream's instrumentation", flags: UPSTREAM, env: SEND },
  { name: '`pino-opentelemetry-transport`', logger: 'transport', env: { BENCH_TRANSPORT: transport }, hasIds: false },
];

/** @param transport path of `pino-opentelemetry-transport` */
export function loggerCases(transport: string): readonly Case[] {
  const quiet = { rounds: ROUNDS.quiet, warmUpRounds: 20 };
  const sending = { rounds: ROUNDS.sending, warmUpRounds: 5 };
  const round = (shape: Round['shape'], isInSpan: boolean): Round => ({
    shape,
    isInSpan,
    lines: LINES,
    settleMillis: 0,
  });
  const sentRound = { ...round('object', true), settleMillis: 500 }; // batches go out after 100 ms
  return [
    { title: 'message, in a span', round: round('message', true), ...quiet, candidates: WITH_IDS },
    { title: 'message, outside', round: round('message', false), ...quiet, candidates: WITH_IDS },
    { title: 'object, in a span', round: round('object', true), ...quiet, candidates: WITH_IDS },
    { title: 'object, outside', round: round('object', false), ...quiet, candidates: WITH_IDS },
    { title: 'object, sent over OTLP too', round: sentRound, ...sending, candidates: sent(transport) },
    { title: 'debug line, discarded', round: round('debug', true), ...quiet, candidates: HELD },
  ];
}
