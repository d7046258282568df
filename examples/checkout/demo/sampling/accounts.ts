import type { Status } from '@clew/sdk';
import { serviceName, type Trace } from '@clew/viewer';

/** Counts of the spans of one process, by their fate. */
export interface Account {
  readonly service: string;
  readonly recorded: number;
  readonly sent: number;
  readonly dropped: number;
  readonly sampledOut: number;
  /** Arrived at the receiver. */
  readonly received: number;
  /** Spans that were sent in a second at most, in the mean of ten. */
  readonly mostPerSecond: number;
  /** Every recorded span was sent, dropped or sampled out, and what was sent has arrived. */
  readonly addsUp: boolean;
}

/** Reads the accounts that `report-account.ts` writes to stdout. */
export function accountsIn(lines: readonly string[], traces: readonly Trace[]): Account[] {
  const senders = traces.flatMap(({ spans }) => spans.map(({ resource }) => serviceName(resource)));
  return lines
    .flatMap((line) => reportIn(line) ?? [])
    .map((report) => accountOf(report, senders.filter((sender) => sender === report.service).length))
    .toSorted((one, other) => other.recorded - one.recorded);
}

interface Report {
  readonly service: string;
  readonly spans: Status['traces'];
  readonly mostPerSecond: number;
}

function reportIn(line: string): Report | undefined {
  if (!line.startsWith('{"account":')) return undefined;
  return (JSON.parse(line) as { readonly account: Report }).account;
}

function accountOf({ service, spans, mostPerSecond }: Report, received: number): Account {
  const { recorded, sent, dropped, sampledOut = 0 } = spans;
  const lost = Object.values(dropped).reduce((sum, count) => sum + count, 0);
  const addsUp = recorded === sent + lost + sampledOut && sent === received;
  return { service, recorded, sent, dropped: lost, sampledOut, received, mostPerSecond, addsUp };
}
