// `npm run test:peers`: sends to real backends by every protocol and reads back, through their own APIs, what they hold; and
// lets a real Collector decide by sampling policies that are translated for it.
// Not part of `npm test`: the first run builds the backends from source.
import { deepStrictEqual } from 'node:assert';

import { runEveryFeature, sorted } from '../conformance/every-feature.ts';
import type { FoundSpan } from '../conformance/found-span.ts';
import { spansIn } from '../conformance/spans-in.ts';
import { buildCollector } from './build-collector.ts';
import { buildJaeger } from './build-jaeger.ts';
import { collectorDecides } from './collector-decides.ts';
import { startJaeger, type Jaeger } from './start-jaeger.ts';

const PROTOCOLS = ['http/protobuf', 'http/json', 'grpc'];

await using jaeger = await startJaeger(await buildJaeger());

for (const protocol of PROTOCOLS) {
  try {
    const { spans, attributes } = await roundTrip(jaeger, protocol);
    console.log(`Jaeger  ${protocol.padEnd(13)}  ok: ${spans} spans with ${attributes} attributes, all as recorded`);
  } catch (error) {
    process.exitCode = 1;
    console.log(`Jaeger  ${protocol.padEnd(13)}  FAILED: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const seed = Date.now() % 2 ** 31;
try {
  const { traces, kept } = await collectorDecides(await buildCollector(), seed);
  console.log(`Collector  policies  ok: ${kept} of ${traces} traces kept, all as in the process`);
} catch (error) {
  process.exitCode = 1;
  console.log(
    `Collector  policies  FAILED with the seed ${seed}: ${error instanceof Error ? error.message : String(error)}`,
  );
}

/** Sends spans with everything that OTLP can carry, and compares what Jaeger has of their traces. */
async function roundTrip(jaeger: Jaeger, protocol: string): Promise<{ spans: number; attributes: number }> {
  const { recorded } = await runEveryFeature({
    OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
    OTEL_EXPORTER_OTLP_ENDPOINT: protocol === 'grpc' ? jaeger.grpcUrl : jaeger.httpUrl,
  });
  const traceIds = new Set(recorded.map(({ traceId }) => traceId));
  const traces = await Promise.all([...traceIds].map((traceId) => jaeger.trace(traceId)));
  const ownIds = new Set(recorded.map(({ spanId }) => spanId)); // one trace is that of a caller, the same in every run
  const held = traces.flatMap(spansIn).filter(({ spanId }) => ownIds.has(spanId));
  deepStrictEqual(sorted(held.map(withoutRemarks)), sorted(recorded));
  const attributes = recorded.reduce((sum, span) => sum + Object.keys(span.attributes).length, 0);
  return { spans: recorded.length, attributes };
}

/** Jaeger adds attributes of its own, such as a warning that the span of a remote caller is not there. */
function withoutRemarks(span: FoundSpan): FoundSpan {
  const attributes = Object.entries(span.attributes).filter(([key]) => !key.startsWith('@jaeger@'));
  return { ...span, attributes: Object.fromEntries(attributes) };
}
