import { expect, test } from 'vitest';

import type { RunNote } from './run-notes.ts';
import { type RunFacts, whyNoTraces } from './why-no-traces.ts';

const EXIT: RunNote = {
  event: 'exit',
  state: '',
  libraries: [],
  exporters: ['otlp'],
  offSampler: '',
  recorded: 0,
  sent: 0,
  dropped: 0,
  sampledOut: 0,
};
const [TOOL, FAILED, START] = ['tool', 'failed', 'start'].map((event) => ({ ...EXIT, event })) as [
  RunNote,
  RunNote,
  RunNote,
];
const FACTS: RunFacts = { setting: undefined, isElsewhere: false, lastError: undefined, notes: [] };

test.each<[Partial<RunFacts>, string]>([
  [{ setting: 'OTEL_SDK_DISABLED=true' }, 'OTEL_SDK_DISABLED=true is set in the environment'],
  [{ isElsewhere: true }, 'they went to the OTLP endpoint that is set in the environment'],
  [
    { lastError: { status: 415, problem: 'OTLP needs another content-type' } },
    'a request was refused with status 415: OTLP needs another content-type',
  ],
  [{ notes: undefined }, ''],
])('with %j the reason is %j', (facts, reason) => {
  expect(whyNoTraces({ ...FACTS, ...facts })).toBe(reason);
});

test.each<[string, RunNote[], string]>([
  ['no process told anything', [], 'the command started no Node.js process, or replaced NODE_OPTIONS'],
  ['only npm ran', [TOOL, TOOL], 'only package managers ran, whose own traffic is left out'],
  ['the SDK could not start', [TOOL, FAILED], 'Clew could not start in the command; see its message above'],
  ['the SDK is disabled', [{ ...START, state: 'disabled' }], 'the SDK is disabled in its configuration'],
  ['another SDK runs', [{ ...START, state: 'foreign' }], 'another OpenTelemetry SDK runs in the command'],
  [
    'a process was killed',
    [{ ...START, state: 'running' }],
    'the command was killed, or ended so abruptly that nothing could be sent',
  ],
  [
    'the sampler is off',
    [START, { ...EXIT, offSampler: 'always_off', libraries: ['http'] }],
    'the sampler in the configuration is always_off',
  ],
  ['nothing is exported', [START, { ...EXIT, exporters: [] }], 'the exporter of traces in the configuration is none'],
  [
    'something else is exported to',
    [START, { ...EXIT, exporters: ['console', 'zipkin'] }],
    'the exporter of traces in the configuration is console, zipkin',
  ],
  [
    'spans were sent elsewhere',
    [START, { ...EXIT, recorded: 1, sent: 1 }],
    '1 span went to another OTLP endpoint, which is set in the configuration or in code',
  ],
  [
    'spans could not be sent',
    [START, { ...EXIT, recorded: 3, dropped: 3 }],
    '3 spans could not be sent; see the message above',
  ],
  ['a policy kept none', [START, { ...EXIT, recorded: 3, sampledOut: 3 }], 'the sampling policy kept none of 3 spans'],
  ['spans still wait', [START, { ...EXIT, recorded: 3 }], '3 spans were recorded, and not sent before the end'],
  [
    'nothing that is traced was loaded',
    [START, EXIT],
    'the command loaded nothing that Clew traces, such as http or a database client',
  ],
  [
    'nothing happened',
    [TOOL, START, START, { ...EXIT, libraries: ['pg', 'http'] }, { ...EXIT, libraries: ['http'] }],
    'the command loaded http, pg, and no request, query or message passed through them',
  ],
])('where %s, it says so', (_what, notes, reason) => {
  expect(whyNoTraces({ ...FACTS, notes })).toBe(reason);
});
