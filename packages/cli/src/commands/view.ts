import type { Command } from 'commander';

import { type Ending, SUCCESS } from '../ending.ts';
import { createLineWriter } from '../line-writer.ts';
import { listeningOf, pageUrl, senderVariables } from '../listening.ts';
import { openBrowser } from '../open-browser.ts';
import { openSaving } from '../save-option.ts';
import { followTraces } from '../trace-printer.ts';
import { untilAskedToEnd } from '../until-asked-to-end.ts';
import { addPrintingOptions, grpcLines, grpcPortOf, printerFor } from './printing-options.ts';
import { viewFiles, type ViewOptions } from './view-files.ts';

export function addViewCommand(program: Command, onEnd: (ending: Ending) => void): void {
  const command = program
    .command('view')
    .description(
      'show traces that programs in any language send, on stdout and on a page, until Ctrl-C; or those of saved files',
    )
    .argument('[file...]', 'files of --save or of the file exporter of the Collector, also gzipped; - is stdin');
  addPrintingOptions(command)
    .option('--host <host>', 'address to listen on; one that others can reach needs a token (default: 127.0.0.1)')
    .option('--token <token>', 'token that everybody needs; made up where the host needs one')
    .option('--serve', 'with files: keep the page open until Ctrl-C, which is the default in a terminal')
    .option('--no-serve', 'with files: print the traces and end')
    .action(async (files: string[], options: ViewOptions) => {
      if (files.length > 0 && options.save !== undefined) {
        return command.error('clew: --save is for telemetry that is received, and not for files');
      }
      onEnd(files.length === 0 ? await view(options) : await viewFiles(files, options));
    });
}

async function view(options: ViewOptions): Promise<Ending> {
  const { startViewer } = await import('@clew/viewer');
  const writer = createLineWriter(process.stdout);
  const saving = options.save === undefined ? undefined : await openSaving(options.save, writer);
  const listening = listeningOf(options);
  const tap = saving?.file;
  const grpcPort = grpcPortOf(options);
  const viewer = await startViewer({
    ...listening,
    port: options.port,
    ...(grpcPort !== undefined && { grpcPort }),
    ...(tap !== undefined && { tap }),
  });
  const printer = await printerFor(process.stdout, options);
  followTraces(viewer.store, printer, writer);
  const url = pageUrl(viewer.url, listening);
  const askedToEnd = untilAskedToEnd(); // whoever reads the address may press Ctrl-C at once
  writer.write(`clew  page on ${url}   ${senderVariables(viewer.url, listening)}`);
  for (const line of grpcLines(viewer)) writer.write(`clew  ${line}`);
  if (options.open === true) openBrowser(url, (problem) => writer.write(`clew  ${problem}`));

  await askedToEnd;
  viewer.store.settle();
  writer.write(`clew  ${printer.summary()}`);
  if (saving !== undefined) writer.write(`clew  ${saving.end()}`);
  await writer.flush();
  await viewer.close();
  return SUCCESS;
}
