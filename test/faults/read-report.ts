/** Facts that an app told about itself; see `fixtures/report.mjs`. */
export interface Report {
  /** Spans it made, in all its processes and threads. */
  readonly made: number;
  readonly madeLogs?: number;
  /** Spans of traces that the sampling policy keeps, and of those that it does not, in all processes and threads. */
  readonly kept: number;
  readonly left: number;
  /** Accounts of all processes and threads after everything else. */
  readonly finals: readonly FinalAccount[];
  /** Milliseconds of the clock, when it had nothing left to do. */
  readonly endsAt?: number;
  /** Of one core, while it worked. */
  readonly cpuShare?: number;
  /** MiB. */
  readonly rssAtStart?: number;
  readonly rssPeak?: number;
  readonly loopP99Millis?: number;
  readonly samples: readonly MemorySample[];
  /** Result of the SDK's `status()` at the end. */
  readonly status?: SdkStatus;
}

/** In bytes. */
export interface MemorySample {
  readonly rss: number;
  readonly heapUsed: number;
  readonly arrayBuffers: number;
}

/** The account of the spans of one thread, when it had ended or was left to its end. */
export interface FinalAccount extends SignalStatus {
  /** Ids of the process and of the thread. */
  readonly thread: string;
  readonly isMainThread: boolean;
}

/** The part of `status()` that these tests ask for. */
interface SdkStatus {
  readonly traces?: SignalStatus;
  readonly logs?: SignalStatus;
}

export interface SignalStatus {
  readonly recorded: number;
  readonly queued: number;
  readonly sent: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly undecided?: number;
  readonly sampledOut?: number;
}

type Fact = Partial<Report> & { readonly sample?: MemorySample; readonly final?: FinalAccount };

/** Joins the facts of all processes and threads: spans add up, samples line up, of the rest the last one told counts. */
export function readReport(text: string): Report {
  const facts = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fact);
  const sumOf = (name: 'made' | 'kept' | 'left') => facts.reduce((sum, fact) => sum + (fact[name] ?? 0), 0);
  const samples = facts.flatMap(({ sample }) => sample ?? []);
  const accounts = facts.flatMap(({ final }) => final ?? []);
  const finals = [...new Map(accounts.map((account) => [account.thread, account])).values()];
  const sums = { made: sumOf('made'), kept: sumOf('kept'), left: sumOf('left') };
  return { ...Object.assign({}, ...facts), ...sums, samples, finals };
}

/** How many records of a signal were dropped, of all causes. */
export function droppedIn(status: Pick<SignalStatus, 'dropped'> | undefined): number {
  return Object.values(status?.dropped ?? {}).reduce((sum, count) => sum + count, 0);
}
