import { expect, test } from 'vitest';

import { runScript } from '../../test/run-script.ts';

const LOADS = [
  ['module', `import pino, { pino as named } from 'pino'; import { trace } from '@opentelemetry/api';`],
  [
    'commonjs',
    `const pino = require('pino'); const named = pino.pino; const { trace } = require('@opentelemetry/api');`,
  ],
] as const;

test.each(LOADS)('every logger writes the ids of the active span, however it is made (%s)', async (type, load) => {
  const loggers = [
    `pino()`,
    `pino({ level: 'debug' })`,
    `pino(pino.destination(1))`,
    `pino(process.stdout)`,
    `pino({ name: 'app' }, process.stdout)`,
    `pino({ transport: { target: 'pino/file', options: { destination: 1 } } })`,
    `named({ mixin: () => ({ tenant: 't' }) })`,
    `pino.default().child({ request: 1 })`,
    `new pino()`,
  ];

  const lines = await logLines(type, load, loggers.map((logger) => `${logger}.info('x');`).join('\n'));

  expect(lines).toHaveLength(loggers.length);
  for (const line of lines) expect(line).toMatchObject({ ...IDS, msg: 'x' });
  expect(lines).toContainEqual(expect.objectContaining({ tenant: 't' }));
});

test.each(LOADS)('outside a span a line has no ids (%s)', async (type, load) => {
  const { stdout } = await runScript({ type, source: `${load} pino().info('x')`, instrumentations: 'pino' });

  expect(JSON.parse(stdout)).not.toHaveProperty('trace_id');
});

test.each(LOADS)('pino looks as it looks without us (%s)', async (type, load) => {
  const source = `${load}
    console.log(
      pino.name, pino.length, typeof pino, Object.keys(pino), pino === named, pino.default === pino,
      pino.pino === pino, pino.symbols === named.symbols, pino().version, String(pino) === String(named),
    );
    try { pino({ mixin: 'text' }) } catch (error) { console.log(error.message) }`;

  const plain = await runScript({ type, source });
  const patched = await runScript({ type, source, instrumentations: 'pino' });

  expect(plain.stdout).toContain('Unknown mixin type');
  expect(patched.stdout).toBe(plain.stdout);
});

test('a logger that the application correlated itself has no key twice', async () => {
  const load = `${LOADS[0][1]} import { correlate } from '@clew/logs/pino';`;

  const { stdout } = await inSpan('module', load, `pino(correlate({ base: null, timestamp: false })).info('x');`);

  expect(stdout.match(/trace_id/g)).toHaveLength(1);
});

test('both module systems get the same function and correlate once', async () => {
  const load = `${LOADS[0][1]} import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`;

  const { stdout } = await inSpan('module', load, `console.log(require('pino') === pino); pino().info('x');`);

  expect(stdout).toContain('true\n');
  expect(stdout.match(/trace_id/g)).toHaveLength(1);
});

test.each([
  ['module', `import fastify from 'fastify';`],
  ['commonjs', `const fastify = require('fastify');`],
] as const)('the logger that Fastify makes writes the ids of each request (%s)', async (type, load) => {
  const source = `${load}
    const app = fastify({ logger: true });
    app.get('/', (request) => { request.log.info('handled'); return {}; });
    app.listen({ port: 0, host: '127.0.0.1' }).then(async (address) => { await fetch(address); await app.close(); });`;

  const run = await runScript({ type, source, instrumentations: 'pino' });

  const handled = run.stdout.split('\n').find((line) => line.includes('"handled"'));
  expect(JSON.parse(handled ?? '')).toMatchObject({ ...IDS, msg: 'handled' });
});

test('a logger made while the instrumentation is disabled is not correlated', async () => {
  const source = `import { trace } from '@opentelemetry/api';
    import { PinoInstrumentation } from '@clew/instrumentations/pino';
    const instrumentation = new PinoInstrumentation();
    const { pino } = await import('pino');
    const before = pino();
    trace.getTracer('test').startActiveSpan('work', () => {
      before.info('before');
      instrumentation.disable();
      pino().info('after');
    });`;

  const { stdout } = await runScript({ type: 'module', source, instrumentations: 'fastify' });

  const lines = Object.fromEntries(parseLines(stdout).map((line) => [line['msg'], line]));
  expect(lines['before']).toMatchObject(IDS);
  expect(lines['after']).toMatchObject({ msg: 'after' });
  expect(lines['after']).not.toHaveProperty('trace_id');
});

const IDS = {
  trace_id: expect.stringMatching(/^[\da-f]{32}$/) as string,
  span_id: expect.stringMatching(/^[\da-f]{16}$/) as string,
  trace_flags: '01',
};

async function inSpan(type: 'module' | 'commonjs', load: string, work: string) {
  const source = `${load} trace.getTracer('test').startActiveSpan('work', (span) => { ${work} span.end(); });`;
  const run = await runScript({ type, source, instrumentations: 'pino' });
  expect([run.code, run.stderr, run.tree]).toEqual([0, '', 'work']);
  return run;
}

async function logLines(type: 'module' | 'commonjs', load: string, work: string) {
  const { stdout } = await inSpan(type, load, work);
  return parseLines(stdout);
}

function parseLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
