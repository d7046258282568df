import { once } from 'node:events';
import { Writable } from 'node:stream';
import { runInNewContext } from 'node:vm';

import { recordSpans } from '@clew/testing';
import { describe, expect, test } from 'vitest';
import { createLogger, format, transports, type Logform, type Logger } from 'winston';

import { inSpan } from '../test/in-span.ts';
import { memoryStream } from '../test/memory-stream.ts';
import { FieldOptionsError } from './fields/field-layout.ts';
import { correlate, correlateLogger } from './winston.ts';

const WAYS: [string, (formats?: Logform.Format[]) => ReturnType<typeof memoryLogger>][] = [
  ['correlate', (formats = []) => memoryLogger(format.combine(...formats, correlate(), format.json()))],
  [
    'correlateLogger',
    (formats = []) => {
      const memory = memoryLogger(format.combine(...formats, format.json()));
      return { ...memory, log: correlateLogger(memory.log) };
    },
  ],
];

describe.each(WAYS)('a record, with %s,', (_name, makeLogger) => {
  test('carries the ids of the span it is written in', () => {
    using _recorded = recordSpans();
    const { log, lines } = makeLogger();

    const fields = inSpan(() => log.info('placed', { order: 7 }));

    expect(lines()).toEqual([{ level: 'info', message: 'placed', order: 7, ...fields }]);
  });

  test('outside a span carries none', () => {
    using _recorded = recordSpans();
    const { log, lines } = makeLogger();

    log.info('starting');

    expect(lines()).toEqual([{ level: 'info', message: 'starting' }]);
  });

  test('with an id of its own gets none of ours', () => {
    using _recorded = recordSpans();
    const { log, lines } = makeLogger();

    inSpan(() => log.child({ trace_id: 'mine' }).info('own'));

    expect(lines()).toEqual([{ level: 'info', message: 'own', trace_id: 'mine' }]);
  });

  test('of a child logger carries the ids of the span it is written in', () => {
    using _recorded = recordSpans();
    const { log, lines } = makeLogger();

    const fields = inSpan(() => log.child({ request: 1 }).info('x'));

    expect(lines()).toMatchObject([{ request: 1, ...fields }]);
  });

  test('is copied: the object that is logged has no ids for the next line', () => {
    using _recorded = recordSpans();
    const { log, lines } = makeLogger();
    const reused = { level: 'info', message: 'again' };

    const fields = inSpan(() => log.log(reused));
    log.log(reused);

    expect(lines()[0]).toEqual({ level: 'info', message: 'again', ...fields });
    expect(lines()[1]).toEqual({ level: 'info', message: 'again' });
    expect(reused).not.toHaveProperty('trace_id');
  });

  test('of an error has its message, stack and own properties, once errors() has seen it', () => {
    using _recorded = recordSpans();
    const { log, lines } = makeLogger([format.errors({ stack: true })]);
    const error = Object.assign(new Error('card declined'), { code: 'E_CARD' });

    const fields = inSpan(() => log.error(error));

    expect(lines()).toEqual([
      { level: 'error', message: 'card declined', code: 'E_CARD', stack: error.stack, ...fields },
    ]);
    expect(error).not.toHaveProperty('trace_id');
  });

  test('may be cyclic, or of 10 MB', () => {
    using _recorded = recordSpans();
    const { log, lines } = makeLogger();
    const cyclic: Record<string, unknown> = { order: 7 };
    cyclic['self'] = cyclic;
    const message = 'm'.repeat(10_000_000);

    const fields = inSpan(() => log.info(message, cyclic));

    expect(lines()).toMatchObject([{ message, order: 7, ...fields }]);
  });

  test('with a getter that throws does what it does without us', () => {
    using _recorded = recordSpans();
    const record = Object.defineProperty({ level: 'info', message: 'x' }, 'bad', {
      enumerable: true,
      get: () => JSON.parse('not JSON'),
    });

    expect(() => memoryLogger(format.json()).log.log(record)).toThrow(SyntaxError);
    expect(() => inSpan(() => makeLogger().log.log(record))).toThrow(SyntaxError);
  });
});

