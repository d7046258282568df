// Runs the scenarios of http-scenarios.mjs under the http instrumentation that CLEW_TEST_HTTP names, `ours` or OpenTelemetry's own,
// and at the end writes to fd 3 the spans and durations that each of them made.
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';

import { recordSpans } from '@clew/testing';
import { trace } from '@opentelemetry/api';

const recorded = recordSpans();
const durations = [];
const meterProvider = {
  getMeter: () => ({
    createHistogram: (name, { unit, advice }) => ({
      record(value, attributes) {
        const isPlausible = value >= 0 && value < 60;
        durations.push({ name, unit, boundaries: advice.explicitBucketBoundaries.length, isPlausible, attributes });
      },
    }),
  }),
};

const instrumentation = await create();
instrumentation.setMeterProvider(meterProvider);
const { SCENARIOS, openServers } = await import('./http-scenarios.mjs');
const results = {};
for (const [name, { config = {}, run }] of Object.entries(SCENARIOS)) {
  recorded.clear();
  durations.length = 0;
  const seen = [];
  instrumentation.setConfig(typeof config === 'function' ? config((...values) => seen.push(values)) : config);
  const told = await run({ say: (...values) => seen.push(values), tracer: trace.getTracer('app') });
  await openServers.closeAll();
  await untilEnded();
  results[name] = { told, seen, spans: spansOf(recorded), durations: durations.slice() };
}
writeSync(3, JSON.stringify(results));

async function create() {
  if (process.env.CLEW_TEST_HTTP === 'ours') {
    const { HttpInstrumentation } = await import('@clew/instrumentations/http');
    return new HttpInstrumentation();
  }
  const require = createRequire(import.meta.url);
  const { HttpInstrumentation } = require('@opentelemetry/instrumentation-http');
  const upstream = new HttpInstrumentation();
  require('http'); // patched on their way out
  require('https');
  return upstream;
}

/** Some spans of OpenTelemetry's own never end. */
async function untilEnded() {
  const deadline = performance.now() + 500;
  while (recorded.tree().includes('(open)') && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function spansOf({ spans, tree }) {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  const ended = spans.map(({ name, kind, status, attributes, events, parentSpanContext: parent }) => ({
    name,
    kind,
    status,
    attributes: Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)),
    events: events.map((event) => [
      event.name,
      event.attributes['exception.type'],
      event.attributes['exception.message'],
    ]),
    parent: names.get(parent?.spanId) ?? (parent?.isRemote ? 'remote' : null),
  }));
  return {
    ended,
    open: tree()
      .split('\n')
      .filter((line) => line.includes('(open)')).length,
  };
}
