import { readFileSync, statSync, type Stats } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { isModuleNamespaceObject } from 'node:util/types';

import { describeError, readProperty } from '@clew/diagnostics';

import { NO_DIRECTORY } from './config-directory.ts';
import { ownMessage } from '../redaction/text/own-message.ts';

/** Config file of a directory: its options, or why there are none. */
export type ConfigFile =
  | { readonly path: string; readonly options: unknown }
  | { readonly path: string; readonly problem: string };

const NAMES = ['ts', 'mts', 'js', 'mjs', 'json', 'yaml', 'yml'].map((extension) => `clew.config.${extension}`);
const STRIPS_TYPES_SINCE = '22.18';

/**
 * Loads the first `clew.config.*` of a directory (`none`: of no directory), synchronously: the preload must be done before the application's
 * first module. Never throws: a file that cannot be used is a `problem`, with line and column where the format has them.
 */
export function loadConfigFile(directory: string): ConfigFile | undefined {
  if (directory === NO_DIRECTORY) return undefined;
  for (const name of NAMES) {
    const stats = statsOf(join(directory, name));
    if (stats !== undefined) return load(directory, name, stats);
  }
  return undefined;
}

/** Undefined where there is no such file, or where this process may not know, as under `--permission`. */
function statsOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function load(directory: string, name: string, stats: Stats): ConfigFile {
  if (!stats.isFile()) return { path: name, problem: 'it is not a regular file' }; // reading a named pipe would wait
  const path = join(directory, name);
  try {
    return { path: name, options: read(path) };
  } catch (error) {
    return { path: name, problem: problemOf(error, path) };
  }
}

function read(path: string): unknown {
  if (path.endsWith('.json')) return parseJson(readFileSync(path, 'utf8'));
  const require = createRequire(import.meta.url);
  if (path.endsWith('.yaml') || path.endsWith('.yml')) {
    const yaml = require('yaml') as typeof import('yaml');
    return parseYaml(yaml, readFileSync(path, 'utf8')) ?? {};
  }
  if (/\.m?ts$/.test(path) && !process.features.typescript) throw new TypesNotStripped();
  const module = require(path) as { default?: unknown };
  if (!isModuleNamespaceObject(module)) return module.default ?? module; // `module.exports = { … }`
  if (module.default === undefined) throw new Mistake('it has no default export');
  return module.default;
}

/** Reads YAML. Errors name line and column and quote nothing of the text, which may hold the value of a header. */
function parseYaml(yaml: typeof import('yaml'), text: string): unknown {
  const lineCounter = new yaml.LineCounter();
  const document = yaml.parseDocument(text, { prettyErrors: false, lineCounter });
  const [error] = document.errors;
  if (error === undefined) return valuesOf(document);
  const { line, col } = lineCounter.linePos(error.pos[0]);
  const words = error.message.replace(/(?:: | sequence ).*/s, '');
  throw new Mistake(`${error.name}: ${words} at line ${line}, column ${col}`);
}

function valuesOf(document: { toJS(): unknown }): unknown {
  try {
    return document.toJS();
  } catch (error) {
    throw new Mistake((error as Error).message.replace(/: .*/s, '')); // it goes on with the name of the alias
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Mistake(withoutExcerpt(error as Error));
  }
}

/** The message of a parser without the piece of the text that V8 shows behind it. */
function withoutExcerpt({ name, message }: Error): string {
  return `${name}: ${message.replace(/, (?:\.\.\.)?".*$/s, '')}`;
}

/** A mistake in the file, told in our words or in those of a parser, without values. */
class Mistake extends Error {}

class TypesNotStripped extends Error {
  override readonly message =
    `this Node (${process.version}) does not run TypeScript; ` +
    `use Node ${STRIPS_TYPES_SINCE} or later, or a .js, .json or .yaml file`;
}

function problemOf(error: unknown, path: string): string {
  if (error instanceof TypesNotStripped || error instanceof Mistake) return error.message;
  const code = readProperty(error, 'code');
  if (code === 'ERR_REQUIRE_ASYNC_MODULE') return 'it has a top-level await; the file is loaded synchronously';
  const line = lineOf(error, path);
  return `${ownMessage(wordsOf(error))}${line === undefined ? '' : ` (line ${line})`}`;
}

/** Words of an error that the file's code threw, without what V8 quotes of a text that it cannot read. */
function wordsOf(error: unknown): string {
  return error instanceof SyntaxError ? withoutExcerpt(error) : describeError(error);
}

/** The line of the frame in the file, or the one that Node's own check finds where its syntax is wrong. */
function lineOf(error: unknown, path: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return lineIn(error.stack, path) ?? (error instanceof SyntaxError ? lineIn(checkSyntax(path), path) : undefined);
}

function lineIn(text: string | undefined, path: string): string | undefined {
  const [, after = ''] = text?.split(`${path}:`) ?? [];
  return /^\d+/.exec(after)?.[0];
}

/** A syntax error of an ES module carries its line only in what Node prints when it dies of it. */
function checkSyntax(path: string): string {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  return spawnSync(process.execPath, ['--check', path], { encoding: 'utf8', env: {}, timeout: 5000 }).stderr;
}
