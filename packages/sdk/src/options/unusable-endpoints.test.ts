import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { otlpSettingsFor } from './otlp-settings-for.ts';
import { resolveOptions } from './resolve-options.ts';

const ALL = { OTEL_METRICS_EXPORTER: 'otlp', OTEL_LOGS_EXPORTER: 'otlp' };
const resolved = (env: NodeJS.ProcessEnv, file?: object) =>
  resolveOptions({
    code: {},
    env: { ...ALL, ...env },
    ...(file !== undefined && { file: { path: 'clew.config.json', options: file } }),
  });
const exportersWith = (env: NodeJS.ProcessEnv, file?: object) => resolved(env, file).options.exporters;

const NOTHING = { traces: ['none'], metrics: ['none'], logs: ['none'] };

describe('a wrong endpoint that was given is not replaced by the default', () => {
  test.each(['https//otlp.example', 'http:/', '"http://otlp.example"', 'otlp.example:4318', 'ftp://otlp.example'])(
    'in the variable of all signals: %s',
    (endpoint) => {
      const { options, problems } = resolved({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });

      expect(options.exporters).toEqual(NOTHING);
      expect(problems).toEqual([
        expect.stringMatching(/^OTEL_EXPORTER_OTLP_ENDPOINT .*; traces, metrics and logs are not exported over OTLP$/),
      ]);
    },
  );

  test("in a signal's own variable, which stops that signal only", () => {
    const { options, problems } = resolved({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://right',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https//wrong',
    });

    expect(options.exporters).toEqual({ traces: ['none'], metrics: ['otlp'], logs: ['otlp'] });
    expect(problems).toEqual([
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT is not an http or https URL; traces are not exported over OTLP',
    ]);
  });

  test('in the file: of no use, a group that is none, or misspelt', () => {
    expect(exportersWith({}, { otlp: { endpoint: 'https//wrong' } })).toEqual(NOTHING);
    expect(exportersWith({}, { otlp: 'http://right' })).toEqual(NOTHING);
    expect(exportersWith({}, { otlp: { enpoint: 'http://right' } })).toEqual(NOTHING);
  });

  test('of Zipkin', () => {
    const { options, problems } = resolved({
      OTEL_TRACES_EXPORTER: 'zipkin,console',
      OTEL_EXPORTER_ZIPKIN_ENDPOINT: 'zipkin:9411',
    });

    expect(options.exporters.traces).toEqual(['console']);
    expect(problems).toEqual([expect.stringMatching(/has no scheme; .*; traces are not exported to Zipkin$/)]);
  });

  test('and other exporters go on', () => {
    const env = { OTEL_TRACES_EXPORTER: 'otlp,console', OTEL_EXPORTER_OTLP_ENDPOINT: 'x y' };

    expect(exportersWith(env).traces).toEqual(['console']);
  });

  test('also where lines of loggers are exported by the switch', () => {
    const env = { CLEW_LOGS_EXPORT: 'true', OTEL_LOGS_EXPORTER: '', OTEL_EXPORTER_OTLP_ENDPOINT: 'x y' };

    expect(exportersWith(env).logs).toEqual(['none']);
  });
});

describe('a wrong endpoint stops nothing', () => {
  test('where a right one is given elsewhere', () => {
    const { options } = resolved(
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'https//wrong' },
      { otlp: { endpoint: 'http://right:4318' } },
    );

    expect(options.exporters.traces).toEqual(['otlp']);
    expect(options.otlp.endpoint).toBe('http://right:4318');
  });

  test('where the signals have their own', () => {
    const env = {
      OTEL_EXPORTER_OTLP_ENDPOINT: 'https//wrong',
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://right/v1/traces',
    };

    expect(exportersWith(env)).toEqual({ ...NOTHING, traces: ['otlp'] });
  });

  test('where nobody exports to it', () => {
    const { problems } = resolveOptions({
      code: {},
      env: { OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'localhost:4318' },
    });

    expect(problems).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT has no scheme; write http:// or https:// before it; ignored',
    ]);
  });
});

describe('an endpoint without a scheme', () => {
  const grpc = (env: NodeJS.ProcessEnv) => {
    const { options, problems } = resolved({ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc', ...env });
    return { url: otlpSettingsFor('traces', options).url, problems, exporters: options.exporters };
  };

  test.each([
    ['collector:4317', {}, 'https://collector:4317'],
    ['collector', {}, 'https://collector'],
    ['[::1]:4317', {}, 'https://[::1]:4317'],
    ['collector:4317', { OTEL_EXPORTER_OTLP_INSECURE: 'true' }, 'http://collector:4317'],
    ['collector:4317', { OTEL_EXPORTER_OTLP_TRACES_INSECURE: 'true' }, 'http://collector:4317'],
    ['https://collector:4317', { OTEL_EXPORTER_OTLP_INSECURE: 'true' }, 'https://collector:4317'],
  ])('is one for gRPC, with TLS unless INSECURE says otherwise: %s %o', (endpoint, env, url) => {
    expect(grpc({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, ...env })).toMatchObject({ url, problems: [] });
  });

  test.each(['http:4317', 'collector:99999', 'collector:4317/path', 'a b:1', 'dns:///collector'])(
    'is checked all the same: %s',
    (endpoint) => {
      expect(grpc({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }).exporters).toEqual(NOTHING);
    },
  );

  test('is right for the signals that use gRPC, and wrong for the others', () => {
    const { options, problems } = resolved({
      OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
    });

    expect(options.exporters).toEqual({ traces: ['otlp'], metrics: ['none'], logs: ['none'] });
    expect(problems).toEqual([
      'OTEL_EXPORTER_OTLP_ENDPOINT has no scheme; write http:// or https:// before it; ' +
        'metrics and logs are not exported over OTLP',
    ]);
  });

  test('throws in code, unless it is for gRPC', () => {
    const start = (otlp: object) => () => resolveOptions({ code: { otlp }, env: {} });

    expect(start({ endpoint: 'collector:4317' })).toThrow(ConfigurationError);
    expect(start({ endpoint: 'collector:4317' })).toThrow(
      'otlp.endpoint has no scheme; write http:// or https:// before it',
    );
    expect(start({ endpoint: 'collector:4317', protocol: 'grpc' })).not.toThrow();
  });
});
