import type { Redactor } from './redactor.ts';

/**
 * Redacts the arguments of a process, of which one may be the value that the one before it names: `--token abc`,
 * `curl -u ann:abc`. A program that is told to run another one has that program's arguments, too.
 */
export function redactArguments(commandArguments: readonly string[], redactor: Redactor): string[] {
  return commandArguments.map((argument, index) => {
    const option = OPTION.exec(commandArguments[index - 1] ?? '')?.[1];
    if (option !== undefined && !argument.startsWith('-')) {
      const redacted = String(redactor.value(option, argument));
      if (redacted !== argument) return redacted;
    }
    return inCommandLine(commandArguments, index, redactor) ?? String(redactor.value(NAME, argument));
  });
}

const NAME = 'process.command_args';
const OPTION = /^--?([\w.-]+)$/;
const HAS_BLANK = /[\s"']/;
/** How many arguments before one are looked at for the program that takes it. */
const MAX_BEFORE = 8;

/** The argument as it is in a command line of those before it; undefined where it stays as it is there. */
function inCommandLine(all: readonly string[], index: number, redactor: Redactor): string | undefined {
  const argument = all[index] ?? '';
  const line = all.slice(Math.max(0, index - MAX_BEFORE), index + 1);
  if (index === 0 || line.some((each) => HAS_BLANK.test(each) || each === '')) return undefined;
  const words = redactor.text(NAME, line.join(' ')).split(' ');
  const redacted = words.length === line.length ? words.at(-1) : undefined;
  return redacted === argument ? undefined : redacted;
}
