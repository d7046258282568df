import { expect, test } from 'vitest';

import { childEnvironment, colorLevel, leadsTo } from './child-environment.ts';

const PRELOAD = { required: '/sdk/register.cjs', imported: 'file:///sdk/register.js' };
const SETTINGS = { preload: PRELOAD, viewerUrl: 'http://127.0.0.1:4318', colors: 0 };

test('an empty environment gets the preload, the endpoint and a short delay', () => {
  expect(childEnvironment({}, SETTINGS)).toEqual({
    NODE_OPTIONS: '--require /sdk/register.cjs',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });
});

test('what the user has set stays', () => {
  const env = {
    NODE_OPTIONS: '--max-old-space-size=100',
    OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector/v1/traces',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_SERVICE_NAME: 'shop',
  };

  expect(childEnvironment(env, SETTINGS)).toEqual({
    ...env,
    NODE_OPTIONS: '--max-old-space-size=100 --require /sdk/register.cjs',
  });
});

test('the file for notes of the processes is named, or left as it is', () => {
  const env = { CLEW_RUN_NOTES: 'outer' };

  expect(childEnvironment(env, { ...SETTINGS, notesFile: 'inner' })).toMatchObject({ CLEW_RUN_NOTES: 'inner' });
  expect(childEnvironment(env, SETTINGS)).toMatchObject(env);
});

test('empty variables count as unset', () => {
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: '', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '', OTEL_BSP_SCHEDULE_DELAY: '' };

  expect(childEnvironment(env, SETTINGS)).toMatchObject({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    OTEL_BSP_SCHEDULE_DELAY: '200',
  });
});

test('a run within a run preloads once', () => {
  const outer = childEnvironment({}, SETTINGS);

  expect(childEnvironment(outer, SETTINGS)).toEqual(outer);
});

test.each([
  ['/my apps/register.cjs', '--require "/my apps/register.cjs"'],
  [String.raw`/it's "my" \ app/register.cjs`, String.raw`--require "/it's \"my\" \\ app/register.cjs"`],
  [String.raw`C:\apps\register.cjs`, String.raw`--require C:\apps\register.cjs`],
])('the preload %s is %s, as Node reads NODE_OPTIONS', (required, option) => {
  const preload = { ...PRELOAD, required };
  expect(childEnvironment({}, { ...SETTINGS, preload })['NODE_OPTIONS']).toBe(option);
});

test.each(['--no-experimental-require-module', '--no-require-module'])(
  'under %s, where an ES module cannot be required, the preload is imported',
  (flag) => {
    const { NODE_OPTIONS } = childEnvironment({ NODE_OPTIONS: `--no-warnings ${flag}` }, SETTINGS);

    expect(NODE_OPTIONS).toBe(`--no-warnings ${flag} --import file:///sdk/register.js`);
  },
);

test('gRPC becomes HTTP for our endpoint and stays for an endpoint of the user', () => {
  const grpc = { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' };
  const theirs = { ...grpc, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4317' };

  expect(childEnvironment(grpc, SETTINGS)).toMatchObject({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' });
  expect(childEnvironment(theirs, SETTINGS)).toMatchObject(theirs);
});

test.each([
  [{}, 3, '3'],
  [{}, 0, undefined],
  [{ NO_COLOR: '1' }, 3, undefined],
  [{ FORCE_COLOR: '0' }, 3, '0'],
])('with %j and a terminal of level %i, FORCE_COLOR is %j', (env, colors, expected) => {
  expect(childEnvironment(env, { ...SETTINGS, colors })['FORCE_COLOR']).toBe(expected);
});

test.each([
  [1, 0],
  [4, 1],
  [8, 2],
  [24, 3],
])('a terminal with %i bits of colour has level %i', (depth, level) => {
  expect(colorLevel(depth)).toBe(level);
});

test.each([
  ['http://localhost:4318', true],
  ['http://127.0.0.1:4318/v1/traces', true],
  ['http://[::1]:4318', true],
  ['http://localhost:4317', false],
  ['https://collector.example:4318', false],
  ['not a url', false],
])('that %s leads to the viewer is %s', (endpoint, expected) => {
  expect(leadsTo(endpoint, 'http://127.0.0.1:4318')).toBe(expected);
});
