import { runApp } from '@clew/testing';
import { expect, test } from 'vitest';

import { fixture } from '../support/fixture.ts';

const LATE = `module.exports = {
  now(span) { span.setAttribute('http.route', '/shop/:id'); span.setStatus({ code: 2 }); span.end(); },
  later(span) { return new Promise((done) => setTimeout(() => { module.exports.now(span); done(); }, 5)); },
  call(use) { use(); },
};`;

/** Runs a program that has an ended span of the name `work`, and a package that calls it. */
async function run(work: string, env: NodeJS.ProcessEnv = {}) {
  using folder = fixture({
    'package.json': '{ "name": "plain" }',
    'vendor/node_modules/late/index.cjs': LATE,
    'app.mjs': `
      import { createRequire } from 'node:module';
      import { trace } from '@opentelemetry/api';
      const late = createRequire(import.meta.url)('./vendor/node_modules/late/index.cjs');
      const span = trace.getTracer('shop').startSpan('work');
      span.end();
      ${work}`,
  });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env });
  await app.exited;
  return app.stderr;
}

test.each(['late.now(span);', 'await late.later(span);', 'setTimeout(late.now, 5, span);'])(
  'what a package calls on a span after its end is not said: %s',
  async (work) => {
    expect(await run(work)).toBe('');
  },
);

test.each([
  'span.end();',
  'late.call(() => span.end());',
  'setTimeout(() => span.end(), 5);',
  'await Promise.resolve(); span.end();',
  'queueMicrotask(() => [1].forEach(() => span.end()));',
])('what the application calls is said: %s', async (work) => {
  expect(await run(work)).toContain('end() called on span "work" after its end; ignored');
});

test('what the application calls is said after a package has done the same', async () => {
  const stderr = await run('late.now(span); span.setStatus({ code: 2 });');

  expect(stderr.trim().split('\n')).toEqual(['clew: setStatus() called on span "work" after its end; ignored']);
});

test('who debugs sees the calls of packages too', async () => {
  const stderr = await run('late.now(span);', { OTEL_LOG_LEVEL: 'debug' });

  expect(stderr).toContain('setAttribute() called on span "work" after its end');
});

test.each(['pino()', 'require("bunyan").createLogger({ name: "shop" })', 'console'])(
  'an error that %s writes after the end of the request is not held against the application',
  async (logger) => {
    const stderr = await run(`
      import pino from 'pino';
      const require = createRequire(import.meta.url);
      import { context } from '@opentelemetry/api';
      context.with(trace.setSpan(context.active(), span), () => ${logger}.error(new Error('background job failed')));`);

    expect(stderr).not.toContain('clew:');
  },
);

test('two thousand logged errors leave room for the events of the application', async () => {
  const stderr = await run(`
    import pino from 'pino';
    const log = pino({ level: 'error' }, { write() {} });
    trace.getTracer('shop').startActiveSpan('busy', (busy) => {
      busy.addEvent('first');
      for (let i = 0; i < 2000; i += 1) log.error(new Error('failed ' + i));
      busy.addEvent('last');
      if (busy.events[0].name !== 'first' || busy.events.at(-1).name !== 'last') console.error('pushed out');
      busy.end();
    });`);

  expect(stderr).toBe('');
});
