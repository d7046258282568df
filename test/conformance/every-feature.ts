import { runApp } from '@clew/testing';

import type { FoundSpan } from './found-span.ts';

/** The spans that the application recorded, and the bodies it posted to the backend that `runApp` brings. */
export interface EveryFeature {
  readonly recorded: readonly FoundSpan[];
  readonly posted: readonly Buffer[];
}

/** Runs the application whose spans have everything that OTLP can carry. */
export async function runEveryFeature(env: NodeJS.ProcessEnv = {}): Promise<EveryFeature> {
  const cwd = new URL('fixtures/', import.meta.url);
  const quiet = { OTEL_LOG_LEVEL: 'error' }; // else the attributes beyond the limit are told
  await using app = await runApp({ args: ['every-feature.mjs'], cwd, env: { ...quiet, ...env } });
  const { code } = await app.exited;
  if (code !== 0 || app.stderr !== '') throw new Error(`the app ended with ${code}: ${app.stderr}`);
  const recorded = app.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as FoundSpan);
  return { recorded, posted: app.viewer.received.map(({ body }) => body) };
}

/** In an order that does not depend on how they were batched. */
export function sorted(spans: readonly FoundSpan[]): FoundSpan[] {
  return spans.toSorted((a, b) => a.spanId.localeCompare(b.spanId));
}
