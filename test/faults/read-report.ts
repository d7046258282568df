/** Facts that an app told about itself; see `fixtures/report.mjs`. */
export interface Report {
  /** Spans it made, in all its processes and threads. */
  readonly made: number;
  readonly madeLogs?: number;
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
}

/** Joins the facts of all processes and threads: spans add up, samples line up, of the rest the last one told counts. */
export function readReport(text: string): Report {
  const facts = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Partial<Report> & { sample?: MemorySample });
  const made = facts.reduce((sum, fact) => sum + (fact.made ?? 0), 0);
  const samples = facts.flatMap(({ sample }) => sample ?? []);
  return { ...Object.assign({}, ...facts), made, samples };
}

/** How many records of a signal were dropped, of all causes. */
export function droppedIn(status: SignalStatus | undefined): number {
  return Object.values(status?.dropped ?? {}).reduce((sum, count) => sum + count, 0);
}
