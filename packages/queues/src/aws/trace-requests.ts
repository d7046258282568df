import { context, propagation, trace, type Context } from '@opentelemetry/api';
import { guard, readProperty } from '@clew/diagnostics';

import { fieldOf, type Carrier } from '../carriers/carrier.ts';
import { copyWith } from '../carriers/copy-with.ts';
import type { Destination } from '../destination.ts';
import { isTracingSetUp } from '../message-span.ts';
import { producing, producingBatch } from '../producing.ts';
import { ownContextOf, withContext } from '../sent-context.ts';
import { isTracingOff, withoutTracing } from '../suppressed.ts';
import { sentSqsMessage, snsMessage } from './aws-carriers.ts';
import { snsDestination, sqsDestination } from './aws-destination.ts';
import { ENTRIES, originalOf } from './copied-command.ts';

/** A request of the client, whose input is about to be checked and sent. */
interface Request {
  readonly input: object;
}

type Next = (request: Request) => Promise<unknown>;
type Middleware = (next: Next, handlerContext: { readonly commandName?: string }) => Next;

interface Stack {
  add(middleware: Middleware, options: object): void;
}

// The preload and the application may each have a copy of this module, and one client.
const TRACED: unique symbol = Symbol.for('clew.aws.traced') as never;

/** Adds a middleware to a client, once, that puts the context on what it sends, and asks for that of what it receives. */
export function traceRequests(client: object): void {
  if (Object.hasOwn(client, TRACED)) return;
  const stack = readProperty(client, 'middlewareStack') as Stack;
  stack.add(carryContext, { step: 'initialize', priority: 'high', name: 'clewMessages', tags: ['CLEW'] });
  Object.defineProperty(client, TRACED, { value: true });
}

const carryContext: Middleware = (next, { commandName = '' }) => {
  const trace = TRACED_COMMANDS[commandName];
  if (trace === undefined) return next;
  return function carryContext(request) {
    return isTracingSetUp() ? trace(request, next) : next(request);
  };
};

type TracedCommand = (request: Request, next: Next) => Promise<unknown>;

const TRACED_COMMANDS: Readonly<Record<string, TracedCommand>> = {
  SendMessageCommand: send('send', sentSqsMessage, destinationOfQueue),
  SendMessageBatchCommand: send('send', sentSqsMessage, destinationOfQueue),
  PublishCommand: send('publish', snsMessage, snsDestination),
  PublishBatchCommand: send('publish', snsMessage, snsDestination),
  ReceiveMessageCommand: receive,
};

function destinationOfQueue(input: object): Destination {
  return sqsDestination(fieldOf(input, 'QueueUrl'));
}

function send(
  operation: string,
  carrier: Carrier<object>,
  destinationOf: (input: object) => Destination | undefined,
): TracedCommand {
  return (request, next) => {
    const { input } = originalOf(request.input) ?? request;
    const destination = guard('reading the destination of a message', undefined, () => destinationOf(input));
    if (destination === undefined) return next({ ...request, input });
    const list = ENTRIES.find((name) => Array.isArray(fieldOf(input, name)));
    const entries = (list === undefined ? [] : fieldOf(input, list)) as object[];
    const withEntries = (sent: readonly object[]) => ({ ...request, input: copyWith(input, list ?? '', sent) });
    if (isInUpstreamsSpan(request)) {
      const carry = (message: object) => carryActive(message, carrier, destination);
      return next(list === undefined ? { ...request, input: carry(input) } : withEntries(entries.map(carry)));
    }
    const plan = { destination, carrier, operation };
    return list === undefined
      ? producing(plan, input, (sent) => next({ ...request, input: sent }))
      : producingBatch(plan, entries, (sent) => next(withEntries(sent)));
  };
}

/** Puts the active context on a message, which belongs to a span that somebody else has made of it. */
function carryActive(message: object, carrier: Carrier<object>, destination: Destination): object {
  return guard('preparing a message of AWS', message, () => {
    const active = context.active();
    if (isTracingOff(active) || ownContextOf(message, carrier, active) !== undefined) return message;
    return withContext(message, carrier, destination, active);
  });
}

/** Tells whether upstream's instrumentation has made a span of the request; its spans have this attribute. */
function isInUpstreamsSpan({ input }: Request): boolean {
  const active = trace.getActiveSpan();
  const original = originalOf(input);
  if (original !== undefined) return active?.spanContext().spanId !== original.span?.spanId;
  return fieldOf(readProperty(active, 'attributes'), 'rpc.system') === 'aws-api';
}

/** System attributes that tell how long a message waited, and how often it came. */
const TELLING = ['AWSTraceHeader', 'SentTimestamp', 'ApproximateReceiveCount', 'DeadLetterQueueSourceArn'];

async function receive(request: Request, next: Next): Promise<unknown> {
  const { input } = originalOf(request.input) ?? request;
  const asking = guard('asking for the context of messages', input, () => withNames(input));
  const answer = await context.with(withoutNoise(context.active()), () => next({ ...request, input: asking }));
  guard('noting the queue of messages', undefined, () => noteQueue(answer, fieldOf(input, 'QueueUrl')));
  return answer;
}

/** A worker that polls makes no trace each time: only in spans of the application one sees what it asks for. */
export function withoutNoise(active: Context): Context {
  return trace.getSpan(active)?.isRecording() === true ? active : withoutTracing(active);
}

function withNames(input: object): object {
  const { MessageAttributeNames, AttributeNames, MessageSystemAttributeNames } = input as Record<string, unknown>;
  const old = (MessageSystemAttributeNames as unknown[] | undefined)?.length
    ? undefined
    : (AttributeNames as unknown[]);
  const names = added(MessageAttributeNames, propagation.fields(), ['All', '.*']);
  const asking = copyWith(input, 'MessageAttributeNames', names);
  return old?.length
    ? copyWith(asking, 'AttributeNames', added(old, TELLING, ['All']))
    : copyWith(asking, 'MessageSystemAttributeNames', added(MessageSystemAttributeNames, TELLING, ['All']));
}

function added(names: unknown, more: readonly string[], all: readonly string[]): unknown {
  if (names === undefined || names === null) return more;
  if (!Array.isArray(names) || names.some((name) => all.includes(name as string))) return names;
  return [...new Set([...(names as string[]), ...more])];
}

// A message is given to its handler alone, by an application that may have another copy of this module.
const QUEUE: unique symbol = Symbol.for('clew.aws.queue') as never;

function noteQueue(answer: unknown, queueUrl: unknown): void {
  const messages = fieldOf(fieldOf(answer, 'output'), 'Messages');
  if (!Array.isArray(messages)) return;
  for (const message of messages as object[]) Object.defineProperty(message, QUEUE, { value: queueUrl });
}

/** The URL of the queue that a traced client received a message from. */
export function queueUrlOf(message: object): unknown {
  return readProperty(message, QUEUE);
}
