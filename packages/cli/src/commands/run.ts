import type { Command } from 'commander';

import { childEnvironment, chosenEndpoint, colorLevel, leadsTo } from '../child-environment.ts';
import type { Ending } from '../ending.ts';
import { createLineWriter, type LineWriter } from '../line-writer.ts';
import { createLogSink } from '../log-sink.ts';
import { openViewer, type OpenViewer } from '../open-viewer.ts';
import { printableError } from '../printable-error.ts';
import type { FindPreload } from '../resolve-preload.ts';
import { runChild, StartError } from '../run-child.ts';
import { settingWithoutTraces } from '../setting-without-traces.ts';
import { splitLines } from '../split-lines.ts';
import { printTraces, type TracePrinter } from '../trace-printer.ts';
import { addPrintingOptions, type PrintingOptions } from './printing-options.ts';

/** Wait for what is still on its way when the command has ended: until it is quiet, or the timeout. */
const LAST_SPANS = { quietMillis: 100, timeoutMillis: 2000 };
const DEFAULT_COLUMNS = 100;
const SHOWN_COMMAND = 60;

export function addRunCommand(program: Command, findPreload: FindPreload, onEnd: (ending: Ending) => void): void {
  const command = program
    .command('run')
    .description('run a command with its Node.js processes traced, and print its traces to stderr')
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
  const viewer = await openViewer(options.port);
  const printer = viewer.own && (await printOwn(viewer.own, writer, options));
  const logs = await createLogSink(viewer);
  const colors = process.stdout.isTTY ? colorLevel(process.stdout.getColorDepth()) : 0;
  const [command, ...args] = words;
  try {
    const ending = await runChild({
      command,
      args,
      env: childEnvironment(process.env, { preload, viewerUrl: viewer.url, colors }),
      onStart: () => greet(words, viewer, writer),
      onOutput: splitLines(logs.add),
    });
    await logs.flush();
    await viewer.own?.whenIdle(LAST_SPANS);
    viewer.own?.store.settle();
    if (printer !== undefined) writer.write(`clew  ${printer.summary()}`);
    return ending;
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    writer.write(`clew: ${await printableError(error.message)}`);
    return { code: error.exitCode };
  } finally {
    await writer.flush();
    await viewer.own?.close();
  }
}

function printOwn(
  viewer: NonNullable<OpenViewer['own']>,
  writer: LineWriter,
  options: PrintingOptions,
): Promise<TracePrinter> {
  const { stderr } = process;
  return printTraces(viewer.store, writer, {
    show: options.show,
    slowMillis: options.slowMs,
    columns: () => stderr.columns ?? DEFAULT_COLUMNS,
    colors: stderr.isTTY && stderr.hasColors(),
  });
}

/** Says in a line each what is watched, where the traces go, and why they may not come. */
function greet(words: readonly string[], { url, own, takenPorts }: OpenViewer, writer: LineWriter): void {
  for (const port of takenPorts) writer.write(`clew  port ${port} is taken by a program that is not a Clew viewer`);
  const endpoint = chosenEndpoint(process.env);
  if (endpoint !== undefined && !leadsTo(endpoint, url)) {
    writer.write('clew  traces go to the OTLP endpoint set in the environment; none will appear here');
  }
  const setting = settingWithoutTraces(process.env);
  if (setting !== undefined) writer.write(`clew  ${setting} is set in the environment; no traces will appear here`);
  const command = words.join(' ').replaceAll(/[\s\p{Cc}\p{Cf}]+/gu, ' ');
  const watching = `clew  watching ${command.length > SHOWN_COMMAND ? `${command.slice(0, SHOWN_COMMAND)}…` : command}`;
  writer.write(
    own ? `${watching}   traces on ${url}` : `${watching}   traces appear in the viewer that already runs on ${url}`,
  );
}
