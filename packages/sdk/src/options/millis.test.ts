import { expect, test } from 'vitest';

import { OPTION_TABLE } from './option-table.ts';
import { ConfigurationError } from './configuration-error.ts';
import { millis, positiveMillis } from './millis.ts';
import { resolveOptions } from './resolve-options.ts';

test('a time longer than a timer of Node can be is a problem, and the default is used', () => {
  const { options, problems } = resolveOptions({ code: {}, env: { OTEL_EXPORTER_OTLP_TIMEOUT: '99999999999' } });

  expect(options.otlp.timeoutMillis).toBe(10_000);
  expect(problems).toEqual([
    'OTEL_EXPORTER_OTLP_TIMEOUT is not a number of milliseconds from 1 to 2073600000 (24 days); ' +
      'ignored, using 10000 unless it is set elsewhere',
  ]);
});

test('in code it throws', () => {
  expect(() => resolveOptions({ code: { shutdownTimeoutMillis: 2 ** 31 }, env: {} })).toThrow(ConfigurationError);
});

test('every option in milliseconds is bounded', () => {
  const unbounded = OPTION_TABLE.filter(({ path, kind }) => path.endsWith('Millis') && kind.accepts(2 ** 31));

  expect(unbounded).toEqual([]);
});

test.each([0, 1, 1000, 24 * 24 * 60 * 60 * 1000])('%i ms are taken, but 0 only where it means at once', (value) => {
  expect(millis.accepts(value)).toBe(true);
  expect(positiveMillis.accepts(value)).toBe(value > 0);
});
