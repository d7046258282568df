import { reportLoss, reportOnce } from '@clew/diagnostics';
import type { Signal } from '../sending/otlp-settings.ts';

/** Counts of one process's spans, log records or collections of metrics, by their fate. */
export interface Account {
  /** Ended and sampled spans, emitted log records, collections of metrics. */
  recorded: number;
  /** Acknowledged by the backend. */
  sent: number;
  /** Given up, by cause. */
  readonly dropped: Record<string, number>;
  /** The last failure, whether anything was lost by it or not. */
  lastError?: string;
  /** Why nothing can be sent right now. */
  trouble?: string;
}

export function createAccount(): Account {
  return { recorded: 0, sent: 0, dropped: {} };
}

/** Words for one item of a signal, and for several. */
const ITEMS: Readonly<Record<Signal, readonly [one: string, many: string]>> = {
  traces: ['span was', 'spans were'],
  metrics: ['collection of metrics was', 'collections of metrics were'],
  logs: ['log record was', 'log records were'],
};

/** Words for the loss of so many items. */
type Explain = (lost: number) => string;

/**
 * Counts a loss and says it on stderr: the first of a cause at once, later ones once a minute.
 *
 * @param reason what is counted as the same
 * @param explanation the reason with its remedy
 */
export function drop(signal: Signal, account: Account, count: number, reason: string, explanation: string): void {
  dropExplained(signal, account, count, reason, () => explanation);
}

/** The same for what the end of the process leaves behind. */
export function dropAtEnd(signal: Signal, account: Account, count: number): void {
  const { trouble } = account;
  const unsent: Explain = (lost) => `the process ended before ${lost === 1 ? 'it' : 'they'} could be sent`;
  const explain = trouble === undefined ? unsent : () => `the process ended, and ${trouble}`;
  dropExplained(signal, account, count, 'the process ended', explain);
}

function dropExplained(signal: Signal, account: Account, count: number, reason: string, explain: Explain): void {
  if (count === 0) return;
  account.dropped[reason] = (account.dropped[reason] ?? 0) + count;
  const [one, many] = ITEMS[signal];
  const describe = (lost: number) => `${lost} ${lost === 1 ? one : many} dropped: ${explain(lost)}`;
  reportLoss(`${signal} dropped: ${reason}`, count, describe);
}

export function noteTrouble(account: Account, explanation: string): void {
  account.lastError = explanation;
  account.trouble = explanation;
}

/** Says that sending fails for now; nothing is lost yet. */
export function tellTrouble(signal: Signal, reason: string, explanation: string): void {
  reportOnce(`${signal}: ${reason}`, `${signal} cannot be sent yet: ${explanation}`);
}

export function tellRecovery(signal: Signal): void {
  reportOnce(`${signal} are sent again`, `${signal} can be sent again`);
}
