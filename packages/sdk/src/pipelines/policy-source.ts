import { isMainThread } from 'node:worker_threads';

import { guard, writeLine } from '@clew/diagnostics';
import { readPolicy, type Policy, type PolicyInput, type PolicyProblem } from '@clew/sampling/policy';

import { ConfigurationError } from '../options/configuration-error.ts';
import { samplingFile } from '../options/sampling-file.ts';
import type { SamplingWish } from '../options/sampling-wish.ts';
import { timers } from '../otel/timers.ts';
import { fileSignature, readPolicyFile, type FileContent } from './policy-file.ts';

/** The sampling policy of a process. */
export interface PolicySource {
  /** Policy as it was at the start. */
  readonly policy: Policy;
  /** Ends the watching of its file. */
  close(): void;
}

/** Has the file looked at later; returns how to cancel that. */
export type LookLater = (look: () => void) => () => void;

/**
 * Reads the policy that the user asks for. That of a file is watched: a change that reads well is handed to `onPolicy`,
 * with any other the policy stays, and stderr says which. Two looks in a row must find the same content, so that a file
 * is not read while it is written. The watching keeps no process alive.
 *
 * @returns undefined where the policy cannot be used, which stderr explains
 * @throws ConfigurationError for a mistake in a policy in code
 */
export function openPolicySource(
  wish: SamplingWish,
  onPolicy: (policy: Policy) => void,
  lookLater: LookLater = inASecond,
): PolicySource | undefined {
  if (wish.path === undefined) return openGiven(wish, wish.input);
  const path = samplingFile(wish.path);
  const content = readPolicyFile(path);
  const { policy, lines } = judge(path, content);
  if (policy === undefined) return ignored(wish, lines);
  const onContent = (changed: FileContent) => reload(path, changed, onPolicy);
  return { policy, close: watchContent(path, content, onContent, lookLater) };
}

function openGiven(wish: SamplingWish, input: PolicyInput | undefined): PolicySource | undefined {
  const { policy, problems } = readPolicy(input as PolicyInput);
  if (policy !== undefined) return { policy, close() {} };
  const [first, ...others] = problems.map(({ path, problem, remedy }) => ({ path: pathIn(path), problem, remedy }));
  if (wish.origin === 'code' && first !== undefined) {
    const lines = [`${first.problem}; ${first.remedy}`, ...others.map(inOneLine)];
    throw new ConfigurationError(first.path, lines.join('\n'));
  }
  const file = wish.source.replace(/sampling$/, '');
  return ignored(
    wish,
    limited(problems.map(({ path, problem, remedy }) => file + inOneLine({ path: pathIn(path), problem, remedy }))),
  );
}

type PlacedProblem = Pick<PolicyProblem, 'path' | 'problem' | 'remedy'>;

const inOneLine = ({ path, problem, remedy }: PlacedProblem) => `${path} ${problem}; ${remedy}`;

/** `sampling.head[0]` for `head[0]`. */
function pathIn(path: string): string {
  return path === '' || path.startsWith('[') ? `sampling${path}` : `sampling.${path}`;
}

function ignored({ source }: SamplingWish, lines: readonly string[]): undefined {
  for (const line of lines) say(line);
  say(`the sampling policy of ${source} is ignored until the next start; sampling as without one`);
}

function reload(path: string, content: FileContent, onPolicy: (policy: Policy) => void): void {
  const { policy, lines } = judge(path, content);
  for (const line of lines) say(line);
  if (policy === undefined) return say(`the sampling policy that was read from ${path} before stays in force`);
  onPolicy(policy);
  say(`sampling policy read anew from ${path}`);
}

interface Judged {
  readonly policy: Policy | undefined;
  /** The problems, a sentence each. */
  readonly lines: readonly string[];
}

function judge(path: string, { text, problem, remedy }: FileContent): Judged {
  if (text === undefined) return { policy: undefined, lines: [`${path} ${problem}; ${remedy}`] };
  const { policy, problems } = readPolicy(text);
  return { policy, lines: limited(problems.map(({ message }) => `${path}: ${message}`)) };
}

const MAX_LINES = 5;

function limited(lines: readonly string[]): readonly string[] {
  if (lines.length <= MAX_LINES) return lines;
  return [...lines.slice(0, MAX_LINES), `… and ${lines.length - MAX_LINES} more problems of this policy`];
}

/** Worker threads read the same file: what is wrong with it is said once. */
function say(line: string): void {
  if (isMainThread) writeLine(line);
}

/** Looks at which a file is read after it has changed: one within the resolution of its times looks like the same. */
const READS_AFTER_CHANGE = 3;

/**
 * Tells of each content of a file that two looks in a row find and that differs from the one told before. The file is
 * looked at and not listened to: events do not cross every mount, and `fs.watchFile` shares its watcher, and its
 * interval, with an application that watches the same file.
 *
 * @returns ends it
 */
function watchContent(
  path: string,
  first: FileContent,
  onContent: (content: FileContent) => void,
  lookLater: LookLater,
): () => void {
  let told = keyOf(first);
  let candidate: string | undefined;
  let signature: string | undefined;
  let readsLeft = 0;
  let isClosed = false;

  function read(): void {
    const content = readPolicyFile(path);
    const key = keyOf(content);
    const isSettled = key === candidate;
    candidate = key === told || isSettled ? undefined : key;
    if (key === told || !isSettled) return;
    told = key;
    onContent(content);
  }

  function look(): void {
    fileSignature(path, (found) => {
      if (isClosed) return;
      if (found !== signature) readsLeft = READS_AFTER_CHANGE;
      signature = found;
      if (readsLeft > 0) {
        readsLeft -= 1;
        guard('reading the sampling policy anew', undefined, read);
      }
      cancel = lookLater(look);
    });
  }

  let cancel = lookLater(look);
  return () => {
    isClosed = true;
    cancel();
  };
}

const keyOf = ({ text, problem }: FileContent): string => (text === undefined ? `\0${problem}` : text);

/** Keeps no process alive. */
function inASecond(look: () => void): () => void {
  const timer = timers.setTimeout(look, 1000).unref();
  return () => timers.clearTimeout(timer);
}
