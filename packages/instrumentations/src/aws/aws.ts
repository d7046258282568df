import { copyCommand, handleBatch, handleOne, traceRequests, withoutNoise } from '@clew/queues/aws/internal';
import type { SqsOptions } from '@clew/queues/aws';
import { guard, readProperty } from '@clew/diagnostics';
import { replaceMethod } from '@clew/spans/internal';
import { context } from '@opentelemetry/api';
import type {
  InstrumentationConfig,
  InstrumentationNodeModuleDefinition as ModuleDefinition,
} from '@opentelemetry/instrumentation';

import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';

/** How messages are handled that come by `sqs-consumer`. */
export interface AwsConfig extends InstrumentationConfig, Omit<SqsOptions, 'queueUrl'> {}

/**
 * Makes messages of SQS and SNS carry the context, and those that `sqs-consumer` handles have it, as `tracedSqs`, `tracedSns`
 * and `tracedHandler` of `@clew/queues/aws` do. Spans of requests are made by upstream's instrumentation of the SDK where it
 * is at work; it is given copies to write to.
 */
export class AwsInstrumentation extends InstrumentationBase<AwsConfig> {
  constructor(config: AwsConfig = {}) {
    super('@clew/instrumentations/aws', VERSION, config);
  }

  protected override init(): ModuleDefinition[] {
    const isOn = () => this.isEnabled();
    const client = (name: string) => patching((exports) => patchClient(exports, name, isOn));
    const consumer = patching((exports) => patchConsumer(exports, () => (isOn() ? this.getConfig() : undefined)));
    return [
      new InstrumentationNodeModuleDefinition('@aws-sdk/client-sqs', ['>=3 <4'], client('SQSClient'), () => undefined),
      new InstrumentationNodeModuleDefinition('@aws-sdk/client-sns', ['>=3 <4'], client('SNSClient'), () => undefined),
      new InstrumentationNodeModuleDefinition('sqs-consumer', ['>=7 <16'], consumer, () => undefined),
    ];
  }
}

type Method = (this: object, ...args: unknown[]) => unknown;

function patching(patch: (exports: object) => void) {
  return (exports: object) =>
    guard('instrumenting AWS', exports, () => {
      patch(exports);
      return exports;
    });
}

function prototypeOf(exports: object, name: string): Record<string, Method> {
  return readProperty(readProperty(exports, name), 'prototype') as Record<string, Method>;
}

/** Requests by which a worker polls and acknowledges. */
const OF_WORKERS = new Set([
  'ReceiveMessageCommand',
  'DeleteMessageCommand',
  'DeleteMessageBatchCommand',
  'ChangeMessageVisibilityCommand',
  'ChangeMessageVisibilityBatchCommand',
]);

function patchClient(exports: object, name: string, isOn: () => boolean): void {
  replaceMethod(
    prototypeOf(exports, name),
    'send',
    (send) =>
      function (command, ...others) {
        if (!isOn()) return Reflect.apply(send, this, [command, ...others]);
        guard('tracing a client of AWS', undefined, () => traceRequests(this));
        const copy = guard('copying a command of AWS', command, () => copyCommand(command));
        const active = context.active();
        const within = OF_WORKERS.has(commandName(command)) ? withoutNoise(active) : active;
        if (within === active) return Reflect.apply(send, this, [copy, ...others]);
        const bound = others.map((each) => (typeof each === 'function' ? context.bind(active, each) : each));
        return context.with(within, () => Reflect.apply(send, this, [copy, ...bound]));
      },
  );
}

function commandName(command: unknown): string {
  return String(readProperty(readProperty(command, 'constructor'), 'name'));
}

/** Both ways in which it calls the handlers of the application, around what it does when they take too long. */
function patchConsumer(exports: object, options: () => SqsOptions | undefined): void {
  const prototype = prototypeOf(exports, 'Consumer');
  const handling = (consumer: object): SqsOptions | undefined => {
    const own = options();
    return own && { ...own, queueUrl: String(readProperty(consumer, 'queueUrl')) };
  };
  replaceMethod(
    prototype,
    'executeHandler',
    (execute) =>
      function (...args) {
        const call = () => Reflect.apply(execute, this, args);
        const own = handling(this);
        return own === undefined ? call() : failingByCause((work) => handleOne(args[0] as object, own, work), call);
      },
  );
  replaceMethod(
    prototype,
    'executeBatchHandler',
    (execute) =>
      function (...args) {
        const call = () => Reflect.apply(execute, this, args);
        const own = handling(this);
        return own === undefined ? call() : failingByCause((work) => handleBatch(args[0] as object[], own, work), call);
      },
  );
}

/** It wraps what a handler throws into an error of its own: the span is told the cause, and the consumer what it threw. */
function failingByCause(handle: (work: () => unknown) => unknown, execute: () => unknown): unknown {
  let thrown: unknown;
  const result = handle(() => {
    const executing = execute();
    if (!(executing instanceof Promise)) return executing;
    return executing.catch((error: unknown) => {
      thrown = error;
      throw readProperty(error, 'cause') ?? error;
    });
  });
  if (!(result instanceof Promise)) return result;
  return result.catch((error: unknown) => {
    throw thrown ?? error;
  });
}
