import { join } from 'node:path';

import type { Policy } from '@clew/sampling/policy';
import { InvalidArgumentError, type Command } from 'commander';

import { type Ending, FAILURE, SUCCESS, USAGE_ERROR } from '../ending.ts';
import { STDIN } from '../input-file.ts';
import { parseHostnames, parseMib, parseMillis, parseTraceId, parseUrl } from '../option-values.ts';
import { printableError } from '../printable-error.ts';
import { reasonOf } from '../reason-of.ts';
import type { Recording } from '../sampling/recording.ts';
import { writeText } from '../write-text.ts';

interface SimulateOptions extends RecordingOptions {
  readonly top: number;
  readonly slowMs: number;
  readonly json: boolean;
}

interface ExplainOptions extends RecordingOptions {
  readonly trace?: string;
}

interface CollectorOptions {
  readonly hostnames?: readonly string[];
  readonly endpoint?: string;
  readonly slowMs?: number;
  readonly outDir?: string;
  readonly json: boolean;
}

interface RecordingOptions {
  readonly bufferMib: number;
}

export const SAMPLING_DEFAULTS = { top: 10, slowMs: 1000, bufferMib: 512 } as const;

const DEFAULT_COLUMNS = 100;
const MIB = 2 ** 20;

export function addSamplingCommand(program: Command, onEnd: (ending: Ending) => void): void {
  const group = program
    .command('sampling')
    .description('check a sampling policy, and try it on recorded traces; needs no backend');
  const check = group.command('check').description('print the problems of a policy, or what it keeps');
  addPolicyArgument(check).action(async (file: string) => onEnd(await checkFile(file)));
  const collector = group
    .command('collector')
    .description('print a policy as configuration of the OpenTelemetry Collector, and on stderr what it does otherwise')
    .option('--out-dir <folder>', 'write collector-tier1.yaml and collector-tier2.yaml there, and print their names')
    .option(
      '--hostnames <list>',
      'addresses of the Collectors of tier 2: host:port, with commas between',
      parseHostnames,
    )
    .option('--endpoint <url>', 'URL of the backend, for OTLP over HTTP', parseUrl)
    .option('--slow-ms <ms>', 'duration in place of slower_than; without it such rules are left out', parseMillis)
    .option('--json', 'print the configuration and the differences as JSON', false);
  addPolicyArgument(collector).action(async (file: string, options: CollectorOptions) =>
    onEnd(await translateFile(file, options)),
  );
  const explanation = group
    .command('explain')
    .description('print which rules match recorded traces, which decides, and why the others do not match')
    .option('--trace <id>', 'only traces whose id begins with this', parseTraceId);
  addRecordingArguments(explanation).action(async (policy: string, traces: string, options: ExplainOptions) =>
    onEnd(await explainFile(policy, traces, options)),
  );
  const simulation = group.command('simulate').description('replay recorded traces, and print how many a policy keeps');
  addRecordingArguments(simulation)
    .option('--json', 'print the numbers as JSON', false)
    .option('--top <n>', 'number of routes to print', parseCount, SAMPLING_DEFAULTS.top)
    .option('--slow-ms <ms>', 'a trace that takes at least this long is slow', parseMillis, SAMPLING_DEFAULTS.slowMs)
    .action(async (policy: string, traces: string, options: SimulateOptions) =>
      onEnd(await simulateFile(policy, traces, options)),
    );
}

function addPolicyArgument(command: Command): Command {
  return command.argument('<policy>', 'file of the policy in YAML; - is stdin');
}

function addRecordingArguments(command: Command): Command {
  return addPolicyArgument(command)
    .argument('<traces>', 'file of recorded traces, OTLP/JSON lines as the Collector writes them; - is stdin')
    .option('--buffer-mib <mib>', 'memory for spans', parseMib, SAMPLING_DEFAULTS.bufferMib);
}

/** A policy with problems fails; a file that cannot be read is wrong usage, as a wrong argument is. */
async function checkFile(file: string): Promise<Ending> {
  const { readPolicyFile } = await import('../sampling/read-policy-file.ts');
  const { policyLines, problemLines } = await import('../sampling/policy-report.ts');
  const reading = await readPolicyFile(file).catch(tellUnreadable(file));
  if (reading === undefined) return USAGE_ERROR;
  const { policy, problems } = reading;
  await print(policy === undefined ? problemLines(file, problems) : policyLines(file, policy));
  return policy === undefined ? FAILURE : SUCCESS;
}

