import { describe, expect, test } from 'vitest';

import { ConfigurationError } from './configuration-error.ts';
import { OPTION_TABLE } from './option-table.ts';
import { DEFAULTS } from './options.ts';
import { resolveOptions } from './resolve-options.ts';

const file = (options: unknown) => ({ path: 'clew.config.json', options });

test('without any source every option has its default', () => {
  const { options, problems } = resolveOptions({ code: {}, env: {} });

  expect(options).toEqual(DEFAULTS);
  expect(problems).toEqual([]);
});

test('code wins over environment, environment over file, file over default', () => {
  const { options, origins } = resolveOptions({
    code: { batch: { maxQueueSize: 1 } },
    env: { OTEL_BSP_MAX_QUEUE_SIZE: '2', OTEL_BSP_SCHEDULE_DELAY: '20' },
    file: file({ batch: { maxQueueSize: 3, scheduleDelayMillis: 30, maxExportBatchSize: 300 } }),
  });

  expect(options.batch).toEqual({
    ...DEFAULTS.batch,
    maxQueueSize: 1,
    scheduleDelayMillis: 20,
    maxExportBatchSize: 300,
  });
  expect(origins.get('batch.maxQueueSize')).toBe('code');
  expect(origins.get('batch.scheduleDelayMillis')).toBe('environment');
  expect(origins.get('batch.maxExportBatchSize')).toBe('file');
  expect(origins.get('batch.exportTimeoutMillis')).toBe('default');
});

test('an undefined option in code does not erase a default', () => {
  const { options } = resolveOptions({ code: { samplingRatio: undefined as never }, env: {} });

  expect(options.samplingRatio).toBe(1);
});

test('an empty variable is an unset one', () => {
  const { options, problems } = resolveOptions({ code: {}, env: { OTEL_TRACES_SAMPLER_ARG: ' ' } });

  expect(options.samplingRatio).toBe(1);
  expect(problems).toEqual([]);
});

test('headers and resource attributes are merged from all sources, entry by entry', () => {
  const { options } = resolveOptions({
    code: { resourceAttributes: { a: 'code' } },
    env: { OTEL_RESOURCE_ATTRIBUTES: 'a=env,b=env', OTEL_EXPORTER_OTLP_HEADERS: 'x=env' },
    file: file({ otlp: { headers: { x: 'file', y: 'file' } } }),
  });

  expect(options.resourceAttributes).toEqual({ a: 'code', b: 'env' });
  expect(options.otlp.headers).toEqual({ x: 'env', y: 'file' });
});

test('the variable of spans wins over the one of all signals', () => {
  const env = { OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: '10', OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '20' };

  expect(resolveOptions({ code: {}, env }).options.limits.attributeValueLength).toBe(10);
});

test('a wrong option in code throws an error that names it', () => {
  const start = () => resolveOptions({ code: { samplingRatio: 2 }, env: {} });

  expect(start).toThrow(ConfigurationError);
  expect(start).toThrow('samplingRatio is 2, expected a number from 0 to 1');
});

test('a header in code that no request could carry throws, and its value is not shown', () => {
  const start = () => resolveOptions({ code: { otlp: { traces: { headers: { 'x-key': 'secret\nx: y' } } } }, env: {} });

  expect(start).toThrow(ConfigurationError);
  expect(start).toThrow(
    /^otlp\.traces\.headers is an object, expected .*; it has a line break or a non-Latin character in the header x-key$/,
  );
});

test('an unknown option in code throws an error that names it, in a group too', () => {
  expect(() => resolveOptions({ code: { servicename: 'x' } as never, env: {} })).toThrow(
    'servicename is not an option of Clew',
  );
  expect(() => resolveOptions({ code: { batch: { size: 1 } } as never, env: {} })).toThrow(
    'batch.size is not an option of Clew',
  );
});

test('a wrong value in the environment is a problem that names the variable and what is used instead', () => {
  const { options, problems } = resolveOptions({ code: {}, env: { OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '1.5' } });

  expect(options.batch.maxExportBatchSize).toBe(512);
  expect(problems).toEqual([
    'OTEL_BSP_MAX_EXPORT_BATCH_SIZE is not a whole number, 1 or more; ignored, using 512 unless it is set elsewhere',
  ]);
});

test('wrong and unknown keys of the file are problems that name file and key', () => {
  const { options, problems } = resolveOptions({
    code: {},
    env: {},
    file: file({ samplingRatio: '10%', serviceName: 'shop', colour: 'red', batch: { size: 1 } }),
  });

  expect(options.serviceName).toBe('shop');
  expect(problems).toEqual([
    'clew.config.json: colour is not an option of Clew; ignored',
    'clew.config.json: batch.size is not an option of Clew; ignored',
    'clew.config.json: samplingRatio is "10%", expected a number from 0 to 1; ignored',
  ]);
});

