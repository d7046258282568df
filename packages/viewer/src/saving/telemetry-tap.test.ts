import { expect, test } from 'vitest';

import type { LogRecord } from '../log-record.ts';
import type { SpanRecord } from '../span-record.ts';
import { startViewer } from '../start-viewer.ts';

test('the tap hears all that is received, also what the store does not keep', async () => {
  const spans: SpanRecord[] = [];
  const logs: LogRecord[] = [];
  const tap = {
    spans: (more: readonly SpanRecord[]) => spans.push(...more),
    logs: (more: readonly LogRecord[]) => logs.push(...more),
  };
  await using viewer = await startViewer({ port: 0, tap });
  const [traceId, spanId] = ['1'.repeat(32), '2'.repeat(16)];
  const post = (path: string, body: object) =>
    fetch(viewer.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  await post('/v1/traces', {
    resourceSpans: [{ scopeSpans: [{ spans: [{ traceId, spanId, name: 'kept' }, { name: 'no ids' }] }] }],
  });
  await post('/v1/logs', {
    resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'of no trace' } }] }] }],
  });
  viewer.addLogLine(JSON.stringify({ msg: 'from stdout', trace_id: traceId }));

  expect(spans.map(({ name }) => name)).toEqual(['kept', 'no ids']);
  expect(logs.map(({ body }) => body)).toEqual(['of no trace', 'from stdout']);
  expect(viewer.stats()).toMatchObject({ spans: 1, rejectedSpans: 1, untracedLogs: 1 });
});
