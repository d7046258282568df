import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import { expect, test } from 'vitest';

import { guardedProcessor } from './guarded-processor.ts';

const fail = () => {
  throw new Error('refused');
};

test('a processor that throws everywhere costs neither spans nor the processors after it', async () => {
  const exporter = new InMemorySpanExporter();
  const broken = { onStart: fail, onEnding: fail, onEnd: fail, forceFlush: fail, shutdown: fail };
  const provider = new TracerProvider({
    spanProcessors: [guardedProcessor(broken), new SimpleSpanProcessor({ exporter })],
  });

  provider.getTracer('app').startSpan('work').end();

  expect(exporter.getFinishedSpans().map(({ name }) => name)).toEqual(['work']);
  await expect(provider.shutdown()).rejects.toThrow('refused');
});
