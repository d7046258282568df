import { afterEach, beforeEach } from 'vitest';

import type { LogRecord } from '../src/log-record.ts';
import { emptyLog } from '../src/log-record.ts';
import type { SpanRecord } from '../src/span-record.ts';
import { startViewer, type Viewer, type ViewerOptions } from '../src/start-viewer.ts';
import { planSpan, type SpanPlan } from './build-trace.ts';

/** A viewer that is started for each test, and what one needs to ask it. */
export interface ApiClient {
  readonly viewer: Viewer;
  /** Asks for JSON with an expected status. */
  get<T>(path: string, status?: number): Promise<T>;
  text(path: string, status?: number): Promise<string>;
}

export function useApi(options: ViewerOptions = {}): ApiClient {
  let viewer: Viewer;
  beforeEach(async () => {
    viewer = await startViewer({ port: 0, ...options });
  });
  afterEach(() => viewer.close());

  async function text(path: string, status = 200): Promise<string> {
    const response = await fetch(viewer.url + path);
    const body = await response.text();
    if (response.status !== status) throw new Error(`${path}: expected ${status}, got ${response.status}: ${body}`);
    return body;
  }
  return {
    get viewer() {
      return viewer;
    },
    text,
    get: async <T>(path: string, status?: number) => JSON.parse(await text(path, status)) as T,
  };
}

/** The n-th trace id. */
export function traceId(n: number): string {
  return `a${n.toString(16).padStart(31, '0')}`;
}

/** The n-th span id. */
export function spanId(n: number): string {
  return `b${n.toString(16).padStart(15, '0')}`;
}

/** A span of the n-th trace; ids of spans are numbers in the plan. */
export function spanOf(
  trace: number,
  name: string,
  { id = 0, parent, ...plan }: Omit<SpanPlan, 'id' | 'parent'> & { id?: number; parent?: number } = {},
): SpanRecord {
  const ids = { id: spanId(id), ...(parent !== undefined && { parent: spanId(parent) }) };
  return { ...planSpan(name, { ...plan, ...ids }), traceId: traceId(trace) };
}

export function logOf(trace: number, body: string, log: Partial<LogRecord> = {}): LogRecord {
  return { ...emptyLog(), traceId: traceId(trace), body, ...log };
}
