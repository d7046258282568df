import { expect, test } from 'vitest';

import type { StartOptions } from './options.ts';
import { otlpSettingsFor } from './otlp-settings-for.ts';
import { resolveOptions } from './resolve-options.ts';

const settingsFor = (signal: 'traces' | 'logs', otlp: NonNullable<StartOptions['otlp']>) =>
  otlpSettingsFor(signal, resolveOptions({ code: { otlp }, env: {} }).options);

test('without an endpoint it is the port of the protocol on this machine', () => {
  expect(settingsFor('traces', {}).url).toBe('http://localhost:4318/v1/traces');
  expect(settingsFor('traces', { protocol: 'grpc' }).url).toBe('http://localhost:4317');
});

test.each(['https://otlp.example', 'https://otlp.example/', 'https://otlp.example//'])(
  "the signal's path is appended to the base %s",
  (endpoint) => {
    expect(settingsFor('logs', { endpoint }).url).toBe('https://otlp.example/v1/logs');
  },
);

test('a path of the base stays in front', () => {
  expect(settingsFor('traces', { endpoint: 'https://otlp.example/team/a' }).url).toBe(
    'https://otlp.example/team/a/v1/traces',
  );
});

test("a signal's own endpoint is used as it is", () => {
  expect(settingsFor('traces', { traces: { endpoint: 'https://otlp.example/spans' } }).url).toBe(
    'https://otlp.example/spans',
  );
});

test("a signal's own values win, one by one, and headers are merged", () => {
  const otlp = {
    headers: { a: 'common', b: 'common' },
    compression: 'gzip' as const,
    traces: { headers: { b: 'own' }, timeoutMillis: 5 },
  };

  expect(settingsFor('traces', otlp)).toMatchObject({
    headers: { a: 'common', b: 'own' },
    compression: 'gzip',
    timeoutMillis: 5,
  });
  expect(settingsFor('logs', otlp)).toMatchObject({ headers: otlp.headers, timeoutMillis: 10_000 });
});
