import { decodeLogs, decodeLogsJson, decodeTraces, decodeTracesJson } from '@clew/viewer';

/** Counts of the records of one signal, told apart by their identity. */
export interface SignalAccount {
  /** Different records in the requests that the backend took. */
  readonly received: number;
  /** Those of them whose sender was told so: the answer left while the connection stood. */
  readonly acknowledged: number;
  /** Arrivals of records that were there already. */
  readonly duplicates: number;
}

/** Counts of all that a backend has taken so far. */
export interface Account {
  readonly requests: number;
  /** Requests that it is done with, whether they got an answer or not. */
  readonly settled: number;
  /** Requests at the address that a redirect points to. */
  readonly strays: number;
  /** Requests that are no OTLP. */
  readonly malformed: number;
  readonly spans: SignalAccount;
  readonly logs: SignalAccount;
  /** Received spans by their name. */
  readonly spansByName: Readonly<Record<string, number>>;
  /** Names of the received spans that say `clew.incomplete`, without repetition. */
  readonly incomplete: readonly string[];
}

/** A request as the ledger takes it. */
interface LedgerEntry {
  readonly path: string;
  readonly isJson: boolean;
  readonly body: Buffer;
  /** How many of its first records the backend rejects. */
  readonly rejected: number;
}

/** Books what a backend takes. */
export interface Ledger {
  countRequest(): void;
  countSettled(): void;
  countStray(): void;
  /** @returns notes that the sender was told */
  enter(entry: LedgerEntry): () => void;
  account(): Account;
}

export function createLedger(): Ledger {
  const spans = createRecords();
  const logs = createRecords();
  const spansByName: Record<string, number> = {};
  const incomplete = new Set<string>();
  let requests = 0;
  let settled = 0;
  let strays = 0;
  let malformed = 0;

  const enterSpans = ({ isJson, body, rejected }: LedgerEntry) => {
    const decoded = isJson ? decodeTracesJson(body.toString()) : decodeTraces(body);
    if (decoded === undefined) malformed += 1;
    const taken = (decoded ?? []).slice(rejected);
    for (const { spanId, name, attributes } of taken) {
      if (!spans.add(spanId)) continue;
      spansByName[name] = (spansByName[name] ?? 0) + 1;
      if (attributes['clew.incomplete'] === true) incomplete.add(name);
    }
    return () => spans.acknowledge(taken.map(({ spanId }) => spanId));
  };
  const enterLogs = ({ isJson, body, rejected }: LedgerEntry) => {
    const decoded = isJson ? decodeLogsJson(body.toString()) : decodeLogs(body);
    if (decoded === undefined) malformed += 1;
    // A log record has no id of its own: https://opentelemetry.io/docs/specs/semconv/registry/attributes/log/
    const uids = (decoded ?? []).slice(rejected).map(({ attributes }) => attributes['log.record.uid'] as string);
    for (const uid of uids) logs.add(uid);
    return () => logs.acknowledge(uids);
  };
  return {
    countRequest: () => void (requests += 1),
    countSettled: () => void (settled += 1),
    countStray: () => void (strays += 1),
    enter(entry) {
      if (/traces|Trace/.test(entry.path)) return enterSpans(entry);
      if (/logs|Logs/.test(entry.path)) return enterLogs(entry);
      return () => {};
    },
    account: () => ({
      requests,
      settled,
      strays,
      malformed,
      spans: spans.account(),
      logs: logs.account(),
      spansByName: { ...spansByName },
      incomplete: [...incomplete],
    }),
  };
}

function createRecords() {
  const isAcknowledged = new Map<string, boolean>();
  let acknowledged = 0;
  let duplicates = 0;
  return {
    /** @returns whether it is new */
    add(id: string): boolean {
      if (isAcknowledged.has(id)) {
        duplicates += 1;
        return false;
      }
      isAcknowledged.set(id, false);
      return true;
    },
    acknowledge(ids: readonly string[]): void {
      for (const id of ids) {
        if (isAcknowledged.get(id) === false) acknowledged += 1;
        isAcknowledged.set(id, true);
      }
    },
    account: (): SignalAccount => ({ received: isAcknowledged.size, acknowledged, duplicates }),
  };
}
