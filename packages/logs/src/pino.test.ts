import { createRequire } from 'node:module';

import { trace } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import { assert, constant, constantFrom, dictionary, jsonValue, oneof, option, property } from 'fast-check';
import { pino, symbols, type Logger, type LoggerOptions } from 'pino';
import { describe, expect, test } from 'vitest';

import { inSpan } from '../test/in-span.ts';
import { memoryStream } from '../test/memory-stream.ts';
import { FieldOptionsError } from './fields/field-layout.ts';
import { correlate } from './pino.ts';
import type * as LogsPino from './pino.ts';

const NAMES = ['trace_id', 'span_id', 'trace_flags'];
const OURS = /"(?:trace_id":"[\da-f]{32}|span_id":"[\da-f]{16}|trace_flags":"01)",/g;

describe('a line', () => {
  test('carries the ids of the span it is written in', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate());

    const fields = inSpan(() => log.info({ order: 7 }, 'placed'));

    expect(lines()).toMatchObject([{ level: 30, ...fields, order: 7, msg: 'placed' }]);
  });

  test('outside a span is the line pino writes by itself', () => {
    using _recorded = recordSpans();
    const options = { base: null, timestamp: false } satisfies LoggerOptions;

    expect(written(correlate(options), (log) => log.info({ a: 1 }, 'x'))).toBe('{"level":30,"a":1,"msg":"x"}\n');
  });

  test('of a message alone, of an error and of nothing carries them too', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate());

    const fields = inSpan(() => {
      log.info('text');
      log.error(new Error('broken'));
      log.info(undefined);
    });

    expect(lines()).toMatchObject([
      { ...fields, msg: 'text' },
      { ...fields, err: { type: 'Error', message: 'broken' } },
      fields,
    ]);
  });

  test('below the level costs no look at the span', () => {
    using _recorded = recordSpans();
    let mixins = 0;
    const { log, text } = memoryLogger(correlate({ mixin: () => ({ n: ++mixins }) }));

    inSpan(() => log.debug('unseen'));

    expect([text(), mixins]).toEqual(['', 0]);
  });

  test('with a field of its own gets none of ours', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate({ base: null, timestamp: false }));

    inSpan(() => log.info({ trace_id: 'mine' }, 'own'));

    expect(lines()).toEqual([{ level: 30, trace_id: 'mine', msg: 'own' }]);
  });
});

test('an own field that is undefined is none', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger(correlate());

  const fields = inSpan(() => log.info({ trace_id: undefined }, 'x'));

  expect(lines()).toMatchObject([fields]);
});

describe('a child logger', () => {
  test('carries the ids of the span it writes in, not of the one it was made in', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate());
    let child = log;

    inSpan(() => (child = log.child({ request: 1 })));
    const fields = inSpan(() => child.info('later'));

    expect(lines()).toMatchObject([{ ...fields, request: 1 }]);
  });

  test.each(['trace_id', 'span_id', 'trace_flags'])('that is bound to its own %s gets none of ours', (name) => {
    using _recorded = recordSpans();
    const { log, text } = memoryLogger(correlate({ base: null, timestamp: false }));

    inSpan(() =>
      log
        .child({ [name]: 'mine' })
        .child({ deeper: true })
        .info('own'),
    );

    expect(text()).toBe(`{"level":30,"${name}":"mine","deeper":true,"msg":"own"}\n`);
  });

  test('that has the name in a nested object only is correlated', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate());

    const fields = inSpan(() => log.child({ upstream: { trace_id: 'theirs' } }).info('x'));

    expect(lines()).toMatchObject([{ ...fields, upstream: { trace_id: 'theirs' } }]);
  });

  test('whose bindings are replaced after its first line is looked at anew', () => {
    using _recorded = recordSpans();
    const { log, text } = memoryLogger(correlate({ base: null, timestamp: false }));
    const child = log.child({});

    inSpan(() => child.info('before'));
    child.setBindings({ trace_id: 'mine' });
    inSpan(() => child.info('after'));

    expect(text().split('\n')[1]).toBe('{"level":30,"trace_id":"mine","msg":"after"}');
  });

  test('whose serializer writes no JSON gets none of ours if the name is in it', () => {
    using _recorded = recordSpans();
    const options = { base: null, timestamp: false, redact: { paths: ['raw'], censor: () => 'x' } };
    const { log, text } = memoryLogger(correlate(options));
    const child = log.child({ raw: 1 });
    const chindings = symbols.chindingsSym as unknown as keyof typeof child;
    Object.assign(child, { [chindings]: ',"trace_id":broken' });

    inSpan(() => child.info('x'));

    expect(text()).toBe('{"level":30,"trace_id":broken,"msg":"x"}\n');
  });
});

