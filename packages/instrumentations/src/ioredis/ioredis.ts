import { askCallback, guard, reportFailure, runGuarded } from '@clew/diagnostics';
import { readError, startLazily, type SpanDescription } from '@clew/spans/internal';
import { context, SpanKind, SpanStatusCode, trace, type Attributes, type Span } from '@opentelemetry/api';
import type { InstrumentationNodeModuleDefinition as ModuleDefinition } from '@opentelemetry/instrumentation';

import { InstrumentationBase, InstrumentationNodeModuleDefinition, isWrapped } from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';
import type { IoredisInstrumentationConfig } from './ioredis-config.ts';
import { queryText, type CommandArgs } from './query-text.ts';

export type { IoredisInstrumentationConfig, IoredisRequest } from './ioredis-config.ts';
export type { CommandArgs } from './query-text.ts';

const SUPPORTED = ['>=2.0.0 <7'];
const DEFAULTS: IoredisInstrumentationConfig = { requireParentSpan: true };
const REDIS = 'redis'; // its value in `db.system.name` is not stable in the conventions' package

interface Redis {
  readonly options: { readonly host?: string; readonly port?: number };
}

interface Command {
  readonly name: string;
  readonly args: CommandArgs;
  readonly inTransaction?: boolean;
  readonly pipelineIndex?: number;
  resolve(this: Command, result: unknown): unknown;
  reject(this: Command, error: unknown): unknown;
  [OPEN]?: Span | undefined;
}

interface RedisClass {
  readonly prototype: Redis & { sendCommand: Method; connect: Method };
}

type Method = (this: Redis, ...args: unknown[]) => unknown;

/** The span of a command that has not been answered: ioredis sends one again when its connection is there, or there again. */
const OPEN: unique symbol = Symbol.for('clew.ioredis.open') as never;

/**
 * Spans of the commands of ioredis.
 *
 * Its channels, since 5.11, cannot carry them: a client whose channels somebody listens to marks the promise of a command
 * that fails as handled, so that an application that forgets it hears nothing of it; they publish when a command is
 * written, out of reach of the caller's context where there was no connection yet; and they have neither the arguments
 * nor the answer.
 */
export class IoredisInstrumentation extends InstrumentationBase<IoredisInstrumentationConfig> {
  constructor(config: IoredisInstrumentationConfig = {}) {
    super('@clew/instrumentations/ioredis', VERSION, { ...DEFAULTS, ...config });
  }

  override setConfig(config: IoredisInstrumentationConfig = {}): void {
    super.setConfig({ ...DEFAULTS, ...config });
  }

  protected override init(): ModuleDefinition {
    const methods = ['sendCommand', 'connect'] as const;
    const unpatch = (exports: unknown) => {
      const { prototype } = redisOf(exports);
      for (const name of methods) if (isWrapped(prototype[name])) this._unwrap(prototype, name);
    };
    return new InstrumentationNodeModuleDefinition(
      'ioredis',
      SUPPORTED,
      (exports: unknown, version?: string) => {
        unpatch(exports);
        const { prototype } = redisOf(exports);
        this._wrap(prototype, 'sendCommand', (original: Method) => this.#tracedCommand(original, version));
        this._wrap(prototype, 'connect', (original: Method) => this.#tracedConnect(original));
        return exports;
      },
      (exports: unknown) => exports !== undefined && unpatch(exports),
    );
  }

  #tracedCommand(original: Method, version: string | undefined): Method {
    const start = (redis: Redis, command: Command) => this.#startCommand(redis, command, version);
    return function sendCommand(this: Redis, ...args) {
      const [command] = args as [Command | null | undefined];
      if (typeof command !== 'object' || command === null || command[OPEN] !== undefined) {
        return original.apply(this, args);
      }
      start(this, command);
      try {
        return original.apply(this, args);
      } catch (error) {
        settle(command, error);
        throw error;
      }
    };
  }

  #tracedConnect(original: Method): Method {
    const start = (redis: Redis) => this.#startConnect(redis);
    return function connect(this: Redis, ...args) {
      const span = start(this);
      try {
        return original.apply(this, args);
      } catch (error) {
        if (span !== undefined) recordFailure(span, error);
        throw error;
      } finally {
        if (span !== undefined) endSpan(span);
      }
    };
  }

