import { decodeLogs } from '@clew/viewer';
import { expect, test } from 'vitest';

import { runToEnd } from './run-to-end.ts';

const fail = (problem: string) => {
  throw new Error(problem);
};

test('a second start after a shutdown delivers spans, metrics and log records', async () => {
  const { code, stderr, spans, received } = await runToEnd(
    {
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
    },
    {
      'app.mjs': `
        import { logs, metrics, trace } from '@opentelemetry/api';
        import { start } from '@clew/sdk';

        const work = (name) => {
          trace.getTracer('app').startSpan(name).end();
          metrics.getMeter('app').createCounter(name).add(1);
          logs.getLogger('app').emit({ body: name });
        };
        work('first');
        await start().shutdown();
        work('between');
        start();
        work('second');`,
    },
  );

  const bodiesOf = (path: string) => received.filter((each) => each.path === path).map(({ body }) => body);
  const metricNames = bodiesOf('/v1/metrics').flatMap((body) => {
    const { resourceMetrics } = JSON.parse(body.toString()) as MetricsRequest;
    return resourceMetrics.flatMap(({ scopeMetrics }) => {
      return scopeMetrics.filter(({ scope }) => scope.name === 'app').flatMap(({ metrics }) => metrics);
    });
  });
  const records = bodiesOf('/v1/logs').flatMap((body) => decodeLogs(body, fail) ?? []);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(spans.map(({ name }) => name)).toEqual(['first', 'second']);
  expect(records.map(({ body }) => body)).toEqual(['first', 'second']);
  expect(new Set(metricNames.map(({ name }) => name))).toEqual(new Set(['first', 'second']));
});

test('a start that fails halfway registers nothing, and a later one works', async () => {
  const { code, stdout, stderr, spans } = await runToEnd(
    { NODE_OPTIONS: '', OTEL_SDK_DISABLED: '' },
    {
      'clew.config.json': '{ "disabled": true }',
      'app.mjs': `
        import { context, createContextKey, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
        import { start } from '@clew/sdk';

        await start().shutdown();
        const nothing = () => {};
        const broken = {
          setTracerProvider() { throw new Error('no provider, please'); },
          setMeterProvider: nothing,
          getConfig: () => ({}),
          enable: nothing,
          disable: nothing,
        };
        try {
          start({ disabled: false, extraInstrumentations: [broken] });
        } catch (error) {
          console.log(error.message);
        }
        const key = createContextKey('any');
        console.log(trace.getTracer('app').startSpan('lost').isRecording(), propagation.fields());
        console.log(context.with(ROOT_CONTEXT.setValue(key, 1), () => context.active().getValue(key)));
        start({ disabled: false });
        trace.getTracer('app').startSpan('kept').end();`,
    },
  );

  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe('no provider, please\nfalse []\nundefined\n');
  expect(spans.map(({ name }) => name)).toEqual(['kept']);
});

interface MetricsRequest {
  readonly resourceMetrics: readonly {
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string };
      readonly metrics: readonly { readonly name: string }[];
    }[];
  }[];
}