describe("the user's mixin", () => {
  test('is asked with what pino gives it, and its fields are on the line', () => {
    using _recorded = recordSpans();
    const asked: unknown[][] = [];
    const { log, lines } = memoryLogger(
      correlate({ mixin: (...all: unknown[]) => (asked.push(all), { tenant: 't' }) }),
    );
    const merge = { order: 7 };

    const fields = inSpan(() => log.warn(merge, 'x'));

    expect(lines()).toMatchObject([{ ...fields, tenant: 't', order: 7 }]);
    expect(asked).toEqual([[merge, 40, log]]);
    expect(asked[0]?.[0]).toBe(merge);
  });

  test('wins with a trace_id of its own', () => {
    using _recorded = recordSpans();
    const options = { base: null, timestamp: false, mixin: () => ({ trace_id: 'mine', span_id: 'too' }) };

    expect(written(correlate(options), (log) => inSpan(() => log.info('x')))).toBe(
      '{"level":30,"trace_id":"mine","span_id":"too","msg":"x"}\n',
    );
  });

  test('throws what it throws', () => {
    using _recorded = recordSpans();
    const error = new Error('mixin');
    const { log, text } = memoryLogger(
      correlate({
        mixin: () => {
          throw error;
        },
      }),
    );

    expect(() => inSpan(() => log.info('x'))).toThrow(error);
    expect(text()).toBe('');
  });

  test.each([
    ['frozen', () => Object.freeze({ app: 'a' })], // pino throws
    ['writable', () => ({ app: 'a' })], // pino merges one line into the next
  ])('that gives the same %s object each time does what it does without us', (_name, make) => {
    using _recorded = recordSpans();
    const outcome = (wrap: (options: LoggerOptions) => LoggerOptions) => {
      const object = make();
      const { log, text } = memoryLogger(wrap({ base: null, timestamp: false, mixin: () => object }));
      const thrown = thrownBy(() => {
        inSpan(() => log.info({ order: 7 }, 'x'));
        inSpan(() => log.info({ user: 1 }, 'x'));
      });
      return { object, thrown, text: text().replace(OURS, '') };
    };

    expect(outcome(correlate)).toEqual(outcome((options) => options));
  });

  test('that logs by itself disturbs no other line', () => {
    using _recorded = recordSpans();
    const inner = memoryLogger(correlate());
    const { log, lines } = memoryLogger(
      correlate({
        mixin() {
          inSpan(() => inner.log.info('inner'));
          return {};
        },
      }),
    );

    const fields = inSpan(() => log.info('outer'));
    log.info('outside');

    expect(lines()[0]).toMatchObject(fields);
    expect(lines()[1]).not.toHaveProperty('trace_id');
  });
});

describe("the user's mixinMergeStrategy", () => {
  test('is asked with the merge object and the mixin result alone', () => {
    using _recorded = recordSpans();
    const asked: unknown[] = [];
    const mixinMergeStrategy = (merge: object, mixin: object) => (
      asked.push(merge, mixin),
      { ...merge, context: mixin }
    );
    const { log, lines } = memoryLogger(correlate({ mixin: () => ({ tenant: 't' }), mixinMergeStrategy }));

    const fields = inSpan(() => log.info({ order: 7 }));

    expect(asked).toEqual([{ order: 7 }, { tenant: 't' }]);
    expect(lines()).toMatchObject([{ ...fields, order: 7, context: { tenant: 't' } }]);
  });

  test('that writes to the merge object leaves no ids on it for the next line', () => {
    using _recorded = recordSpans();
    const mixinMergeStrategy = (merge: object, mixin: object) => Object.assign(merge, mixin);
    const { log, lines } = memoryLogger(correlate({ mixin: () => ({ tenant: 't' }), mixinMergeStrategy }));
    const reused = { order: 7 };

    inSpan(() => log.info(reused));
    const second = inSpan(() => log.info(reused));

    expect(reused).toEqual({ order: 7, tenant: 't' });
    expect(lines()[1]).toMatchObject(second);
  });

  test('is not asked where pino would not ask it: without a mixin', () => {
    using _recorded = recordSpans();
    const mixinMergeStrategy = (): object => {
      throw new Error('asked');
    };
    const { log, lines } = memoryLogger(correlate({ mixinMergeStrategy }));

    const fields = inSpan(() => log.info({ order: 7 }));

    expect(lines()).toMatchObject([{ ...fields, order: 7 }]);
  });
});

