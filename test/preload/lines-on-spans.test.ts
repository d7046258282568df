import { describe, expect, test } from 'vitest';

import { runLogger } from '../support/run-logger.ts';

const LOGGERS = {
  pino: { imports: { pino: 'pino' }, before: `const log = pino();` },
  winston: {
    imports: { winston: 'winston' },
    before: `const log = winston.createLogger({ transports: [new winston.transports.Console()] });`,
  },
  bunyan: { imports: { bunyan: 'bunyan' }, before: `const log = bunyan.createLogger({ name: 'shop' });` },
  console: { imports: {}, before: `const log = console;` },
} as const;

const CASES = (['module', 'commonjs'] as const).flatMap((type) =>
  (Object.keys(LOGGERS) as (keyof typeof LOGGERS)[]).map((name) => [name, type] as const),
);

describe('an error that is logged', () => {
  test.each(CASES)(
    'with %s is an exception of the active span, whose status stays as it is (%s)',
    async (name, type) => {
      const { spans, stderr, code } = await runLogger({
        type,
        ...LOGGERS[name],
        work: `log.error(new TypeError('broken')); log.warn(new Error('only a warning'));`,
      });

      expect(code).toBe(0);
      if (name !== 'console') expect(stderr).toBe('');
      expect(spans[0]?.status.code).toBe(0);
      expect(spans[0]?.events.map(({ name: event, attributes }) => [event, { ...attributes }])).toEqual([
        [
          'exception',
          {
            'exception.type': 'TypeError',
            'exception.message': 'broken',
            'exception.stacktrace': expect.stringContaining('TypeError: broken\n') as string,
          },
        ],
      ]);
    },
  );

  test.each(Object.keys(LOGGERS) as (keyof typeof LOGGERS)[])(
    'with %s, and recorded by the application as well, is there once',
    async (name) => {
      const work = `
        const error = new TypeError('broken');
        span.recordException(error);
        log.error(error);
        log.error(error);`;

      const { spans } = await runLogger({ type: 'module', ...LOGGERS[name], work });

      expect(spans[0]?.events).toHaveLength(1);
    },
  );

  test('leaves no mark when that is switched off', async () => {
    const work = `log.error(new TypeError('broken'));`;

    const { spans } = await runLogger({
      type: 'module',
      ...LOGGERS.pino,
      work,
      env: { CLEW_LOGS_EXCEPTIONS: 'false' },
    });

    expect(spans[0]?.events).toEqual([]);
  });
});

test.each(CASES)(
  'with logs.events, lines of %s from warn on are events of the active span (%s)',
  async (name, type) => {
    const work = `log.info('fine'); log.warn('slow'); log.error('failed');`;

    const { spans } = await runLogger({ type, ...LOGGERS[name], work, env: { CLEW_LOGS_EVENTS: 'true' } });

    expect(spans[0]?.events).toMatchObject([
      { name: 'log', attributes: { 'log.severity': 'warn', 'log.message': 'slow' } },
      { name: 'log', attributes: { 'log.severity': 'error', 'log.message': 'failed' } },
    ]);
  },
);

test('an event has the fields of its line that an event can have', async () => {
  const work = `log.warn({ order: 7, card: '4111', customer: { tier: 'gold' } }, 'slow');`;
  const before = `const log = pino({ redact: ['card'] });`;

  const { spans } = await runLogger({
    type: 'module',
    imports: { pino: 'pino' },
    before,
    work,
    env: { CLEW_LOGS_EVENTS: 'true' },
  });

  expect({ ...spans[0]?.events[0]?.attributes }).toEqual({
    order: 7,
    card: '[Redacted]',
    'log.severity': 'warn',
    'log.message': 'slow',
  });
});
