/** A logger, and the JavaScript that makes it once `library` and our `correlate` are loaded. */
export interface LoggerUnderTest {
  readonly name: string;
  /** What the application loads, and the folder of `node_modules` that is installed for it under that name. */
  readonly library?: { readonly name: string; readonly folder: string };
  /** The module that has our function, and the function. */
  readonly adapter: { readonly from: string; readonly name: string };
  /** Makes the logger without us; the preload may correlate it. */
  readonly plain: string;
  /** Makes it with our function. */
  readonly explicit: string;
  /** A child of `log`. */
  readonly child: string;
  /** Logs `error` with the message `place`. */
  readonly fail: string;
  /** Whether to run it without our function too, for the preload to correlate by itself. */
  readonly runsPlain: boolean;
}

const PINO = {
  adapter: { from: '@clew/logs/pino', name: 'correlate' },
  plain: 'library()',
  explicit: 'library(correlate())',
  child: 'log.child({ request: 1 })',
  fail: 'log.error(error, place)',
  runsPlain: true,
};
const PINO_10 = { name: 'pino', folder: 'pino' };

const WINSTON = {
  library: { name: 'winston', folder: 'winston' },
  plain: winston('json()'),
  child: 'log.child({ request: 1 })',
  fail: 'log.error(place, { reason: error.message })',
  runsPlain: true,
};

export const LOGGERS: readonly LoggerUnderTest[] = [
  { ...PINO, name: 'pino 8', library: { name: 'pino', folder: 'pino-8' } },
  { ...PINO, name: 'pino 9', library: { name: 'pino', folder: 'pino-9' } },
  { ...PINO, name: 'pino 10', library: PINO_10 },
  {
    ...PINO,
    name: 'pino 10 with a transport',
    library: PINO_10,
    plain: `library({ transport: { target: 'pino/file' } })`,
    explicit: `library(correlate({ transport: { target: 'pino/file' } }))`,
  },
  {
    ...PINO,
    name: 'pino 10 with a buffer',
    library: PINO_10,
    plain: 'library(library.destination({ sync: false }))',
    explicit: 'library(correlate(), library.destination({ sync: false }))',
  },
  {
    ...WINSTON,
    name: 'winston 3 by its format',
    adapter: { from: '@clew/logs/winston', name: 'correlate' },
    explicit: winston('combine(correlate(), library.format.json())'),
  },
  {
    ...WINSTON,
    name: 'winston 3 by the logger',
    adapter: { from: '@clew/logs/winston', name: 'correlateLogger' },
    explicit: `correlateLogger(${winston('json()')})`,
    runsPlain: false, // as above
  },
  {
    name: 'bunyan 1',
    library: { name: 'bunyan', folder: 'bunyan' },
    adapter: { from: '@clew/logs/bunyan', name: 'correlate' },
    plain: `library.createLogger({ name: 'contract' })`,
    explicit: `correlate(library.createLogger({ name: 'contract' }))`,
    child: 'log.child({ request: 1 })',
    fail: 'log.error(error, place)',
    runsPlain: true,
  },
  {
    name: 'console',
    adapter: { from: '@clew/logs/console', name: 'correlateConsole' },
    plain: 'console',
    explicit: '(correlateConsole(), console)',
    child: '{ info(text) { console.group(); console.info(text); console.groupEnd(); } }',
    fail: 'console.error(place, error)',
    runsPlain: false,
  },
];

function winston(format: string): string {
  return `library.createLogger({ format: library.format.${format}, transports: [new library.transports.Console()] })`;
}
