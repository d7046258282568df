import { expect, test } from 'vitest';

import { settingWithoutTraces } from './setting-without-traces.ts';

test.each([
  [{}, undefined],
  [{ OTEL_SDK_DISABLED: 'true' }, 'OTEL_SDK_DISABLED=true'],
  [{ OTEL_SDK_DISABLED: ' TRUE ' }, 'OTEL_SDK_DISABLED=true'],
  [{ OTEL_SDK_DISABLED: 'false' }, undefined],
  [{ OTEL_SDK_DISABLED: '1' }, undefined],
  [{ OTEL_TRACES_EXPORTER: 'none' }, 'OTEL_TRACES_EXPORTER=none'],
  [{ OTEL_TRACES_EXPORTER: 'console' }, 'OTEL_TRACES_EXPORTER=console'],
  [{ OTEL_TRACES_EXPORTER: 'otlp,none' }, 'OTEL_TRACES_EXPORTER=otlp,none'],
  [{ OTEL_TRACES_EXPORTER: 'console, otlp' }, undefined],
  [{ OTEL_TRACES_EXPORTER: '' }, undefined],
  [{ OTEL_TRACES_EXPORTER: 'x\u001B[2J' }, 'OTEL_TRACES_EXPORTER=x2J'],
  [{ OTEL_TRACES_SAMPLER: 'always_off' }, 'OTEL_TRACES_SAMPLER=always_off'],
  [{ OTEL_TRACES_SAMPLER: 'parentbased_always_off' }, 'OTEL_TRACES_SAMPLER=parentbased_always_off'],
  [
    { OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.0' },
    'OTEL_TRACES_SAMPLER=traceidratio with OTEL_TRACES_SAMPLER_ARG=0.0',
  ],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.5' }, undefined],
  [{ OTEL_TRACES_SAMPLER: 'traceidratio' }, undefined],
  [{ OTEL_TRACES_SAMPLER_ARG: '0' }, undefined],
  [{ OTEL_CONFIG_FILE: 'otel.yaml', OTEL_TRACES_EXPORTER: 'none' }, undefined],
])('with %j the setting without traces is %j', (env, setting) => {
  expect(settingWithoutTraces(env)).toBe(setting);
});
