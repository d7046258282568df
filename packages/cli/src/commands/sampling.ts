import type { Command } from 'commander';

import { type Ending, FAILURE, SUCCESS, USAGE_ERROR } from '../ending.ts';
import { printableError } from '../printable-error.ts';
import { reasonOf } from '../reason-of.ts';
import { writeText } from '../write-text.ts';

export function addSamplingCommand(program: Command, onEnd: (ending: Ending) => void): void {
  const group = program
    .command('sampling')
    .description('check a sampling policy, and try it on recorded traces; needs no backend');
  group
    .command('check')
    .description('print the problems of a policy, or what it keeps')
    .argument('<policy>', 'file of the policy in YAML; - is stdin')
    .action(async (file: string) => onEnd(await check(file)));
}

/** A policy with problems fails; a file that cannot be read is wrong usage, as a wrong argument is. */
async function check(file: string): Promise<Ending> {
  const { readPolicyFile } = await import('../sampling/read-policy-file.ts');
  const { policyLines, problemLines } = await import('../sampling/policy-report.ts');
  const reading = await readPolicyFile(file).catch(tellUnreadable(file));
  if (reading === undefined) return USAGE_ERROR;
  const { policy, problems } = reading;
  await print(policy === undefined ? problemLines(file, problems) : policyLines(file, policy));
  return policy === undefined ? FAILURE : SUCCESS;
}

function tellUnreadable(file: string): (error: NodeJS.ErrnoException) => Promise<undefined> {
  return async (error) => {
    process.stderr.write(`clew: ${await printableError(`${file}: ${reasonOf(error)}`)}\n`);
    return undefined;
  };
}

/** @returns false when the reader went away, as `head` does */
function print(lines: readonly string[]): Promise<boolean> {
  return writeText(process.stdout, `${lines.join('\n')}\n`);
}