describe('what is logged', () => {
  test('is only read, frozen or not', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate());
    const loose = { order: 7 };

    const fields = inSpan(() => {
      log.info(loose);
      log.info(Object.freeze({ order: 8 }));
    });

    expect(loose).toEqual({ order: 7 });
    expect(lines()).toMatchObject([
      { ...fields, order: 7 },
      { ...fields, order: 8 },
    ]);
  });

  test('may be cyclic', () => {
    using _recorded = recordSpans();
    const cyclic: Record<string, unknown> = { order: 7 };
    cyclic['self'] = cyclic;
    const { log, lines } = memoryLogger(correlate());

    const fields = inSpan(() => log.info(cyclic));

    expect(lines()).toMatchObject([{ ...fields, order: 7, self: { order: 7, self: '[Circular]' } }]);
  });

  test('may have a getter that throws where formatters.log leaves it out', () => {
    using _recorded = recordSpans();
    const formatters = { log: () => ({ safe: true }) };
    const treacherous = Object.defineProperty({}, 'bad', { enumerable: true, get: () => JSON.parse('not JSON') });
    const { log, lines } = memoryLogger(correlate({ base: null, timestamp: false, formatters }));

    inSpan(() => log.info(treacherous, 'x'));

    expect(lines()).toEqual([{ level: 30, safe: true, msg: 'x' }]);
  });

  test('throws in the call where it throws without us', () => {
    using _recorded = recordSpans();
    const treacherous = Object.defineProperty({}, 'bad', { enumerable: true, get: () => JSON.parse('not JSON') });

    expect(() => memoryLogger({}).log.info(treacherous)).toThrow(SyntaxError);
    expect(() => inSpan(() => memoryLogger(correlate()).log.info(treacherous))).toThrow(SyntaxError);
  });

  test('reaches formatters.log as the instance that it is', () => {
    using _recorded = recordSpans();
    class Order {
      readonly #id = 7;
      describe = () => ({ order: this.#id });
    }
    const formatters = { log: (line: object) => (line instanceof Order ? line.describe() : { ...line }) };
    const { log, lines } = memoryLogger(correlate({ base: null, timestamp: false, formatters }));

    inSpan(() => log.info(new Order(), 'x'));

    expect(lines()).toEqual([{ level: 30, order: 7, msg: 'x' }]);
  });
});

