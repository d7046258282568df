import type { Redactor } from './redactor.ts';

const OPTION = /^--?([\w.-]+)$/;

/** Redacts the arguments of a process, of which one may be the value that the one before it names: `--token abc`. */
export function redactArguments(commandArguments: readonly string[], redactor: Redactor): string[] {
  return commandArguments.map((argument, index) => {
    const option = OPTION.exec(commandArguments[index - 1] ?? '')?.[1];
    const name = option === undefined || argument.startsWith('-') ? 'process.command_args' : option;
    return String(redactor.value(name, argument));
  });
}
