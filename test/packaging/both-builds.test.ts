import { spawnSync } from 'node:child_process';

import { expect, test } from 'vitest';

const node = process.env['CLEW_TEST_NODE'] ?? process.execPath;

/** Loads both builds of the packages, `esm` and `cjs`, as a bundler or a Node without `require(esm)` may do. */
const BOTH = `
  import { createRequire } from 'node:module';
  import assert from 'node:assert/strict';
  import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api';
  const require = createRequire(import.meta.url);
  const names = ['spans', 'spans/internal', 'logs', 'logs/console', 'logs/pino', 'logs/hold/internal', 'diagnostics', 'testing', 'sampling', 'sdk'];
  const esm = {}, cjs = {};
  for (const name of names) {
    esm[name] = await import('@clew/' + name);
    cjs[name] = require('@clew/' + name);
    assert.notEqual(esm[name], cjs[name]);
  }
`;

const CASES: readonly (readonly [state: string, program: string, told?: string])[] = [
  [
    'one recording of spans, with the spans of both',
    `
      const recorded = cjs.testing.recordSpans();
      assert.throws(() => esm.testing.recordSpans(), { name: 'AlreadyRecordingError' });
      esm.spans.span('outer', () => cjs.spans.span('inner', () => {}));
      assert.equal(recorded.tree(), 'outer\\n  inner');
    `,
  ],
  [
    'one local root',
    `
      cjs.testing.recordSpans();
      cjs.spans.span('root', (root) =>
        trace.getTracer('other').startActiveSpan('child', (child) => {
          cjs.spans.noteLocalRoot(child, trace.setSpan(ROOT_CONTEXT, root));
          assert.equal(esm.spans.localRoot(), root);
          assert.equal(esm['spans/internal'].localRootOf(child), cjs['spans/internal'].localRootOf(child));
        }),
      );
    `,
  ],
  [
    'one sender and one receiver on the context',
    `
      const incoming = { kind: 'http', remoteAddress: '10.0.0.1' };
      const target = { kind: 'http', host: 'a.internal' };
      assert.equal(esm.spans.incomingOf(cjs.spans.withIncoming(ROOT_CONTEXT, incoming)), incoming);
      assert.equal(cjs.spans.targetOf(esm.spans.withTarget(ROOT_CONTEXT, target)), target);
    `,
  ],
  [
    'one exception event of an error that passes both',
    `
      const recorded = esm.testing.recordSpans();
      const fail = () => { throw new Error('declined'); };
      assert.throws(() => esm.spans.span('charge', (span) => {
        span.recordException(new Error('declined'));
        cjs.spans.span('inner', fail);
      }));
      assert.deepEqual(recorded.spans.map(({ events }) => events.length), [1, 1]);
    `,
  ],
  [
    'one observer of trace lifetimes',
    `assert.equal(esm['spans/internal'].traceLifetimes(), cjs['spans/internal'].traceLifetimes());`,
  ],
  ['one set of held logs', `assert.equal(esm['logs/hold/internal'].heldLogs(), cjs['logs/hold/internal'].heldLogs());`],
  [
    'one correlation of the console',
    `
      esm.testing.recordSpans();
      const before = console.info;
      const restore = cjs['logs/console'].correlateConsole();
      const once = console.info;
      esm['logs/console'].correlateConsole();
      assert.equal(console.info, once);
      restore();
      assert.equal(console.info, before);
    `,
  ],
  [
    'one report of a cause',
    `
      esm.diagnostics.reportOnce('cause', 'told once');
      cjs.diagnostics.reportOnce('cause', 'told once');
    `,
    'clew: told once\n',
  ],
  [
    'samplers that are made of each other, and one kind of error of theirs',
    `
      const sampler = esm.sampling.parentThreshold({ root: cjs.sampling.probability(0.5) });
      assert.equal(String(sampler), 'ParentThreshold{root=ProbabilitySampler{0.5}}');
      assert.throws(() => cjs.sampling.probability(2), esm.sampling.SamplingOptionError);
    `,
  ],
  [
    'one running SDK, and one kind of configuration error',
    `
      assert.throws(() => cjs.sdk.start({ samplingRatio: 7 }), esm.sdk.ConfigurationError);
      assert.throws(() => esm.sdk.start({ samplingRatio: 7 }), cjs.sdk.ConfigurationError);
      const sdk = esm.sdk.start({ exporters: { traces: ['none'] } });
      assert.equal(cjs.sdk.start(), sdk);
      await sdk.shutdown();
    `,
  ],
];

test.each(CASES)('both builds in one process have %s', (_, program, told = '') => {
  const args = ['--no-experimental-require-module', '--input-type=module', '-e', BOTH + program];
  const { status, stdout, stderr } = spawnSync(node, args, { cwd: import.meta.dirname, encoding: 'utf8' });

  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: told });
});