describe('options', () => {
  test('are only read, frozen or not', () => {
    const options = Object.freeze({
      level: 'debug',
      formatters: Object.freeze({ level: (label: string) => ({ label }) }),
    });

    expect(correlate(options)).toMatchObject({ level: 'debug' });
    expect(Object.keys(options)).toEqual(['level', 'formatters']);
  });

  test('may inherit from a frozen object', () => {
    using _recorded = recordSpans();
    const options = Object.assign(Object.create(Object.freeze({ mixin: undefined })) as LoggerOptions, { name: 'app' });
    const { log, lines } = memoryLogger(correlate(options));

    const fields = inSpan(() => log.info('x'));

    expect(lines()).toMatchObject([{ ...fields, name: 'app' }]);
  });

  test('correlated twice are correlated once', () => {
    const once = correlate({ mixin: () => ({}) });

    expect(correlate(once)).toBe(once);
  });

  test('that replace the mixin of correlated ones can be correlated again, without a repeated key', () => {
    using _recorded = recordSpans();
    const again = correlate({ ...correlate({ base: null, timestamp: false }), mixin: () => ({ tenant: 't' }) });

    const text = written(again, (log) => inSpan(() => log.info('x')));

    expect(text.match(/"trace_id"/g)).toHaveLength(1);
    expect(JSON.parse(text)).toMatchObject({ tenant: 't' });
  });

  test('of a wrong type fail as they fail without us', () => {
    const wrong = { mixin: 'text' } as unknown as LoggerOptions;

    expect(() => pino(correlate(wrong))).toThrow('Unknown mixin type "string" - expected "function"');
  });

  test('keep their type: custom levels are methods of the logger', () => {
    const { log, lines } = memoryLogger(correlate({ customLevels: { notice: 35 }, mixin: () => ({}) }));

    log.notice('x');

    expect(lines()).toMatchObject([{ level: 35, msg: 'x' }]);
  });

  test.each<[string, LoggerOptions, object]>([
    ['a level formatter', { formatters: { level: (label) => ({ severity: label }) } }, { severity: 'info', order: 7 }],
    ['a message key', { messageKey: 'message' }, { level: 30, order: 7, message: 'x' }],
    ['redaction', { redact: ['order'] }, { level: 30, order: '[Redacted]' }],
    ['a serializer', { serializers: { order: String } }, { level: 30, order: '7' }],
    ['base null', { base: null }, { level: 30, order: 7 }],
    ['a base', { base: { app: 'a' } }, { level: 30, app: 'a', order: 7 }],
  ])('with %s work as before, with the fields beside', (_name, options, expected) => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate(options));

    const fields = inSpan(() => log.info({ order: 7 }, 'x'));

    expect(lines()).toMatchObject([{ ...expected, ...fields }]);
  });

  test('with redaction of a trace field redact it', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate({ redact: ['trace_id'] }));

    inSpan(() => log.info('x'));

    expect(lines()).toMatchObject([{ trace_id: '[Redacted]' }]);
  });

  test('with a nestedKey have the fields beside it, where backends look for them', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate({ base: null, timestamp: false, nestedKey: 'payload' }));

    const fields = inSpan(() => log.info({ order: 7 }, 'x'));

    expect(lines()).toEqual([{ level: 30, ...fields, payload: { order: 7 }, msg: 'x' }]);
  });
});

test('whatever is logged, a line is the one without us, with our three fields if it has none of its own', () => {
  using _recorded = recordSpans();
  const name = constantFrom('a', 'b', 'trace_id', 'span_id', 'trace_flags', '__proto__', 'msg');
  const value = oneof(jsonValue({ maxDepth: 2 }), constant(undefined));
  const fields = dictionary(name, value, { maxKeys: 3, noNullPrototype: true });
  const own = /"(?:trace_id|span_id|trace_flags)":/;

  assert(
    property(fields, option(fields), fields, (bindings, mixed, merge) => {
      const options: LoggerOptions = { base: null, timestamp: false, ...(mixed && { mixin: () => ({ ...mixed }) }) };
      const act = (log: Logger) => inSpan(() => log.child(bindings).info(merge, 'x'));

      const plain = written(options, act);
      const correlated = written(correlate(options), act);

      expect(correlated.replace(OURS, '')).toBe(plain);
      expect(correlated.match(OURS)?.length ?? 0).toBe(own.test(plain) ? 0 : 3);
    }),
  );
});

test('a CommonJS application correlates with require()', () => {
  using _recorded = recordSpans();
  const require = createRequire(import.meta.url);
  const fromCommonJs = require('@clew/logs/pino') as typeof LogsPino;
  const requiredPino = require('pino') as typeof pino;
  const stream = memoryStream();

  const fields = inSpan(() => requiredPino(fromCommonJs.correlate(), stream.stream).info('x'));

  expect(JSON.parse(stream.text())).toMatchObject(fields);
});

test('two copies of this module correlate once', async () => {
  const copy = (await import(`${new URL('../dist/pino.js', import.meta.url).href}?copy`)) as typeof LogsPino;

  const once = correlate();

  expect(copy.correlate).not.toBe(correlate);
  expect(copy.correlate(once)).toBe(once);
});

