import { PassThrough, Writable } from 'node:stream';

import { SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import { recordSpans } from '@clew/testing';
import { pino, type Logger } from 'pino';
import { beforeAll, describe, expect, test } from 'vitest';
import winston from 'winston';

import { holdLines } from './hold-lines.ts';
import { judgeByErrors, type Judge } from './judge-by-errors.ts';

let judge: Judge;

beforeAll(() => {
  judge = judgeByErrors();
});

describe('a debug line of pino', () => {
  test('comes out before the error that is logged in its trace, and says that it was held', () => {
    using _recorded = recordSpans();
    const { log, lines } = heldLogger();

    inTrace(() => {
      log.debug({ order: 7 }, 'before');
      log.info('at once');
      log.error('failed');
      log.debug('after');
    });

    expect(lines()).toEqual([
      { level: 30, msg: 'at once' },
      { level: 20, order: 7, msg: 'before', held: true },
      { level: 50, msg: 'failed' },
      { level: 20, msg: 'after' },
    ]);
  });

  test('comes out when a span of its trace ends with an error, or with an exception', () => {
    using _recorded = recordSpans();
    const { log, lines } = heldLogger();

    inTrace((span) => {
      log.debug('status');
      span.setStatus({ code: SpanStatusCode.ERROR });
    });
    inTrace((span) => {
      log.debug('exception');
      span.recordException(new Error('x'));
    });

    expect(lines()).toMatchObject([{ msg: 'status' }, { msg: 'exception' }]);
  });

  test('is gone when its trace ends well', () => {
    using _recorded = recordSpans();
    const { log, lines } = heldLogger();

    inTrace(() => log.debug('never seen'));

    expect(lines()).toEqual([]);
  });

  test('outside of a trace is written at once', () => {
    using _recorded = recordSpans();
    const { log, lines } = heldLogger();

    log.debug('outside');

    expect(lines()).toEqual([{ level: 20, msg: 'outside' }]);
  });

  test('waits for the local root, not for the span it is written in', () => {
    using _recorded = recordSpans();
    const { log, lines } = heldLogger();

    inTrace((root) => {
      inTrace(() => log.debug('in a child'));
      root.setStatus({ code: SpanStatusCode.ERROR });
    });

    expect(lines()).toMatchObject([{ msg: 'in a child' }]);
  });
});

test('the level up to which lines are held is an option', () => {
  using _recorded = recordSpans();
  const { log, lines } = heldLogger({ level: 'info' });

  inTrace(() => {
    log.info('held');
    log.warn('at once');
  });

  expect(lines()).toMatchObject([{ msg: 'at once' }]);
});

test('two destinations that hold the same line write it once, marked once', () => {
  using _recorded = recordSpans();
  const { destination, text } = memory();
  const log = pino({ level: 'debug' }, holdLines(holdLines(destination)));

  inTrace(() => {
    log.debug('twice held');
    log.error('now');
  });

  expect(text().match(/"twice held".*?"held":true\}\n/g)).toHaveLength(1);
  expect(text().match(/held":true/g)).toHaveLength(1);
});

test("a stream of winston's is a stream still", () => {
  using _recorded = recordSpans();
  const { destination, text } = memory();
  const stream = holdLines(destination);
  const log = winston.createLogger({ level: 'debug', transports: [new winston.transports.Stream({ stream })] });

  inTrace(() => {
    log.debug('held');
    log.error('now');
  });

  expect(text()).toBe('{"level":"debug","message":"held","held":true}\n{"level":"error","message":"now"}\n');
});

test("winston's levels between debug and info are held as debug lines are, and one above error keeps the trace", () => {
  using _recorded = recordSpans();
  const { destination, text } = memory();
  const { levels } = winston.config.syslog;
  const log = winston.createLogger({
    levels: { ...levels, http: 8, verbose: 9 },
    level: 'verbose',
    transports: [new winston.transports.Stream({ stream: holdLines(destination) })],
  });

  inTrace(() => log.log('http', 'gone'));
  inTrace(() => {
    log.log('http', 'request');
    log.log('verbose', 'detail');
    log.crit('down');
  });

  const messages = text()
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { message: string }).message);
  expect(messages).toEqual(['request', 'detail', 'down']);
});

test('a destination with private fields keeps them, and answers for itself', () => {
  class Secretive extends PassThrough {
    #flushes = 0;
    flushSync() {
      this.#flushes += 1;
    }
    get flushes() {
      return this.#flushes;
    }
  }
  const destination = new Secretive();
  const held = holdLines(destination);

  held.flushSync();

  expect(held.flushes).toBe(1);
  expect(held.flushSync).toBe(held.flushSync);
  expect(held).toBeInstanceOf(Secretive);
});

test('what a destination throws is thrown at the line it was written for, and not at the end of a span', () => {
  using _recorded = recordSpans();
  const destination = {
    write(): never {
      throw new Error('disk full');
    },
  };
  const log = pino({ level: 'debug' }, holdLines(destination));

  expect(() => log.info('x')).toThrow('disk full');
  inTrace((span) => {
    log.debug('held');
    span.setStatus({ code: SpanStatusCode.ERROR });
  });
});

test('what is no line of JSON is written at once', () => {
  using _recorded = recordSpans();
  const { destination, text } = memory();
  const held = holdLines(destination);

  inTrace(() => {
    held.write('plain\n');
    held.write(Buffer.from('{"level":20}\n'));
  });

  expect(text()).toBe('plain\n{"level":20}\n');
});

function heldLogger(options?: Parameters<typeof holdLines>[1]): { log: Logger; lines(): unknown[] } {
  const { destination, text } = memory();
  const log = pino({ level: 'debug', base: null, timestamp: false }, holdLines(destination, options));
  const lines = () =>
    text()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as unknown);
  return { log, lines };
}

function memory(): { destination: Writable; text(): string } {
  let text = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { destination, text: () => text };
}

/** Runs work in a span whose start and end the judge sees; the first one is the local root. */
function inTrace(work: (span: Span) => void): void {
  trace.getTracer('test').startActiveSpan('work', (span) => {
    const judged = span as unknown as Parameters<Judge['onStart']>[0];
    judge.onStart(judged);
    work(span);
    span.end();
    judge.onEnd(judged);
  });
}

test.each([
  [{ level: 'verbose' }, 'level is "verbose", expected trace, debug or info'],
  [{ level: 'none' }, 'level is "none"'],
  [{ level: 'toString' }, 'level is "toString"'],
  [{ level: 20 }, 'level is number'],
  [{ level: null }, 'level is object'],
  [{ levelKey: 7 }, 'levelKey is number, expected a string'],
])('mistaken options fail where they are given: %j', (options, message) => {
  expect(() => holdLines(new PassThrough(), options as never)).toThrow(message);
});

test.each([undefined, null, 'stdout', {}, { write: 1 }])(
  'what cannot be written to is no destination: %j',
  (destination) => {
    expect(() => holdLines(destination as never)).toThrow('holdLines: the destination has no write()');
  },
);
