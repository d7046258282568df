import { expect, test } from 'vitest';

import { refusedSdk } from './refused-sdk.ts';

const message = (...frames: string[]) =>
  ['Error: @opentelemetry/api: Attempted duplicate registration of API: trace', ...frames].join('\n    at ');
const API = 'Object.registerGlobal (/app/node_modules/@opentelemetry/api/dist/index.cjs:9:1)';
const SDK = 'NodeSDK.start (/app/node_modules/@opentelemetry/sdk-node/dist/sdk.js:80:9)';

test.each([
  [[API, SDK, 'Object.<anonymous> (/app/tracing.js:3:5)'], 'tracing.js:3'],
  [[API, SDK, 'file:///app/src/tracing%20one.mjs:12:1'], 'src/tracing one.mjs:12'],
  [[API, SDK, 'async start (file:///app/a.mjs:1:1)', 'Object.<anonymous> (/app/b.js:2:2)'], 'a.mjs:1'],
  [[API, SDK, 'Object.<anonymous> (/shared/tracing.js:3:5)'], '/shared/tracing.js:3'],
])('whoever registers a second SDK is named by its place: %j', (frames, place) => {
  expect(refusedSdk(message(...frames), '/app')).toBe(
    `the OpenTelemetry SDK started in ${place} was refused because Clew runs; remove it or Clew`,
  );
});

test.each([[[]], [[API, SDK]], [[API, 'node:internal/process/task_queues:95:5']]])(
  'without a place it is another SDK: %j',
  (frames) => {
    expect(refusedSdk(message(...frames), '/app')).toBe(
      'another OpenTelemetry SDK was refused because Clew runs; remove it or Clew',
    );
  },
);

test('other messages are left alone', () => {
  expect(refusedSdk('Dropped 3 events', '/app')).toBeUndefined();
});

test('a line without an end is read in steps that do not grow with it', () => {
  expect(
    refusedSdk(message(`x (${'/a'.repeat(2_000_000)}`, 'Object.<anonymous> (/app/tracing.js:3:5)'), '/app'),
  ).toContain('tracing.js:3');
});
