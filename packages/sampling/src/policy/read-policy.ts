import { noteContradictions } from './contradictions.ts';
import type { PolicyInput } from './policy-input.ts';
import { policyShape } from './policy-shape.ts';
import type { Policy } from './policy.ts';
import type { Notes, Path } from './shape.ts';
import { MAX_YAML, parseYaml, type Position } from './yaml-text.ts';

/** A policy, or what is wrong with it. */
export type PolicyReading =
  | { readonly policy: Policy; readonly problems: readonly [] }
  | { readonly policy: undefined; readonly problems: readonly PolicyProblem[] };

/** A mistake in a policy. Its texts quote keys and numbers, and no other value. */
export interface PolicyProblem {
  /** `contradiction` is what the JSON Schema cannot know; `size` stands for a policy that is too large. */
  readonly kind: 'syntax' | 'shape' | 'contradiction' | 'size';
  /** Keys and indexes, such as `rules[0].match["http.route"]`; empty for the policy itself. */
  readonly path: string;
  /** Line in the text, from 1; `undefined` for an object. */
  readonly line: number | undefined;
  /** Column in the text, from 1; `undefined` for an object. */
  readonly column: number | undefined;
  /** Completes the sentence that starts with the path. */
  readonly problem: string;
  readonly remedy: string;
  /** All of it in one line. */
  readonly message: string;
}

/**
 * Reads a policy and checks all of it. Never throws.
 *
 * @param input YAML, up to 128 KiB, or the same as an object, whose `match` and `unless` may also be functions
 * @returns the policy, frozen, with every default; or at most 20 problems, in the order of the policy
 */
export function readPolicy(input: string | PolicyInput): PolicyReading {
  try {
    return typeof input === 'string' ? readText(input) : readValue(input, () => undefined);
  } catch {
    // A getter or a proxy in an object, or a depth at which the stack of the parser ends.
    return failed([
      problemOf('syntax', [], undefined, 'cannot be read', 'write a plain mapping that begins with version: 1'),
    ]);
  }
}

const MAX_PROBLEMS = 20;
const MAX_VALUES = 20_000;

function readText(text: string): PolicyReading {
  if (text.length > MAX_YAML) {
    const problem = `is longer than ${MAX_YAML / 1024} KiB`;
    return failed([problemOf('size', [], undefined, problem, 'write fewer rules, with globs and lists')]);
  }
  const { value, mistakes, positionOf } = parseYaml(text);
  if (mistakes.length > 0) {
    return failed(
      mistakes
        .slice(0, MAX_PROBLEMS)
        .map(({ problem, position }) => problemOf('syntax', [], position, problem, 'mend the YAML there')),
    );
  }
  if (value === null) {
    return failed([problemOf('shape', [], { line: 1, column: 1 }, 'is empty', 'begin with version: 1')]);
  }
  return readValue(value, positionOf);
}

function readValue(
  value: unknown,
  positionOf: (path: Path, at: 'key' | undefined) => Position | undefined,
): PolicyReading {
  const problems: PolicyProblem[] = [];
  let values = 0;
  const noteOf =
    (kind: PolicyProblem['kind']): Notes['note'] =>
    (path, problem, remedy, at) => {
      if (problems.length < MAX_PROBLEMS) problems.push(problemOf(kind, path, positionOf(path, at), problem, remedy));
    };
  const spend = (): boolean => {
    values += 1;
    if (values === MAX_VALUES) {
      problems.length = Math.min(problems.length, MAX_PROBLEMS - 1);
      problems.push(problemOf('size', [], undefined, `has more than ${MAX_VALUES} values`, 'write fewer rules'));
    }
    return values < MAX_VALUES;
  };
  const policy = policyShape.read(value, [], { note: noteOf('shape'), spend });
  if (policy !== undefined && problems.length === 0) noteContradictions(policy, noteOf('contradiction'));
  return policy === undefined || problems.length > 0 ? failed(problems) : { policy: frozen(policy), problems: [] };
}

function failed(problems: readonly PolicyProblem[]): PolicyReading {
  return Object.freeze({ policy: undefined, problems: Object.freeze(problems) });
}

function problemOf(
  kind: PolicyProblem['kind'],
  path: Path,
  position: Position | undefined,
  problem: string,
  remedy: string,
): PolicyProblem {
  const text = pathText(path);
  const place = position === undefined ? '' : `line ${position.line}, column ${position.column}: `;
  const message = `${place}${text === '' ? 'the policy' : text} ${problem}; ${remedy}`;
  return Object.freeze({ kind, path: text, line: position?.line, column: position?.column, problem, remedy, message });
}

const MAX_KEY = 64;

/** Keys come from outside: what is no plain word is quoted, and cut where it is long. */
function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (/^[a-z_]{1,64}$/i.test(part)) text += text === '' ? part : `.${part}`;
    else text += `[${JSON.stringify(part.length > MAX_KEY ? `${part.slice(0, MAX_KEY)}…` : part)}]`;
  }
  return text;
}

/** Freezes what `readPolicy` has made; functions are the user's. */
function frozen<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  for (const each of Object.values(value)) frozen(each);
  return Object.freeze(value);
}
