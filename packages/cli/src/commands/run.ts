import type { Viewer } from '@clew/viewer';
import type { Command } from 'commander';

import { childEnvironment, type ChildSettings, chosenEndpoint, colorLevel, leadsTo } from '../child-environment.ts';
import type { Ending } from '../ending.ts';
import { createLineWriter, type LineWriter } from '../line-writer.ts';
import { createLogSink } from '../log-sink.ts';
import { openBrowser } from '../open-browser.ts';
import { openViewer, type OpenViewer } from '../open-viewer.ts';
import { printableError } from '../printable-error.ts';
import type { FindPreload } from '../resolve-preload.ts';
import { runChild, StartError } from '../run-child.ts';
import { createRunNotes, type RunNotes } from '../run-notes.ts';
import { openSaving } from '../save-option.ts';
import { settingWithoutTraces } from '../setting-without-traces.ts';
import { splitLines } from '../split-lines.ts';
import { followTraces, type TracePrinter } from '../trace-printer.ts';
import { whyNoTraces } from '../why-no-traces.ts';
import { addPrintingOptions, grpcLines, grpcPortOf, printerFor, type PrintingOptions } from './printing-options.ts';

/** Wait for what is still on its way when the command has ended: until it is quiet, or the timeout. */
const LAST_SPANS = { quietMillis: 100, timeoutMillis: 2000 };
const SHOWN_COMMAND = 60;

export function addRunCommand(program: Command, findPreload: FindPreload, onEnd: (ending: Ending) => void): void {
  const command = program
    .command('run')
    .description('run a command with its Node.js processes traced, and show its traces on stderr and on a page')
    .usage('[options] -- <command...>')
    .argument('[command...]', 'the command and its arguments')
    .passThroughOptions();
  addPrintingOptions(command).action(async ([name, ...args]: string[], options: PrintingOptions) => {
    if (name === undefined) return command.error('clew: run needs a command, e.g. clew run -- node app.js');
    onEnd(await run([name, ...args], options, findPreload));
  });
}

async function run(words: [string, ...string[]], options: PrintingOptions, findPreload: FindPreload): Promise<Ending> {
  const preload = findPreload();
  if (preload === undefined) throw new Error('@clew/sdk is not installed; install it beside @clew/cli');

  const writer = createLineWriter(process.stderr);
  const saving = options.save === undefined ? undefined : await openSaving(options.save, writer);
  const tap = saving?.file;
  const viewer = await openViewer({
    port: options.port,
    grpcPort: grpcPortOf(options),
    mayJoin: tap === undefined,
    ...(tap !== undefined && { tap }),
  });
  const printer = viewer.own && (await printerFor(process.stderr, options));
  if (viewer.own !== undefined && printer !== undefined) followTraces(viewer.own.store, printer, writer);
  const notes = viewer.own && (await createRunNotes());
  try {
    const ending = await runIn(viewer, words, { preload, notesFile: notes?.file }, () => {
      greet(words, viewer, writer);
      // Nobody asked for the default port, and the command sends over HTTP.
      if (typeof options.grpc === 'number') for (const line of grpcLines(viewer.own)) writer.write(`clew  ${line}`);
      if (options.open === true) openBrowser(viewer.url, (problem) => writer.write(`clew  ${problem}`));
    });
    if (viewer.own !== undefined && printer !== undefined) {
      await viewer.own.whenIdle(LAST_SPANS);
      viewer.own.store.settle();
      writer.write(`clew  ${await summaryOf(printer, viewer.own, notes)}`);
    }
    if (saving !== undefined) writer.write(`clew  ${saving.end()}`);
    return ending;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    writer.write(`clew: ${await printableError(error.message)}`);
    return { code: error.exitCode };
  } finally {
    await writer.flush();
    await viewer.own?.close();
    await notes?.remove();
  }
}

/** Runs the command with its telemetry on its way to the viewer, log lines on its stdout included. */
async function runIn(
  viewer: OpenViewer,
  [command, ...args]: [string, ...string[]],
  settings: Pick<ChildSettings, 'preload' | 'notesFile'>,
  onStart: () => void,
): Promise<Ending> {
  const logs = await createLogSink(viewer);
  const colors = process.stdout.isTTY ? colorLevel(process.stdout.getColorDepth()) : 0;
  const ending = await runChild({
    command,
    args,
    env: childEnvironment(process.env, { ...settings, viewerUrl: viewer.url, colors }),
    onStart,
    onOutput: splitLines(logs.add),
  });
  await logs.flush();
  return ending;
}

async function summaryOf(printer: TracePrinter, viewer: Viewer, notes: RunNotes | undefined): Promise<string> {
  const summary = printer.summary();
  if (printer.count() > 0) return summary;
  const why = whyNoTraces({
    setting: settingWithoutTraces(process.env),
    isElsewhere: isElsewhere(viewer.url),
    lastError: viewer.stats().lastError,
    notes: await notes?.read(),
  });
  return why === '' ? summary : `${summary}: ${await printableError(why)}`; // any process may have written a note
}

function isElsewhere(viewerUrl: string): boolean {
  const endpoint = chosenEndpoint(process.env);
  return endpoint !== undefined && !leadsTo(endpoint, viewerUrl);
}

/** Says in a line each where the traces go, what is watched, and why no traces may come. */
function greet(words: readonly string[], { url, own, takenPorts }: OpenViewer, writer: LineWriter): void {
  for (const taken of takenPorts) writer.write(`clew  ${taken}`);
  const command = words.join(' ').replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ');
  const shown = command.length > SHOWN_COMMAND ? `${command.slice(0, SHOWN_COMMAND)}…` : command;
  const page = own ? `page and OTLP on ${url}` : `page on ${url}, of the viewer that already runs there`;
  writer.write(`clew  ${page}   watching ${shown}`);
  if (isElsewhere(url))
    writer.write('clew  traces go to the OTLP endpoint set in the environment; none will appear here');
  const setting = settingWithoutTraces(process.env);
  if (setting !== undefined) writer.write(`clew  ${setting} is set in the environment; no traces will appear here`);
}
