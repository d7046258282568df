import { readFileSync } from 'node:fs';

import { Command, CommanderError } from 'commander';

import { addLogsCommand } from './commands/logs.ts';
import { addRunCommand } from './commands/run.ts';
import { addSamplingCommand } from './commands/sampling.ts';
import { addViewCommand } from './commands/view.ts';
import { type Ending, FAILURE, SUCCESS, USAGE_ERROR } from './ending.ts';
import { printableError } from './printable-error.ts';
import type { FindPreload } from './resolve-preload.ts';

/** In an argument, the shell may have put the name of a file. */
const STEERING = /(?!\n)[\p{Cc}\p{Cf}]/gu;

/** Runs the command line. Never rejects: what goes wrong is told on stderr. */
export async function runProgram(args: readonly string[], findPreload: FindPreload): Promise<Ending> {
  let ending: Ending = SUCCESS;
  const program = new Command('clew')
    .description('Run a command traced and see its traces.')
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ writeErr: (text) => void process.stderr.write(text.replaceAll(STEERING, '')) });
  const setEnding = (result: Ending) => void (ending = result);
  addRunCommand(program, findPreload, setEnding);
  addViewCommand(program, setEnding);
  addLogsCommand(program, setEnding);
  addSamplingCommand(program, setEnding);
  try {
    await program.parseAsync(args, { from: 'user' });
    return ending;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? SUCCESS : USAGE_ERROR; // told by commander
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`clew: ${await printableError(message)}\n`);
    return FAILURE;
  }
}

function packageVersion(): string {
  const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
