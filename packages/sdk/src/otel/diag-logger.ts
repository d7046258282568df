import { diag, DiagLogLevel, type DiagLogger } from '@opentelemetry/api';

import { describeError, guard, placeOfError, readProperty, reportOnce, writeLine } from '@clew/diagnostics';

import { refusedSdk } from './refused-sdk.ts';
import { ownMessage } from '../redaction/text/own-message.ts';
import { upstreamMessage } from './upstream-message.ts';

export type LogLevel = 'none' | 'error' | 'warn' | 'info' | 'debug' | 'verbose' | 'all';

const LEVELS: Readonly<Record<LogLevel, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

/**
 * Sends OpenTelemetry's own diagnostics to stderr, one line each. Errors and warnings are told as losses are: once,
 * then at most once a minute with their number.
 */
export function installDiagLogger(level: LogLevel): void {
  diag.setLogger(createDiagLogger(LEVELS[level]), { logLevel: LEVELS[level], suppressOverrideMessage: true });
}

const refusals = new Set<string>(); // a second copy of this module says each once more

/** Each of the API's parts is refused in a message of its own. */
function sayRefused(line: string): void {
  if (refusals.has(line)) return;
  refusals.add(line);
  writeLine(line);
}

function createDiagLogger(level: DiagLogLevel): DiagLogger {
  const say = (message: string, args: unknown[]) => writeLine(lineOf(upstreamMessage(message).text, args));
  const sayOnce = (message: string, args: unknown[]) => {
    const refused = refusedSdk(message);
    if (refused !== undefined) return sayRefused(refused);
    const { text, isNoise } = upstreamMessage(message);
    if (isNoise && level < DiagLogLevel.DEBUG) return;
    const line = lineOf(text, args);
    reportOnce(line, line);
  };
  const guarded =
    (work: typeof say) =>
    (message: unknown, ...args: unknown[]) => {
      guard('a diagnostic message', undefined, () => work(textOf(message), args));
    };
  return {
    error: guarded(sayOnce),
    warn: guarded(sayOnce),
    info: guarded(say),
    debug: guarded(say),
    verbose: guarded(say),
  };
}

/** Some of OpenTelemetry's packages pass an error on as the message. One of the system names no values. */
function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  return typeof readProperty(message, 'syscall') === 'string' ? describeError(message) : placeOfError(message);
}

/**
 * Texts and the places of errors only: what else is passed along may hold headers or attributes, and so may the message
 * of an error that a user's hook or callback threw.
 */
function lineOf(message: string, args: readonly unknown[]): string {
  const printable = args.filter((arg) => typeof arg === 'string' || arg instanceof Error);
  const words = printable.map((arg) => (typeof arg === 'string' ? arg : placeOfError(arg)));
  // Cut here, and not where it is written: two that begin alike are one cause and one line.
  return ownMessage([message, ...words].join(' ')).slice(0, MAX_LENGTH);
}

/** In characters; upstream's messages hold units, views and payloads. */
const MAX_LENGTH = 500;
