import { cpSync } from 'node:fs';

import { runApp } from '@clew/testing';
import { decodeLogs, type LogRecord, type SpanRecord } from '@clew/viewer';

import { fixture } from './fixture.ts';
import { ROOT } from './workspace.ts';

/** A program that logs. */
export interface LoggerProgram {
  readonly type: 'module' | 'commonjs';
  /** Imports by the names they have in the program; `pino-8` and `pino-9` are copies that are named `pino`. */
  readonly imports: Readonly<Record<string, string>>;
  /** Runs inside a span `order` of the tracer `shop`, which is `span`. */
  readonly work: string;
  /** Runs before that, outside of every span. */
  readonly before?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly files?: Readonly<Record<string, string>>;
  /** Whether it runs under the preload. Default: true. */
  readonly preload?: boolean;
}

export interface LoggerRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Those lines of stdout that are JSON. */
  readonly lines: readonly Record<string, unknown>[];
  readonly records: readonly LogRecord[];
  readonly spans: readonly SpanRecord[];
}

/** Runs it in a process of its own until it ends. */
export async function runLogger(program: LoggerProgram): Promise<LoggerRun> {
  const { type, imports, env = {}, files = {}, preload = true } = program;
  const file = type === 'module' ? 'app.mjs' : 'app.cjs';
  using folder = fixture({ 'package.json': '{ "name": "plain" }', [file]: source(program), ...files });
  for (const copy of Object.values(imports).filter((name) => /^pino-\d$/.test(name))) {
    cpSync(`${ROOT}node_modules/${copy}`, `${folder.path}/${copy}/node_modules/pino`, { recursive: true });
    folder.write(`${copy}/index.cjs`, `module.exports = require('pino');`);
    folder.write(`${copy}/index.mjs`, `export { default } from 'pino';`);
  }
  await using app = await runApp({ args: [file], cwd: folder.path, env, preload });
  const { code, signal } = await app.exited;
  const records = app.viewer.received.filter(({ path }) => path === '/v1/logs').flatMap(({ body }) => decoded(body));
  const { stdout, stderr } = app;
  return { code, signal, stdout, stderr, lines: jsonLines(stdout), records, spans: app.spans() };
}

function source({ type, imports, before = '', work }: LoggerProgram): string {
  const load = (name: string, from: string) =>
    type === 'module' ? `import ${name} from '${from}';` : `const ${name} = require('${from}');`;
  const pathOf = (from: string) =>
    /^pino-\d$/.test(from) ? `./${from}/index.${type === 'module' ? 'mjs' : 'cjs'}` : from;
  const loads = Object.entries(imports).map(([name, from]) => load(name, pathOf(from)));
  return [
    load('{ trace }', '@opentelemetry/api'),
    ...loads,
    before,
    `trace.getTracer('shop').startActiveSpan('order', (span) => {`,
    work,
    `span.end(); });`,
  ].join('\n');
}

function decoded(body: Buffer): LogRecord[] {
  const records = decodeLogs(body, (problem) => {
    throw new Error(problem);
  });
  return records ?? [];
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith('{"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
