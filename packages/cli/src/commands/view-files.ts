import type { Store, Trace } from '@clew/viewer';

import { type Ending, FAILURE, SUCCESS } from '../ending.ts';
import { openInput, STDIN } from '../input-file.ts';
import { createLineWriter } from '../line-writer.ts';
import { type Listening, listeningOf, pageUrl } from '../listening.ts';
import { openBrowser } from '../open-browser.ts';
import { openViewer, type ViewerWishes } from '../open-viewer.ts';
import { printableError } from '../printable-error.ts';
import { readRequests } from '../read-requests.ts';
import { reasonOf } from '../reason-of.ts';
import { requestNotes, whyNoSpans } from '../request-notes.ts';
import { untilAskedToEnd } from '../until-asked-to-end.ts';
import { followTraces, type TracePrinter } from '../trace-printer.ts';
import { writeText } from '../write-text.ts';
import { grpcLines, printerFor, type PrintingOptions } from './printing-options.ts';

export interface ViewOptions extends PrintingOptions, Listening {
  /** Default: whether stdout is a terminal. */
  readonly serve?: boolean;
}

/** Prints the traces of saved files to stdout, the earliest first, and keeps a page with them open. */
export async function viewFiles(files: readonly string[], options: ViewOptions): Promise<Ending> {
  const { createStore } = await import('@clew/viewer');
  const serves = options.serve ?? (process.stdout.isTTY || options.open === true);
  const listening = listeningOf(options);
  const viewer = serves ? await openViewer({ ...listening, ...portsOf(options), mayJoin: false }) : undefined;
  const store = viewer?.own?.store ?? createStore();
  try {
    const areAllRead = await readInto(store, files);
    const printer = await printerFor(process.stdout, options);
    const isRead = await printAll(store, printer);
    if (!isRead) return SUCCESS; // head has seen enough
    for (const line of [printer.summary(), ...leftOut(store)]) tell(`clew  ${line}`);
    if (printer.count() === 0) return FAILURE;
    if (viewer?.own !== undefined) {
      for (const taken of viewer.takenPorts) tell(`clew  ${taken}`);
      const url = pageUrl(viewer.url, listening);
      const askedToEnd = untilAskedToEnd();
      tell(`clew  page on ${url}, until Ctrl-C`);
      for (const line of grpcLines(viewer.own)) tell(`clew  ${line}`);
      if (options.open === true) openBrowser(url, (problem) => tell(`clew  ${problem}`));
      followTraces(store, printer, createLineWriter(process.stdout)); // it receives as any viewer does
      await askedToEnd;
    }
    return areAllRead ? SUCCESS : FAILURE;
  } finally {
    store.clear();
    await viewer?.own?.close();
  }
}

/** For saved files the default port for gRPC is left to others. */
function portsOf({ port, grpc }: ViewOptions): Pick<ViewerWishes, 'port' | 'grpcPort'> {
  return { port, ...(typeof grpc === 'number' && { grpcPort: grpc }) };
}

/** @returns whether all files could be read; what is wrong with each is told */
async function readInto(store: Store, files: readonly string[]): Promise<boolean> {
  let areAllRead = true;
  for (const file of files) {
    const about = async (text: string) =>
      tell(`clew: ${await printableError(`${file === STDIN ? 'stdin' : file}: ${text}`)}`);
    let records = 0;
    const add = (added: readonly unknown[]) => (records += added.length) >= 0;
    try {
      const counts = await readRequests(openInput(file), {
        spans: (spans) => (store.addSpans(spans), add(spans)),
        logs: (logs) => (store.addLogs(logs), add(logs)),
      });
      for (const note of requestNotes(counts, 'metrics')) await about(note);
      if (records === 0) await about(whyNoSpans(counts));
      areAllRead &&= records > 0;
    } catch (error) {
      areAllRead = false;
      await about(reasonOf(error as NodeJS.ErrnoException));
    }
  }
  return areAllRead;
}

/** @returns false when nobody reads any more */
async function printAll(store: Store, printer: TracePrinter): Promise<boolean> {
  store.settle(); // nobody listens yet: the order of the times is better than that of the file
  const traces = store.traces().filter(({ spans }) => spans.length > 0);
  for (const trace of traces.toSorted(byStart)) {
    if (!(await writeText(process.stdout, `${printer.print(trace)}\n`))) return false;
  }
  return true;
}

function byStart(a: Trace, b: Trace): number {
  const [start, other] = [startOf(a), startOf(b)];
  return start < other ? -1 : Number(start > other);
}

function startOf({ spans }: Trace): bigint {
  return spans.reduce((earliest, { startTimeUnixNano: start }) => (start < earliest ? start : earliest), 2n ** 64n);
}

/** Lists the parts of the files that are not shown. */
function leftOut(store: Store): string[] {
  const { evictedTraces, evictedSpans, rejectedSpans, untracedLogs } = store.stats();
  const logsOnly = store.traces().filter(({ spans }) => spans.length === 0).length;
  return [
    ...(evictedTraces > 0
      ? [
          `left out ${count(evictedTraces, 'trace')} with ${count(evictedSpans, 'span')}, for which there is no room in memory`,
        ]
      : []),
    ...(rejectedSpans > 0
      ? [`left out ${count(rejectedSpans, 'span')} without ids, or of a trace that alone is too large`]
      : []),
    ...(logsOnly > 0 ? [`${count(logsOnly, 'trace')} with nothing but log lines`] : []),
    ...(untracedLogs > 0 ? [`left out ${count(untracedLogs, 'log line')} without a trace`] : []),
  ];
}

function count(number: number, noun: string): string {
  return `${number.toLocaleString('en')} ${noun}${number === 1 ? '' : 's'}`;
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`);
}
