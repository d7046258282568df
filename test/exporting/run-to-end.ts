import { runApp, type RunAppOptions } from '@clew/testing';
import type { SpanRecord } from '@clew/viewer';

import { fixture } from '../support/fixture.ts';

/** Exit and output of an application, and all that arrived at the backend. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Spans that arrived at the backend that `runApp` brings. */
  readonly spans: readonly SpanRecord[];
  readonly received: readonly { path: string; headers: NodeJS.Dict<string | string[]>; body: Buffer }[];
}

/** Makes a span `work`, and says that it goes on. */
export const ONE_SPAN = `
  import { trace } from '@opentelemetry/api';
  trace.getTracer('app').startSpan('work').end();
  console.log('app runs on');
`;

/**
 * Runs `app.mjs` in a folder of its own until it ends.
 *
 * @param files replaces `app.mjs`, or adds to it; what belongs into the folder beside it
 */
export async function runToEnd(
  env: NodeJS.ProcessEnv = {},
  files: Readonly<Record<string, string>> = {},
  options: Pick<RunAppOptions, 'preload'> = {},
): Promise<Ended> {
  using folder = fixture({ 'package.json': '{ "name": "plain" }', 'app.mjs': ONE_SPAN, ...files });
  await using app = await runApp({ args: ['app.mjs'], cwd: folder.path, env, ...options });
  const { code } = await app.exited;
  return { code, stdout: app.stdout, stderr: app.stderr, spans: app.spans(), received: app.viewer.received };
}
