import { expect, test } from 'vitest';

import { appEnvironment } from './app-environment.ts';

test('settings of an SDK and the trace of the test are not inherited, the rest is', () => {
  const inherited = { OTEL_SERVICE_NAME: 'a', CLEW_TEST_NODE: 'b', NODE_OPTIONS: 'c', TRACEPARENT: 'd', PATH: '/bin' };

  expect(appEnvironment(inherited, 'http://127.0.0.1:1')).toEqual({
    PATH: '/bin',
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_BSP_SCHEDULE_DELAY: '100',
  });
});

test('what the test sets wins, and undefined unsets', () => {
  const own = { OTEL_BSP_SCHEDULE_DELAY: '1', OTEL_SERVICE_NAME: 'mine', PATH: undefined };

  expect(appEnvironment({ PATH: '/bin' }, 'http://127.0.0.1:1', own)).toEqual({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
    OTEL_BSP_SCHEDULE_DELAY: '1',
    OTEL_SERVICE_NAME: 'mine',
  });
});
