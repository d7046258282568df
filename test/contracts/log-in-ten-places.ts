import { cpSync, readFileSync } from 'node:fs';

import { runApp } from '@clew/testing';

import { fixture, type Fixture } from '../support/fixture.ts';
import { ROOT } from '../support/workspace.ts';
import type { LoggerUnderTest } from './logger-under-test.ts';

/** By what the logger is correlated. */
export interface Mode {
  readonly isExplicit: boolean;
  /** Under the preload; else the application has an SDK of its own. */
  readonly isAutomatic: boolean;
}

/** The lines of an application, as text, by the place that they were written in, and the ids of the spans there. */
export interface LoggedPlaces {
  readonly lines: ReadonlyMap<string, readonly string[]>;
  readonly ids: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly code: number | null;
}

const REPORT = '{"ids":';
const PLACES = new URL('fixtures/ten-places.mjs', import.meta.url);

/** Makes a folder for the applications of one logger, where it is installed under its own name. */
export function installLogger({ library }: LoggerUnderTest): Fixture {
  const files = fixture({ 'app/ten-places.mjs': readFileSync(PLACES, 'utf8') });
  // A copy, not a link: the preload tells a library by the folder that Node finds it in.
  if (library !== undefined && library.folder !== library.name) {
    cpSync(`${ROOT}node_modules/${library.folder}`, `${files.path}/app/node_modules/${library.name}`, {
      recursive: true,
    });
  }
  return files;
}

/** Runs an application that logs in ten places, in a process of its own. */
export async function logInTenPlaces(
  files: Fixture,
  logger: LoggerUnderTest,
  type: 'module' | 'commonjs',
  mode: Mode,
): Promise<LoggedPlaces> {
  const name = `app/${mode.isExplicit ? 'explicit' : 'plain'}-${mode.isAutomatic ? 'preload' : 'sdk'}`;
  const file = `${name}.${type === 'module' ? 'mjs' : 'cjs'}`;
  files.write(file, source(logger, type, mode));

  await using app = await runApp({ args: [`${files.path}/${file}`], preload: mode.isAutomatic });
  const { code } = await app.exited;

  const output = logger.library === undefined ? app.stdout + app.stderr : app.stdout; // the console writes to both
  const all = output.split('\n').filter(Boolean);
  const report = all.find((line) => line.startsWith(REPORT));
  const { ids } = JSON.parse(report ?? `${REPORT}{}}`) as Pick<LoggedPlaces, 'ids'>;
  return { code, ids, lines: byPlace(all.filter((line) => line !== report)) };
}

function source(logger: LoggerUnderTest, type: 'module' | 'commonjs', { isExplicit, isAutomatic }: Mode): string {
  const load = (names: string, from: string) =>
    type === 'module' ? `import ${names} from '${from}';` : `const ${names} = require('${from}');`;
  return [
    load('{ tenPlaces }', './ten-places.mjs'),
    isAutomatic ? '' : `${load('{ recordSpans }', '@clew/testing')} recordSpans();`,
    isExplicit ? load(`{ ${logger.adapter.name} }`, logger.adapter.from) : '',
    logger.library === undefined ? '' : load('library', logger.library.name),
    `const log = ${isExplicit ? logger.explicit : logger.plain};`,
    `const fail = (error, place) => ${logger.fail};`,
    `const file = ${type === 'module' ? 'import.meta.filename' : '__filename'};`,
    `tenPlaces({ log, child: ${logger.child}, fail, file });`,
  ].join('\n');
}

function byPlace(lines: readonly string[]): Map<string, string[]> {
  const places = new Map<string, string[]>();
  for (const line of lines) {
    const place = placeOf(line);
    places.set(place, [...(places.get(place) ?? []), line]);
  }
  return places;
}

/** The first word of its message. */
function placeOf(line: string): string {
  return /\w+/.exec(messageOf(line))?.[0] ?? '';
}

function messageOf(line: string): string {
  if (!line.includes('{')) return line; // of the console, outside spans
  const { msg, message } = JSON.parse(line) as { msg?: string; message?: string };
  return msg ?? message ?? '';
}
