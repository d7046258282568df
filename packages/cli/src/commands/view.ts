import { once } from 'node:events';

import type { Command } from 'commander';

import { type Ending, SUCCESS } from '../ending.ts';
import { createLineWriter } from '../line-writer.ts';
import { openBrowser } from '../open-browser.ts';
import { openSaving } from '../save-option.ts';
import { followTraces } from '../trace-printer.ts';
import { addPrintingOptions, printerFor, type PrintingOptions } from './printing-options.ts';
import { viewFiles, type FileOptions } from './view-files.ts';

export function addViewCommand(program: Command, onEnd: (ending: Ending) => void): void {
  const command = program
    .command('view')
    .description(
      'receive traces from programs in any language and print them to stdout, until Ctrl-C; or open saved ones',
    )
    .argument('[file...]', 'files of --save or of the file exporter of the Collector, also gzipped; - is stdin');
  addPrintingOptions(command)
    .option('--serve', 'with files: keep the page open until Ctrl-C, which is the default in a terminal')
    .option('--no-serve', 'with files: print the traces and end')
    .action(async (files: string[], options: FileOptions) => {
      if (files.length > 0 && options.save !== undefined) {
        return command.error('clew: --save is for telemetry that is received, and not for files');
      }
      onEnd(files.length === 0 ? await view(options) : await viewFiles(files, options));
    });
}

async function view(options: PrintingOptions): Promise<Ending> {
  const { startViewer } = await import('@clew/viewer');
  const writer = createLineWriter(process.stdout);
  const saving = options.save === undefined ? undefined : await openSaving(options.save, writer);
  const viewer = await startViewer({ port: options.port, ...(saving !== undefined && { tap: saving.file }) });
  const printer = await printerFor(process.stdout, options);
  followTraces(viewer.store, printer, writer);
  writer.write(`clew  page on ${viewer.url}   OTEL_EXPORTER_OTLP_ENDPOINT=${viewer.url}`);
  if (options.open === true) openBrowser(viewer.url, (problem) => writer.write(`clew  ${problem}`));

  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), once(process, 'SIGHUP')]);
  viewer.store.settle();
  writer.write(`clew  ${printer.summary()}`);
  if (saving !== undefined) writer.write(`clew  ${saving.end()}`);
  await writer.flush();
  await viewer.close();
  return SUCCESS;
}
