import { once } from 'node:events';

import type { Command } from 'commander';

import { type Ending, SUCCESS } from '../ending.ts';
import { createLineWriter } from '../line-writer.ts';
import { printTraces } from '../trace-printer.ts';
import { addPrintingOptions, type PrintingOptions } from './printing-options.ts';

const DEFAULT_COLUMNS = 100;

export function addViewCommand(program: Command, onEnd: (ending: Ending) => void): void {
  const command = program
    .command('view')
    .description('receive traces from programs in any language and print them to stdout, until Ctrl-C');
  addPrintingOptions(command).action(async (options: PrintingOptions) => {
    onEnd(await view(options));
  });
}

async function view(options: PrintingOptions): Promise<Ending> {
  const { startViewer } = await import('@clew/viewer');
  const { stdout } = process;
  const writer = createLineWriter(stdout);
  const viewer = await startViewer({ port: options.port });
  const printer = await printTraces(viewer.store, writer, {
    show: options.show,
    slowMillis: options.slowMs,
    columns: () => stdout.columns ?? DEFAULT_COLUMNS,
    colors: stdout.isTTY && stdout.hasColors(),
  });
  writer.write(`clew  traces on ${viewer.url}   OTEL_EXPORTER_OTLP_ENDPOINT=${viewer.url}`);

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')]);
  viewer.store.settle();
  writer.write(`clew  ${printer.summary()}`);
  await writer.flush();
  await viewer.close();
  return SUCCESS;
}
