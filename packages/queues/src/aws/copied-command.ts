import { context, trace, type SpanContext } from '@opentelemetry/api';
import { readProperty } from '@clew/diagnostics';

import { copyOf, copyWith } from '../carriers/copy-with.ts';

/** A call of a client as the application made it, before anybody else changed its input. */
export interface OriginalCall {
  readonly input: object;
  /** The span that was active. */
  readonly span: SpanContext | undefined;
}

// Our middleware may be that of another copy of this module.
const ORIGINAL: unique symbol = Symbol.for('clew.aws.original') as never;

/**
 * A copy of a command that others may change: upstream's instrumentation writes to command and input, and where one of
 * them is frozen the process ends. The command and all that is reached from its input stay as they are.
 */
export function copyCommand<Command>(command: Command): Command {
  if (typeof command !== 'object' || command === null) return command;
  const input: unknown = Reflect.get(command, 'input');
  if (typeof input !== 'object' || input === null) return command;
  const call: OriginalCall = { input, span: trace.getSpanContext(context.active()) };
  const copied = Object.defineProperty(copyInput(input), ORIGINAL, { value: call });
  const copy: object = Object.create(Object.getPrototypeOf(command) as object) as object;
  Object.assign(copy, command, { input: copied });
  const resolve: unknown = Reflect.get(command, 'resolveMiddleware');
  if (typeof resolve === 'function') {
    // One of the application's own class may use what only its instances have.
    const value = (...args: unknown[]) => Reflect.apply(resolve, command, args) as unknown;
    Object.defineProperty(copy, 'resolveMiddleware', { value, configurable: true, writable: true });
  }
  return copy as Command;
}

/** The call that a copied input was made of; `undefined` for every other input. */
export function originalOf(input: object): OriginalCall | undefined {
  return (input as { [ORIGINAL]?: OriginalCall })[ORIGINAL];
}

/** Names of the lists of messages in the inputs of SQS and of SNS. */
export const ENTRIES = ['Entries', 'PublishBatchRequestEntries'] as const;

/** As deep as attributes are written to. */
function copyInput(input: object): object {
  const copy = copyMessage(input) as Record<string, unknown>;
  for (const name of ENTRIES) {
    const entries = copy[name];
    if (Array.isArray(entries)) copy[name] = entries.map(copyMessage);
  }
  return copy;
}

function copyMessage(message: unknown): unknown {
  if (typeof message !== 'object' || message === null) return message;
  const attributes = readProperty(message, 'MessageAttributes');
  const isThere = typeof attributes === 'object' && attributes !== null;
  return isThere ? copyWith(message, 'MessageAttributes', { ...attributes }) : copyOf(message);
}
