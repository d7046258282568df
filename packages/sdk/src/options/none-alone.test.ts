import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { resolveOptions } from './resolve-options.ts';

describe('none beside another name is a contradiction that is named, and none counts', () => {
  test.each(['none,otlp', 'otlp,none', 'none, console, none'])('in OTEL_LOGS_EXPORTER=%s', (text) => {
    const { options, problems } = resolveOptions({ code: {}, env: { OTEL_LOGS_EXPORTER: text } });

    expect(options.exporters.logs).toEqual(['none']);
    expect(problems).toEqual(['OTEL_LOGS_EXPORTER has none together with other names; using none']);
  });

  test.each([
    'OTEL_TRACES_EXPORTER=console,none',
    'OTEL_METRICS_EXPORTER=none,console',
    'OTEL_PROPAGATORS=b3,none',
    'OTEL_NODE_RESOURCE_DETECTORS=none,host',
  ])('in %s', (setting) => {
    const [name = '', text] = setting.split('=');

    expect(resolveOptions({ code: {}, env: { [name]: text } }).problems).toEqual([
      `${name} has none together with other names; using none`,
    ]);
  });

  test('in the config file', () => {
    const file = { path: 'clew.config.json', options: { exporters: { traces: ['none', 'otlp'] } } };
    const { options, problems } = resolveOptions({ code: {}, env: {}, file });

    expect(options.exporters.traces).toEqual(['none']);
    expect(problems).toEqual([expect.stringMatching(/; none cannot be combined with other names; using none$/)]);
  });

  test('in code, where it throws', () => {
    const exporter = { export() {}, shutdown: () => Promise.resolve() };
    const start = (traces: unknown[]) => () => resolveOptions({ code: { exporters: { traces } } as object, env: {} });

    expect(start(['none', exporter])).toThrow(ConfigurationError);
    expect(start(['none', 'otlp'])).toThrow(
      /^exporters\.traces is a list, .*; none cannot be combined with other names$/,
    );
    expect(start(['none'])).not.toThrow();
  });
});

test('a list of hosts may have a host named none', () => {
  expect(resolveOptions({ code: {}, env: { CLEW_PROPAGATE_TRACE: 'none,b' } }).options.propagate.trace).toEqual([
    'none',
    'b',
  ]);
});