  #startCommand(redis: Redis, command: Command, version: string | undefined): void {
    try {
      const parent = context.active();
      const config = this.getConfig();
      if (config.requireParentSpan === true && trace.getSpan(parent) === undefined) return;
      if (typeof command.resolve !== 'function' || typeof command.reject !== 'function') return; // ioredis will refuse it
      const span = startLazily(this.tracer, command.name, SpanKind.CLIENT, parent, () =>
        describe(redis, command, config),
      );
      const { requestHook, responseHook } = config;
      if (requestHook !== undefined) callRequestHook(requestHook, span, command, version);
      if (span.isRecording() || responseHook !== undefined) follow(command, span, responseHook);
    } catch (error) {
      reportFailure('tracing a command of ioredis', error);
    }
  }

  #startConnect(redis: Redis): Span | undefined {
    return guard('tracing a connection of ioredis', undefined, () => {
      const parent = context.active();
      if (this.getConfig().requireParentSpan === true && trace.getSpan(parent) === undefined) return undefined;
      return startLazily(this.tracer, 'connect', SpanKind.CLIENT, parent, () => {
        const attributes = serverAttributes(redis);
        attributes['db.query.text'] = 'connect';
        return { attributes, isOwn: true };
      });
    });
  }
}

/** `module.exports`, which is the class, or a namespace with it. */
function redisOf(exports: unknown): RedisClass {
  const isNamespace = Reflect.get(exports as object, Symbol.toStringTag) === 'Module';
  return (isNamespace ? (exports as { default: unknown }).default : exports) as RedisClass;
}

function describe(
  redis: Redis,
  command: Command,
  { dbStatementSerializer: serialize }: IoredisInstrumentationConfig,
): SpanDescription {
  const { name, args } = command;
  const attributes = serverAttributes(redis);
  attributes['db.operation.name'] = operationName(command);
  attributes['db.query.text'] = serialize === undefined ? queryText(name, args) : serializedBy(serialize, command);
  return { attributes, isOwn: true };
}

/** Written out: an object whose keys are computed takes several times as long to make. */
function serverAttributes({ options: { host, port } }: Redis): Attributes {
  return { 'db.system.name': REDIS, 'server.address': host, 'server.port': port };
}

type Hooks = Required<IoredisInstrumentationConfig>;

function serializedBy(serialize: Hooks['dbStatementSerializer'], { name, args }: Command): string {
  return askCallback('dbStatementSerializer of ioredis', name, () => serialize(name, args));
}

function callRequestHook(hook: Hooks['requestHook'], span: Span, command: Command, version: string | undefined): void {
  const { name: cmdName, args: cmdArgs } = command;
  const info = { ...(version !== undefined && { moduleVersion: version }), cmdName, cmdArgs };
  runGuarded('requestHook of ioredis', () => hook(span, info));
}

/** Before 4.12 ioredis does not tell what is in a transaction or a pipeline. */
function operationName({ name, inTransaction, pipelineIndex }: Command): string {
  if (name === 'multi' || name === 'exec') return name;
  if (inTransaction === true) return `MULTI ${name}`;
  return pipelineIndex === undefined || pipelineIndex === null ? name : `PIPELINE ${name}`;
}

/** Ends the span with the command. Its promise is left alone: who listens to one handles its rejection. */
function follow(command: Command, span: Span, responseHook: IoredisInstrumentationConfig['responseHook']): void {
  const { resolve, reject } = command;
  try {
    command[OPEN] = span;
    command.resolve = function (result) {
      if (command[OPEN] === span) {
        if (responseHook !== undefined) callResponseHook(responseHook, span, command, result);
        settle(command);
      }
      return resolve.call(this, result);
    };
    command.reject = function (error) {
      if (command[OPEN] === span) settle(command, error);
      return reject.call(this, error);
    };
  } catch (error) {
    span.end(); // nobody will tell when it is answered
    throw error;
  }
}

function callResponseHook(hook: Hooks['responseHook'], span: Span, { name, args }: Command, result: unknown): void {
  runGuarded('responseHook of ioredis', () => hook(span, name, args, result));
}

/** Ends the span of a command that has not ended. */
function settle(command: Command, error?: unknown): void {
  const span = command[OPEN];
  if (span === undefined) return;
  command[OPEN] = undefined;
  if (error) recordFailure(span, error);
  endSpan(span);
}

/** Runs with each command: without `guard`, which takes a closure. */
function endSpan(span: Span): void {
  try {
    span.end();
  } catch (error) {
    reportFailure('ending a span of ioredis', error);
  }
}

function recordFailure(span: Span, error: unknown): void {
  if (!span.isRecording()) return;
  guard('recording an error of ioredis', undefined, () => {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: readError(error).message });
  });
}
