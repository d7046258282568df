import type { LoggerProvider } from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { registerWithOlderLogsApi } from './older-logs-api.ts';

const KEY = Symbol.for('io.opentelemetry.js.api.logs');
const provider = () => ({ getLogger: () => ({ emit() {}, enabled: () => true }) }) satisfies LoggerProvider;
const registered = (version = 1) =>
  (Reflect.get(globalThis, KEY) as ((version: number) => LoggerProvider) | undefined)?.(version);

test('the provider is there for the version of the package, and gone when it is taken back', () => {
  const own = provider();

  const takeBack = registerWithOlderLogsApi(own);
  const during = registered();
  takeBack();

  expect(during).toBe(own);
  expect(registered()).toBeUndefined();
});

test('another version gets one that does nothing', () => {
  const takeBack = registerWithOlderLogsApi(provider());

  const logger = registered(2)?.getLogger('app');
  logger?.emit({ body: 'x' });
  takeBack();

  expect(logger?.enabled()).toBe(false);
});

test('a provider that was there before stays, also when ours is taken back', () => {
  const first = provider();
  const takeBackFirst = registerWithOlderLogsApi(first);

  registerWithOlderLogsApi(provider())();

  expect(registered()).toBe(first);
  takeBackFirst();
});
