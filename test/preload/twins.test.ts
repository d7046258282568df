import { runApp } from '@clew/testing';
import { SPAN_KIND, type SpanRecord } from '@clew/viewer';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { describeWith } from '../services/describe-with.ts';
import { startPostgres } from '../services/postgres.ts';
import { startRedis } from '../services/redis.ts';
import type { Service } from '../services/service.ts';

// Names, kinds and parents, in the order of their start. The Express spans are those of upstream's instrumentations.
const EXPRESS = (depth: string) =>
  [
    `${depth}GET /stock/:sku (server, http)`,
    `${depth}  middleware - handle (internal, router)`,
    `${depth}    request handler (internal, express)`,
    `${depth}      request handler - /stock/:sku (internal, router)`,
  ].join('\n');
const EXPECTED = `
GET /orders/:id (server, http)
  set (client, ioredis)
  get (client, ioredis)
  pg-pool.connect (client, pg)
    pg.connect (client, pg)
  pg.query:SELECT postgres (client, pg)
  GET (client, undici)
${EXPRESS('    ')}
  GET (client, http)
${EXPRESS('    ')}
GET /broken (server, http) !
`;

describeWith(['REDIS', 'POSTGRES'], 'an application in either module system', () => {
  let redis: Service;
  let postgres: Service;

  beforeAll(async () => {
    [redis, postgres] = await Promise.all([startRedis(), startPostgres()]);
  });

  afterAll(async () => {
    await redis[Symbol.asyncDispose]();
    await postgres[Symbol.asyncDispose]();
  });

  test.each(['twin.mjs', 'twin.cjs'])('%s makes the same spans in either module system', async (file) => {
    await using app = await runApp({
      args: [file],
      cwd: new URL('fixtures/', import.meta.url),
      env: { REDIS_URL: redis.url, POSTGRES_URL: postgres.url },
    });
    const [, port = ''] = await app.untilStdout(/^listening (\d+)$/m);

    const order = await fetch(`http://127.0.0.1:${port}/orders/7`);
    const body = await order.json();
    const broken = await fetch(`http://127.0.0.1:${port}/broken`);
    await broken.text();
    app.kill('SIGTERM');
    const exit = await app.exited;

    expect(body).toEqual({ order: '7', fetched: { sku: 'a', left: 3 }, got: { sku: 'b', left: 3 } });
    expect(exit).toEqual({ code: null, signal: 'SIGTERM' });
    expect(app.stderr).toBe('');
    expect(`\n${treeOf(app.spans())}\n`).toBe(EXPECTED);
    const traceId = app.spans().find(({ name }) => name === 'GET /orders/:id')?.traceId;
    expect(app.stdout.split('\n').flatMap(messageAndTrace)).toEqual([
      ['order read', traceId],
      ['request log', traceId],
    ]);
  });
});

function treeOf(spans: readonly SpanRecord[]): string {
  const isRoot = ({ parentSpanId }: SpanRecord) => !spans.some(({ spanId }) => spanId === parentSpanId);
  return linesOf(spans.filter(isRoot), spans, '').join('\n');
}

function linesOf(siblings: readonly SpanRecord[], spans: readonly SpanRecord[], indent: string): string[] {
  const inOrder = siblings.toSorted((a, b) => Number(a.startTimeUnixNano - b.startTimeUnixNano));
  return inOrder.flatMap((span) => [
    `${indent}${span.name} (${kindOf(span)}, ${scopeOf(span)})${span.status.code === 2 ? ' !' : ''}`,
    ...linesOf(
      spans.filter(({ parentSpanId }) => parentSpanId === span.spanId),
      spans,
      `${indent}  `,
    ),
  ]);
}

const kindOf = ({ kind }: SpanRecord) => Object.entries(SPAN_KIND).find(([, value]) => value === kind)?.[0];
const scopeOf = ({ scope }: SpanRecord) =>
  scope.name.replace(/^@(?:opentelemetry\/instrumentation-|clew\/instrumentations\/)/, '');

/** Of the app's own lines: Fastify logs some beside them. */
function messageAndTrace(line: string): [string, string | undefined][] {
  if (!line.startsWith('{')) return [];
  const { msg, trace_id: traceId } = JSON.parse(line) as { msg: string; trace_id?: string };
  return /^order read|^request log/.test(msg) ? [[msg, traceId]] : [];
}
