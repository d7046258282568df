import { expect, test } from 'vitest';

import { runScript } from '../../test/run-script.ts';

const LOGGERS: readonly (readonly [name: string, className: string, make: string])[] = [
  ['pino', 'PinoInstrumentation', `require('pino')({ base: null })`],
  ['bunyan', 'BunyanInstrumentation', `require('bunyan').createLogger({ name: 'a' })`],
  [
    'winston',
    'WinstonInstrumentation',
    `((w) => w.createLogger({ transports: [new w.transports.Console()] }))(require('winston'))`,
  ],
];

/** Runs a script in a span, in which `own` is the instrumentation and `emitted` has the bodies of log records. */
async function run([name, className, make]: readonly [name: string, className: string, make: string], work: string) {
  const source = `
    const { recordSpans } = require('@clew/testing');
    const { trace } = require('@opentelemetry/api');
    const recorded = recordSpans();
    const { ${className}: Own } = require('@clew/instrumentations/${name}');
    const own = new Own();
    const emitted = [];
    own.setLoggerProvider({ getLogger: () => ({ enabled: () => true, emit: ({ body }) => emitted.push(body) }) });
    const make = () => ${make};
    trace.getTracer('t').startActiveSpan('work', (span) => { ${work} span.end(); });
    console.log(JSON.stringify({ emitted }));`;
  const { stdout, stderr } = await runScript({ type: 'commonjs', source });
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const emitted = lines.find((line) => 'emitted' in line)?.['emitted']; // pino's lines may come after it
  const correlated = lines.filter((line) => 'trace_id' in line).map((line) => line['msg'] ?? line['message']);
  return { stderr, emitted, correlated };
}

test.each(LOGGERS)('a logger of %s follows disable() and enable()', async (...logger) => {
  const work = `
    const log = make();
    log.info('on');
    own.disable();
    const late = make();
    log.info('off'); late.info('late off');
    own.enable();
    log.info('on again'); late.info('late on');`;

  const expected = ['on', 'on again', 'late on'];
  const { correlated, ...seen } = await run(logger, work);
  expect(seen).toEqual({ stderr: '', emitted: expected });
  expect(new Set(correlated)).toEqual(new Set(expected)); // each logger has a stream of its own
  expect(correlated).toHaveLength(expected.length);
});

test.each(LOGGERS)('a logger of %s follows setConfig()', async (...logger) => {
  const work = `
    const log = make();
    log.info('1');
    own.setConfig({ disableLogSending: true });
    log.info('2');
    own.setConfig({ disableLogCorrelation: true });
    log.info('3');`;

  expect(await run(logger, work)).toEqual({ stderr: '', emitted: ['1', '3'], correlated: ['1', '2'] });
});

test.each(LOGGERS)('a logger of %s marks spans as its options say at the time', async (...logger) => {
  const work = `
    const log = make();
    log.error(new Error('one'));
    own.setConfig({ exceptions: false });
    log.error(new Error('two'));
    const told = span.events.map(({ name, attributes }) => attributes['exception.message']);
    if (told.join() !== 'one') console.error(told);`;

  expect((await run(logger, work)).stderr).toBe('');
});