test('an error that no format has seen stays one for the formats that follow', () => {
  using _recorded = recordSpans();
  const seen: Logform.TransformableInfo[] = [];
  const look = { transform: (info: Logform.TransformableInfo) => (seen.push(info), info) };
  const { log } = memoryLogger(format.combine(correlate(), look, format.json()));
  const error = Object.assign(new TypeError('broken'), { code: 7 });

  const fields = inSpan(() => log.error(error));

  expect(seen[0]).toBeInstanceOf(TypeError);
  expect(seen[0]).toMatchObject({ message: 'broken', stack: error.stack, code: 7, ...fields });
});

test('an instance of a class goes to the formats as it is', () => {
  using _recorded = recordSpans();
  class Order {
    readonly #id = 7;
    level = 'info';
    message = 'x';
    toJSON = () => ({ order: this.#id });
  }
  const { log, lines } = memoryLogger(format.combine(correlate(), format.json()));

  inSpan(() => log.log(new Order()));

  expect(lines()).toEqual([{ order: 7 }]);
});

test.each(['correlate', 'correlateLogger'] as const)(
  'an error keeps the private state that its methods and accessors reach for (%s)',
  (way) => {
    using _recorded = recordSpans();
    class Declined extends Error {
      readonly #reason = 'limit';
      get reason() {
        return this.#reason;
      }
      describe() {
        return `declined: ${this.#reason}`;
      }
    }
    const describe: Logform.Format = {
      transform: (info) => Object.assign(info, { text: (info as unknown as Declined).describe() }),
    };
    const { log, lines } = memoryLogger(
      format.combine(...(way === 'correlate' ? [correlate()] : []), describe, format.errors(), format.json()),
    );

    const fields = inSpan(() => (way === 'correlate' ? log : correlateLogger(log)).error(new Declined('m')));

    expect(lines()).toEqual([{ level: 'error', message: 'm', text: 'declined: limit', ...fields }]);
  },
);

test('objects and errors of another realm are correlated as our own are', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger(format.combine(correlate(), format.errors(), format.json()));
  const [object, error] = runInNewContext(`[{ level: 'info', message: 'a' }, new Error('b')]`) as [never, never];

  const fields = inSpan(() => log.log(object));
  const later = inSpan(() => log.error(error));

  expect(lines()).toMatchObject([
    { message: 'a', ...fields },
    { level: 'error', ...later },
  ]);
});

test('correlateLogger gives each record the ids of its call, while a slow transport holds them up', async () => {
  using _recorded = recordSpans();
  const { transport, written } = slowTransport(100);
  const log = correlateLogger(createLogger({ transports: [transport] }));

  const expected = Array.from({ length: 100 }, (_, order) => ({ order, ...inSpan(() => log.info('x', { order })) }));

  expect(await written).toMatchObject(expected);
});

test('correlating in both ways, and twice, is correlating once', () => {
  using _recorded = recordSpans();
  const { log, text } = memoryLogger(format.combine(correlate(), correlate(), format.json()));

  inSpan(() => correlateLogger(correlateLogger(log)).info('x'));

  expect(text().match(/"trace_id"/g)).toHaveLength(1);
});

test('fields have the names that are asked for', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger(format.combine(correlate({ keys: 'ecs' }), format.json()));

  const { trace_id, span_id } = inSpan(() => log.info('x'));

  expect(lines()).toEqual([{ level: 'info', message: 'x', 'trace.id': trace_id, 'span.id': span_id }]);
});

test('mistaken options are refused where the logger is made', () => {
  expect(() => correlate({ keys: 'gcp' })).toThrow(FieldOptionsError);
  expect(() => correlateLogger(createLogger(), { keys: 'gcp' })).toThrow(FieldOptionsError);
});

function memoryLogger(lineFormat: Logform.Format) {
  const { stream, text } = memoryStream();
  const log: Logger = createLogger({ format: lineFormat, transports: [new transports.Stream({ stream, eol: '\n' })] });
  const lines = () =>
    text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log, text, lines };
}

/** Takes its time with each record, so that winston keeps the ones after it waiting. */
function slowTransport(count: number) {
  const records: object[] = [];
  const stream = new Writable();
  const transport = new transports.Stream({
    stream,
    log(info: object, done: () => void) {
      if (records.push({ ...info }) === count) stream.emit('all');
      setImmediate(done);
    },
  });
  return { transport, written: once(stream, 'all').then(() => records) };
}