describe('a wrong entry', () => {
  const entries = {
    instrumentations: { pg: 'yes', http: { x: 1 }, undici: false },
    exporters: { traces: ['otpl', 'console'] },
    redact: { attributes: [7, 'customer.email'], patterns: ['(', 'x+'] },
  };

  test('in code throws an error that names it', () => {
    const start = (options: object) => () => resolveOptions({ code: options, env: {} });

    expect(start({ instrumentations: entries.instrumentations })).toThrow(
      'instrumentations is an object, expected an object of short names with true, false or options; pg is "yes"',
    );
    expect(start({ exporters: entries.exporters })).toThrow(
      'exporters.traces is a list, expected a list of otlp, console, zipkin, none; [0] is "otpl", did you mean otlp?',
    );
    expect(start({ spanProcessors: [7] })).toThrow(
      'spanProcessors is a list, expected a list of SpanProcessors; [0] is 7',
    );
  });

  test('in the file is named, and the others are used', () => {
    const { options, problems } = resolveOptions({ code: {}, env: {}, file: file(entries) });

    expect(options.instrumentations).toEqual({ http: { x: 1 }, undici: false });
    expect(options.exporters.traces).toEqual(['console']);
    expect(options.redact).toMatchObject({ attributes: ['customer.email'], patterns: ['x+'] });
    expect(problems).toEqual([
      expect.stringMatching(/redact\.attributes is a list, .*; \[0\] is 7; using the rest of it$/),
      expect.stringMatching(/redact\.patterns is a list, .*; \[0\] is "\("; using the rest of it$/),
      expect.stringMatching(/exporters\.traces is a list, .* did you mean otlp\?; using the rest of it$/),
      expect.stringMatching(/instrumentations is an object, .*; pg is "yes"; using the rest of it$/),
    ]);
  });
});

test.each([
  [{ servicename: 'x' }, 'servicename is not an option of Clew; did you mean serviceName?'],
  [{ oltp: {} }, 'oltp is not an option of Clew; did you mean otlp?'],
  [{ batch: { maxQueuSize: 1 } }, 'batch.maxQueuSize is not an option of Clew; did you mean batch.maxQueueSize?'],
  [{ endpoint: 'http://x' }, 'endpoint is not an option of Clew; did you mean otlp.endpoint?'],
  [{ otlp: 'http://x' }, 'otlp is "http://x", expected an object of options: endpoint, insecure, protocol, headers, '],
  [{ logs: true }, 'logs is true, expected an object of options: correlate, export, hold, exceptions, events'],
])('%o throws, and says what was meant', (options, message) => {
  expect(() => resolveOptions({ code: options as object, env: {} })).toThrow(message);
});

test('a misspelt option in the file is told with what was meant', () => {
  const { problems } = resolveOptions({ code: {}, env: {}, file: file({ servicName: 'x', otlp: null }) });

  expect(problems).toEqual([
    'clew.config.json: servicName is not an option of Clew; ignored; did you mean serviceName?',
    expect.stringMatching(/^clew\.config\.json: otlp is null, expected an object of options: endpoint, .*; ignored$/),
  ]);
});

test.each([[null], ['x'], [7], [[]]])('start(%j) throws', (code) => {
  expect(() => resolveOptions({ code: code as object, env: {} })).toThrow(ConfigurationError);
});

test.each([[null], [7], ['text'], [[]]])('a file that holds %j is a problem', (options) => {
  const { problems } = resolveOptions({ code: {}, env: {}, file: file(options) });

  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^clew\.config\.json holds .*, expected an object of options; ignored$/);
});

test.each([
  [{}, {}, ['all', 'all']],
  [{ trace: ['a.internal'] }, {}, ['none', 'none']],
  [{ baggage: [] }, {}, ['none', 'none']],
  [{}, { CLEW_PROPAGATE_TRACE: 'a.internal', CLEW_PROPAGATE_MESSAGES: 'trace' }, ['trace', 'none']],
  [{ baggage: ['a.internal'], children: 'all' as const }, {}, ['none', 'all']],
])('with %j and %j messages and children get %j', (propagate, env, gets) => {
  const { options } = resolveOptions({ code: { propagate }, env });

  expect([options.propagate.messages, options.propagate.children]).toEqual(gets);
});

test('a default that follows other options is not named where a variable is wrong', () => {
  const env = { CLEW_PROPAGATE_TRACE: 'a.internal', CLEW_PROPAGATE_CHILDREN: 'some' };

  const { options, problems } = resolveOptions({ code: {}, env });

  expect(options.propagate.children).toBe('none');
  expect(problems).toEqual(['CLEW_PROPAGATE_CHILDREN has an unknown name; expected all, trace, none; ignored']);
});

test('neither the options nor the defaults are written to', () => {
  const code = Object.freeze({ batch: Object.freeze({ maxQueueSize: 5 }) });
  const before = JSON.stringify(DEFAULTS);

  const { options } = resolveOptions({ code, env: { OTEL_BSP_SCHEDULE_DELAY: '1' } });

  expect(options.batch.maxQueueSize).toBe(5);
  expect(JSON.stringify(DEFAULTS)).toBe(before);
});

test('every default belongs to an option of the table, and every option has its place among the defaults', () => {
  const paths = OPTION_TABLE.map(({ path }) => path);

  expect(new Set(paths).size).toBe(paths.length);
  for (const leaf of leavesOf(DEFAULTS)) expect(paths).toContain(leaf);
});

test('every default is a value that its option accepts', () => {
  const refused = OPTION_TABLE.filter(({ path, kind }) => {
    const value = path.split('.').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], DEFAULTS);
    return value !== undefined && !kind.accepts(value);
  });

  expect(refused).toEqual([]);
});

function leavesOf(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, child]) => {
    const path = prefix + key;
    const isOption = OPTION_TABLE.some((row) => row.path === path);
    return isOption || typeof child !== 'object' || child === null ? [path] : leavesOf(child as object, `${path}.`);
  });
}