/** Differences of the Collector are no failure. */
async function translateFile(file: string, { outDir, json, ...options }: CollectorOptions): Promise<Ending> {
  const input = await readPolicyOrTell(file);
  if ('ending' in input) return input.ending;
  const { collectorFiles, noteLines } = await import('../sampling/collector-report.ts');
  const { config, files, notes } = collectorFiles(input.policy, file, options);
  if (!json)
    for (const line of noteLines(notes)) process.stderr.write(`clew: ${await printableError(`${file}: ${line}`)}\n`);
  if (outDir !== undefined) {
    const { writeFiles } = await import('../sampling/write-files.ts');
    const error = await writeFiles(outDir, files);
    if (error !== undefined) {
      process.stderr.write(`clew: ${await printableError(`${outDir}: ${reasonOf(error)}`)}\n`);
      return USAGE_ERROR;
    }
  }
  if (json) await print([JSON.stringify({ ...config, notes }, null, 2)]);
  else if (outDir === undefined)
    await print([
      files
        .map(({ text }) => text)
        .join('---\n')
        .trimEnd(),
    ]);
  else await print(files.map(({ name }) => join(outDir, name)));
  return SUCCESS;
}

async function explainFile(policyFile: string, tracesFile: string, options: ExplainOptions): Promise<Ending> {
  const { trace: traceId = '' } = options;
  const input = await readBoth(policyFile, tracesFile, options);
  if ('ending' in input) return input.ending;
  const { explain } = await import('../sampling/explain-report.ts');
  const { explanationLines } = await import('../sampling/explanation-report.ts');
  const traces = explain(input.recording, input.policy, traceId);
  if (traces.length === 0) {
    process.stderr.write(`clew: no trace id begins with ${traceId}\n`);
    return FAILURE;
  }
  for (const trace of traces) {
    const isRead = await print(explanationLines(trace, input.policy));
    if (!isRead) break;
  }
  return SUCCESS;
}

async function simulateFile(policyFile: string, tracesFile: string, options: SimulateOptions): Promise<Ending> {
  const input = await readBoth(policyFile, tracesFile, options);
  if ('ending' in input) return input.ending;
  const { simulate } = await import('../sampling/simulate.ts');
  const { simulationLines } = await import('../sampling/simulation-report.ts');
  const simulation = simulate(input.recording, input.policy, options.slowMs);
  const columns = process.stdout.isTTY ? process.stdout.columns : DEFAULT_COLUMNS;
  await print(
    options.json ? [JSON.stringify(simulation, null, 2)] : simulationLines(simulation, { top: options.top, columns }),
  );
  return SUCCESS;
}

interface BothInputs {
  readonly policy: Policy;
  readonly recording: Recording;
}

/** Reads a policy and recorded traces, and tells what is wrong with them. */
async function readBoth(
  policyFile: string,
  tracesFile: string,
  { bufferMib }: RecordingOptions,
): Promise<BothInputs | { readonly ending: Ending }> {
  const { readRecording } = await import('../sampling/read-recording.ts');
  if (policyFile === STDIN && tracesFile === STDIN) {
    process.stderr.write('clew: only one of the policy and the traces can be stdin\n');
    return { ending: USAGE_ERROR };
  }
  const read = await readPolicyOrTell(policyFile);
  if ('ending' in read) return read;
  const traces = await readRecording(tracesFile, read.policy, bufferMib * MIB).catch(tellUnreadable(tracesFile));
  if (traces === undefined) return { ending: USAGE_ERROR };
  for (const note of traces.notes) process.stderr.write(`clew: ${await printableError(`${tracesFile}: ${note}`)}\n`);
  const { recording } = traces;
  return recording === undefined ? { ending: FAILURE } : { policy: read.policy, recording };
}

/** Reads a policy, and tells on stderr what is wrong with it. */
async function readPolicyOrTell(file: string): Promise<{ readonly policy: Policy } | { readonly ending: Ending }> {
  const { readPolicyFile } = await import('../sampling/read-policy-file.ts');
  const { problemLines } = await import('../sampling/policy-report.ts');
  const read = await readPolicyFile(file).catch(tellUnreadable(file));
  if (read === undefined) return { ending: USAGE_ERROR };
  if (read.policy !== undefined) return { policy: read.policy };
  for (const line of problemLines(file, read.problems)) process.stderr.write(`clew: ${line}\n`);
  return { ending: FAILURE };
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

function parseCount(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('expected a whole number');
}
