import { readFileSync } from 'node:fs';

import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';
import { runLogger } from '../support/run-logger.ts';
import { ROOT } from '../support/workspace.ts';

const HOLD = { CLEW_LOGS_HOLD: 'debug' };
const EXPORT = { ...HOLD, OTEL_LOGS_EXPORTER: 'otlp' };
const BARE = `{ level: 'debug', base: null, timestamp: false }`;
const PINO = { type: 'module', imports: { pino: 'pino' }, before: `const log = pino(${BARE});` } as const;

test.each(['module', 'commonjs'] as const)(
  'debug lines of a trace are written when an error happens in it, and not without one (%s)',
  async (type) => {
    const work = `
      log.debug('good');
      trace.getTracer('shop').startActiveSpan('refund', { root: true }, (refund) => {
        log.debug({ order: 7 }, 'bad');
        log.info('at once');
        refund.setStatus({ code: 2 });
        refund.end();
        log.debug('after the end');
      });`;

    const { lines, records, stderr } = await runLogger({ ...PINO, type, work, env: EXPORT });

    expect(stderr).toBe('');
    expect(lines).toMatchObject([
      { level: 30, msg: 'at once' },
      { level: 20, order: 7, msg: 'bad', held: true },
      { level: 20, msg: 'after the end' },
    ]);
    expect(records.map(({ body, attributes }) => [body, attributes['clew.held']])).toEqual([
      ['at once', undefined],
      ['bad', true],
      ['after the end', undefined],
    ]);
  },
);

test.each([
  ['pino', `log.error('failed');`],
  ['winston', `winston.createLogger({ transports: [new winston.transports.Console()] }).error('failed');`],
  ['bunyan', `bunyan.createLogger({ name: 'shop' }).error('failed');`],
  ['console', `console.error('failed');`],
])('an error line of %s brings out the debug lines of its trace', async (_name, work) => {
  const imports = { pino: 'pino', winston: 'winston', bunyan: 'bunyan' };

  const { lines } = await runLogger({ ...PINO, imports, work: `log.debug('held'); ${work}`, env: HOLD });

  expect(lines).toContainEqual(expect.objectContaining({ msg: 'held', held: true }));
});

test.each([
  ['naturally, with an open span', `return;`, { code: 0, signal: null }],
  ['by process.exit()', `process.exit(3);`, { code: 3, signal: null }],
  ['by an error that nobody catches', `throw new Error('crash');`, { code: 1, signal: null }],
  ['by a rejection that nobody handles', `return void Promise.reject(new Error('crash'));`, { code: 1, signal: null }],
  [
    'by a signal',
    `return void setTimeout(() => process.kill(process.pid, 'SIGTERM'), 1), setInterval(() => {}, 1e6);`,
    { code: null, signal: 'SIGTERM' },
  ],
])('when the process ends %s, what is held is written', async (_name, end, exit) => {
  const before = `
    const log = pino(${BARE}, pino.destination({ sync: false, minLength: 4096 }));
    const remote = pino({ ...${BARE}, transport: { target: 'pino/file', options: { destination: 1 } } });
    trace.getTracer('shop').startActiveSpan('good', (span) => { log.debug('discarded'); span.end(); });`;
  const work = `log.debug('buffered'); remote.debug('through a transport'); ${end}`;

  const { code, signal, lines, records } = await runLogger({ ...PINO, before, work, env: EXPORT });

  expect({ code, signal }).toEqual(exit);
  expect(lines.map(({ msg, held }) => `${String(msg)}: ${String(held)}`).toSorted()).toEqual([
    'buffered: true',
    'through a transport: true',
  ]);
  expect(records.map(({ body }) => body)).toEqual(['buffered', 'through a transport']);
});

test('a line that the application holds by itself is written and marked once', async () => {
  const imports = { pino: 'pino', '{ holdLines }': '@clew/logs/hold' };
  const before = `const log = pino(${BARE}, holdLines(pino.destination(1)));`;

  const { stdout } = await runLogger({ ...PINO, imports, before, work: `log.debug('x'); log.error('y');`, env: HOLD });

  expect(stdout.match(/"msg":"x"/g)).toHaveLength(1);
  expect(stdout.match(/"held":true/g)).toHaveLength(1);
});

test('a wrapper of the application alone writes everything at once: nobody judges', async () => {
  const imports = { pino: 'pino', '{ holdLines }': '@clew/logs/hold' };
  const before = `const log = pino(${BARE}, holdLines(pino.destination(1)));`;

  const { lines } = await runLogger({ ...PINO, imports, before, work: `log.debug('x');` });

  expect(lines).toMatchObject([{ msg: 'x' }]);
  expect(lines[0]).not.toHaveProperty('held');
});

test('more than may wait is dropped, oldest first, and told', async () => {
  const work = `
    for (let n = 0; n < 2000; n += 1) log.debug({ n }, 'x'.repeat(100));
    span.setStatus({ code: 2 });`;

  const { lines, stderr } = await runLogger({ ...PINO, work, env: HOLD });

  expect(lines.at(-1)).toMatchObject({ n: 1999, held: true });
  expect(lines.length).toBeLessThan(500);
  expect(lines.map(({ n }) => n)).toEqual(Array.from(lines, (_, index) => 2000 - lines.length + index));
  expect(stderr).toMatch(/^clew: 1 held log line was dropped before the verdict on their trace/);
});

test('a line that is too large to wait is written at once', async () => {
  const { lines } = await runLogger({ ...PINO, work: `log.debug('x'.repeat(10 * 1024 * 1024));`, env: HOLD });

  expect(lines).toHaveLength(1);
});

test('a stream that asks for the level of a line is told that of the held one', async () => {
  const before = `const log = pino(${BARE}, pino.multistream([
    { level: 'debug', stream: process.stdout },
    { level: 'error', stream: { write: (line) => process.stderr.write(line) } },
  ]));`;

  const { lines, stderr } = await runLogger({
    ...PINO,
    before,
    work: `log.debug('low'); log.error('high');`,
    env: HOLD,
  });

  expect(lines.map(({ msg }) => msg)).toEqual(['low', 'high']);
  expect(stderr.split('\n').filter(Boolean)).toHaveLength(1);
});

test('the program in the README prints what the README says', async () => {
  const readme = readFileSync(`${ROOT}packages/logs/README.md`, 'utf8');
  const [, program = '', output = ''] =
    /## Held logs.*?```js\n(.*?)```\n.*?prints\n\n```\n(.*?)```/s.exec(readme) ?? [];
  using folder = fixture({ 'package.json': '{ "type": "module" }', 'app.js': program });

  await using app = await runApp({ args: ['app.js'], cwd: folder.path, env: HOLD });
  await app.exited;

  const withoutIds = (text: string) => text.replaceAll(/"[\da-f]{16,32}"/g, '"id"');
  expect(program).toContain('pino(');
  expect(withoutIds(app.stdout)).toBe(withoutIds(output));
});

test('status() counts what was held', async () => {
  const imports = { pino: 'pino', '{ start }': '@clew/sdk' };
  const before = `${PINO.before}
    trace.getTracer('shop').startActiveSpan('good', (span) => { log.debug('discarded'); span.end(); });`;
  const work = `log.debug('released'); log.error('x'); console.log(JSON.stringify(start().status().heldLogs));`;

  const { stdout } = await runLogger({ ...PINO, imports, before, work, env: HOLD });

  expect(stdout).toContain('{"waiting":0,"waitingBytes":0,"released":1,"discarded":1,"lost":0}\n');
});