describe('fields', () => {
  test('have the names that are asked for', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate({ base: null, timestamp: false }, { keys: 'camel' }));

    const { trace_id, span_id } = inSpan(() => log.info('x'));

    expect(lines()).toEqual([{ level: 30, traceId: trace_id, spanId: span_id, traceFlags: '01', msg: 'x' }]);
  });

  test('may hold any text', () => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate({}, { localRoot: ['http.route'] }));

    trace
      .getTracer('test')
      .startActiveSpan('GET "/\n"', { attributes: { 'http.route': ['a"b', '\u2028'] } }, () => log.info('x'));

    expect(lines()).toMatchObject([{ local_root: 'GET "/\n"', 'http.route': ['a"b', '\u2028'] }]);
  });

  test.each<[string, (log: Logger) => void]>([
    ['the call', (log) => log.info({ 'http.route': 'mine' }, 'x')],
    ['the bindings', (log) => log.child({ 'http.route': 'mine' }).info('x')],
  ])('that %s has already stay the one there is, beside our ids', (_name, act) => {
    using _recorded = recordSpans();
    const { log, text, lines } = memoryLogger(correlate({}, { localRoot: ['http.route'] }));

    trace.getTracer('test').startActiveSpan('GET', { attributes: { 'http.route': 'ours' } }, () => act(log));

    expect(lines()).toMatchObject([{ 'http.route': 'mine', local_root: 'GET', trace_flags: '01' }]);
    expect(text().match(/"http.route"/g)).toHaveLength(1);
  });

  test.each<[string, LoggerOptions, object]>([
    ['a serializer', { serializers: { trace_flags: (flags: string) => `0x${flags}` } }, { trace_flags: '0x01' }],
    ['redaction by wildcard', { redact: ['*'] }, { trace_flags: '[Redacted]' }],
    ['formatters.log', { formatters: { log: (line) => ({ keys: Object.keys(line) }) } }, { keys: ['order', ...NAMES] }],
  ])('are seen by %s of the user', (_name, options, expected) => {
    using _recorded = recordSpans();
    const { log, lines } = memoryLogger(correlate(options));

    inSpan(() => log.info({ order: 7 }, 'x'));

    expect(lines()).toMatchObject([expected]);
  });

  test('of a mistaken kind are refused where the logger is made', () => {
    expect(() => correlate({}, { keys: 'gcp' })).toThrow(FieldOptionsError);
  });
});

test('the first line is as all others, and a child made before it too', () => {
  using _recorded = recordSpans();
  const { log, text } = memoryLogger(correlate({ base: null, timestamp: false, mixin: () => ({ tenant: 't' }) }));
  const child = log.child({});

  inSpan(() => {
    child.info({ order: 7 }, 'x');
    child.info({ order: 7 }, 'x');
    log.info({ order: 7 }, 'x');
  });

  const [first, ...others] = text().trimEnd().split('\n');
  expect(others).toEqual([first, first]);
});

test('where pino does not tell the mixin its logger, as before 8.14, the fields are mixed in', () => {
  using _recorded = recordSpans();
  const { mixin, mixinMergeStrategy } = correlate();
  const mix = mixin as (mergeObject: object, level: number) => object;
  let line = {};

  const fields = inSpan(() => (line = mixinMergeStrategy!({ order: 7 }, mix({ order: 7 }, 30))));

  expect(line).toEqual({ order: 7, ...fields });
});

test('a message of 10 MB is written whole', () => {
  using _recorded = recordSpans();
  const { log, lines } = memoryLogger(correlate());
  const message = 'm'.repeat(10_000_000);

  const fields = inSpan(() => log.info(message));

  expect(lines()).toMatchObject([{ ...fields, msg: message }]);
});

function thrownBy(work: () => void): unknown {
  try {
    work();
    return undefined;
  } catch (error) {
    return error;
  }
}

function memoryLogger<CustomLevels extends string = never>(options: LoggerOptions<CustomLevels>) {
  const { stream, text } = memoryStream();
  const lines = () =>
    text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log: pino(options, stream), text, lines };
}

function written(options: LoggerOptions, act: (log: Logger) => void): string {
  const { log, text } = memoryLogger(options);
  act(log);
  return text();
}
