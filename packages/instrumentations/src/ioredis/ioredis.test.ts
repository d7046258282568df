import { createRequire } from 'node:module';

import { LAZILY } from '@clew/spans/internal';
import { recordSpans } from '@clew/testing';
import { trace, type Tracer } from '@opentelemetry/api';
import { expect, test, vi } from 'vitest';

import { IoredisInstrumentation, type IoredisInstrumentationConfig } from './ioredis.ts';

// Commands as nobody should make them; test/contracts runs real ones.

class Client {
  readonly options: object | undefined = { host: 'h', port: 1 };
  readonly sent: unknown[] = [];
  sendCommand(command: unknown, stream?: unknown): unknown {
    this.sent.push(command, stream);
    return 'sent';
  }
  connect(): unknown {
    return 'connecting';
  }
}

test.each([
  [undefined],
  [null],
  ['get'],
  [{}],
  [Object.freeze({ name: 'get', args: ['a'], resolve() {}, reject() {} })],
  [{ name: 'get', args: [{ toString: fails }], resolve() {}, reject() {} }],
  [{ name: 7, args: 7, resolve: 7 }],
])('a command like %o is sent as it is, and no span stays open', (command) => {
  using recorded = recordSpans();
  const client = new (patched().Client)();

  const result = inSpan(() => client.sendCommand(command));

  (command as { resolve?: (result: unknown) => void } | undefined)?.resolve?.call?.(command, 'OK');
  expect([result, client.sent]).toEqual(['sent', [command, undefined]]);
  expect(recorded.tree()).not.toContain('(open)');
});

test('a command that is answered twice ends its span once, and each answer is passed on', () => {
  using recorded = recordSpans();
  const command = { name: 'get', args: ['a'], resolve: vi.fn<(this: unknown) => void>(), reject: vi.fn<() => void>() };
  const { resolve, reject } = command;
  const client = new (patched().Client)();

  inSpan(() => client.sendCommand(command));
  command.resolve();
  command.reject();
  command.resolve();

  expect([resolve.mock.calls.length, reject.mock.calls.length]).toEqual([2, 1]);
  expect(resolve.mock.contexts).toEqual([command, command]);
  expect(recorded.tree()).toBe('app\n  get');
});

test('a client that throws has a span with the error, which is thrown on', () => {
  using recorded = recordSpans();
  class Failing extends Client {
    override sendCommand(): never {
      return fails();
    }
  }
  const { Client: Patched } = patched({}, Failing);

  expect(() => inSpan(() => new Patched().sendCommand(commandOf('get')))).toThrow('no');

  expect(recorded.tree()).toBe('app\n  get !no');
});

test('a client without options is traced by nobody and works', () => {
  using recorded = recordSpans();
  const client = Object.assign(new (patched().Client)(), { options: undefined });

  expect(inSpan(() => [client.sendCommand(commandOf('get')), client.connect()])).toEqual(['sent', 'connecting']);

  expect(recorded.tree()).toBe('app');
});

test('what the tracer refuses is left alone', () => {
  using _ = recordSpans();
  const serializer = vi.fn<() => string>();
  const { Client: Patched, instrumentation } = patched({ dbStatementSerializer: serializer });
  const startSpan = vi.fn<Tracer['startSpan']>();
  const refused = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 0 });
  const tracer = { startSpan, [LAZILY]: () => refused } as unknown as Tracer;
  instrumentation.setTracerProvider({ getTracer: () => tracer });
  const command = commandOf('get');
  const { resolve } = command;

  inSpan(() => [new Patched().sendCommand(command), new Patched().connect()]);

  expect(command.resolve).toBe(resolve);
  expect(startSpan).not.toHaveBeenCalled();
  expect(serializer).not.toHaveBeenCalled();
});

test('a span processor that throws breaks no command', () => {
  using _ = recordSpans();
  const { Client: Patched, instrumentation } = patched();
  const span = trace.wrapSpanContext({ traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 });
  const startSpan = () => Object.assign(Object.create(span) as object, { isRecording: () => true, end: fails });
  instrumentation.setTracerProvider({ getTracer: () => ({ startSpan }) as unknown as Tracer });
  const command = { ...commandOf('get'), resolve: () => 'resolved' };

  const results = inSpan(() => [new Patched().sendCommand(command), new Patched().connect()]);

  expect([...results, command.resolve()]).toEqual(['sent', 'connecting', 'resolved']);
});

test('patching a second time makes no second span, and unpatching leaves the class as it was', () => {
  using recorded = recordSpans();
  const { sendCommand, connect } = Client.prototype;
  const first = patched();
  const second = patched({}, Client);

  inSpan(() => new Client().connect());
  second.unpatch();
  first.unpatch();

  expect(recorded.tree()).toBe('app\n  connect');
  expect([Client.prototype.sendCommand, Client.prototype.connect]).toEqual([sendCommand, connect]);
});

test('two copies make one span of a command and of a connection, in whichever order they come', () => {
  using recorded = recordSpans();
  const first = patched();
  const second = patched({}, first.Client, other.IoredisInstrumentation);

  inSpan(() => new first.Client().sendCommand(commandOf('get')));
  inSpan(() => new first.Client().connect());
  second.unpatch();
  patched({}, first.Client);
  inSpan(() => new first.Client().connect());

  expect(other.IoredisInstrumentation).not.toBe(IoredisInstrumentation);
  expect(recorded.tree().replaceAll(' (open)', '')).toBe('app\n  get\napp\n  connect\napp\n  connect');
});

test('a command that is open when the class is unpatched ends its span', () => {
  using recorded = recordSpans();
  const { Client: Patched, unpatch } = patched();
  const command = commandOf('get');
  const client = new Patched();

  inSpan(() => client.sendCommand(command));
  unpatch();
  inSpan(() => client.sendCommand(commandOf('set')));
  command.resolve();

  expect(recorded.tree()).toBe('app\n  get\napp');
});

/** The built copy: none of its modules is one of those above. */
const other = createRequire(import.meta.url)('@clew/instrumentations/ioredis') as typeof import('./ioredis.ts');

const commandOf = (name: string) => ({ name, args: [] as string[], resolve() {}, reject() {} });

function fails(): never {
  throw new Error('no');
}

function inSpan<Result>(work: () => Result): Result {
  return trace.getTracer('app').startActiveSpan('app', (span) => {
    try {
      return work();
    } finally {
      span.end();
    }
  });
}

function patched(
  config: IoredisInstrumentationConfig = {},
  Class: typeof Client = class extends Client {
    override sendCommand(...args: [unknown, unknown?]): unknown {
      return super.sendCommand(...args);
    }
    override connect(): unknown {
      return super.connect();
    }
  },
  Instrumentation = IoredisInstrumentation,
) {
  const instrumentation = new Instrumentation(config);
  const [definition] = (
    instrumentation as unknown as { _modules: { patch(e: unknown): unknown; unpatch(e: unknown): void }[] }
  )._modules;
  definition?.patch(Class);
  return { Client: Class, instrumentation, unpatch: () => definition?.unpatch(Class) };
}
