import { describe, expect, test } from 'vitest';

import { runScript, type ScriptRun } from '../../test/run-script.ts';

const HANDLERS = {
  'a handler that throws': `throw error;`,
  'a handler that rejects': `return Promise.reject(error);`,
  'a handler that rejects later': `return new Promise((resolve) => setImmediate(resolve)).then(() => { throw error; });`,
  'a timer that throws': `setTimeout(() => { throw error; }, 1);`,
  'a listener that throws': `request.on('end', () => { throw error; }).resume();`,
  'a listener of the end of all that throws': `response.on('close', () => { throw error; }).end();`,
};

/** Made in the handler: its stack does not tell how the process was started. */
const ERROR = `Object.assign(new RangeError('of the handler', { cause: new Error('cause') }), { code: 'E_OWN' })`;

describe.each(Object.entries(HANDLERS))('%s', (_what, handler) => {
  test('ends a process as without us, and is on the span, which ends', async () => {
    const [bare, traced] = await runBoth(handler);

    expect(told(traced)).toEqual(told(bare));
    expect(bare.code).toBe(1);
    expect(bare.stderr).toContain('RangeError: of the handler');
    expectFailed(traced);
  });

  test('is the same error to the application, which may end the process itself', async () => {
    const own = `process.on('uncaughtException', (caught, origin) => {
      console.log(caught === error, origin, error.stack);
      process.exit(7);
    });`;

    const [bare, traced] = await runBoth(handler, own);

    expect(told(traced)).toEqual(told(bare));
    expect(bare.code).toBe(7);
    expectFailed(traced);
  });
});

test('an error within a domain is recorded and goes to the domain', async () => {
  const own = `const d = require('domain').create();
    d.on('error', (caught) => { console.log('domain', caught === error); process.exit(0); });`;

  const [bare, traced] = await runBoth(`d.run(() => { throw error; });`, own);

  expect(told(traced)).toEqual(told(bare));
  expect(bare.stdout).toContain('domain true');
  expectFailed(traced);
});

test.each(['null', 'undefined', '7', '"text"', 'Object.freeze({ a: 1 })', 'new Proxy({}, { get() { throw 1; } })'])(
  'to throw %s is recorded as well',
  async (thrown) => {
    const [bare, traced] = await runBoth(`throw ${thrown};`);

    expect(told(traced)).toEqual(told(bare));
    expect(traced.spans[0]?.status.code).toBe(2);
    expect(traced.spans[0]?.events).toHaveLength(1);
  },
);

test('an exception outside of any request, or after its answer, is on no span', async () => {
  const own = `process.on('uncaughtException', () => {});`;

  const after = await run('http', `response.on('close', () => setImmediate(() => { throw error; })).end();`, own, true);

  expect(after.code).toBe(0);
  expect(after.spans.map(({ status, events }) => [status.code, events])).toEqual([[0, []]]);
});

/** The client asks once over a bare connection; with `closes` the server closes then. */
function run(instrumentations: string | undefined, handler: string, own = '', closes = false): Promise<ScriptRun> {
  const source = `
    const http = require('http');
    const net = require('net');
    let error;
    ${own}
    const count = (event) => [process.listenerCount(event), process.listeners(event).length];
    console.log(count('uncaughtException'), count('unhandledRejection'), process.listeners('uncaughtExceptionMonitor').length);
    process.on('exit', (code) => console.log('exit', code, process.listeners('exit').length > 0));
    const server = http.createServer((request, response) => {
      error = ${ERROR};
      ${handler}
    }).listen(0, '127.0.0.1', () => {
      const socket = net.connect(server.address().port, '127.0.0.1');
      socket.on('error', () => {}).on('end', () => ${closes ? 'setImmediate(() => server.close())' : 'undefined'}).resume();
      socket.write('GET / HTTP/1.1\\r\\nHost: x\\r\\nConnection: close\\r\\n\\r\\n');
    });`;
  return runScript({ type: 'commonjs', source, ...(instrumentations !== undefined && { instrumentations }) });
}

const runBoth = (handler: string, own?: string) =>
  Promise.all([run(undefined, handler, own), run('http', handler, own)] as const);

const told = ({ stdout, stderr, code }: ScriptRun) => ({ stdout, stderr, code });

function expectFailed({ spans, tree }: ScriptRun): void {
  expect(tree).not.toContain('(open)');
  expect(spans).toHaveLength(1);
  expect(spans[0]?.attributes['error.type']).toBe('RangeError');
  expect(spans[0]?.status).toEqual({ code: 2, message: 'of the handler' });
  expect(spans[0]?.events.map(({ name, attributes }) => [name, attributes['exception.message']])).toEqual([
    ['exception', 'of the handler'],
  ]);
}
