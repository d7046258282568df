import { existsSync, readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { basename } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { ROOT } from '../support/workspace.ts';

/** Where a profile found something, as V8 says it; lines and columns count from 0. */
interface CallFrame {
  readonly functionName: string;
  readonly url: string;
  readonly lineNumber: number;
  readonly columnNumber: number;
}

interface CpuProfile {
  readonly nodes: readonly { readonly id: number; readonly callFrame: CallFrame }[];
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

interface HeapNode {
  readonly callFrame: CallFrame;
  readonly selfSize: number;
  readonly children: readonly HeapNode[];
}

interface HeapProfile {
  readonly head: HeapNode;
}

/** A function, and its own part of a profile: microseconds or bytes. */
export interface HotFunction {
  readonly package: string;
  readonly name: string;
  /** File and line; empty for what is in no file. */
  readonly place: string;
  readonly value: number;
}

/** @returns the functions of a `.cpuprofile` or `.heapprofile`, hottest first, without the time in which nothing was to do */
export function hotFunctions(profile: CpuProfile | HeapProfile): HotFunction[] {
  const byPlace = new Map<string, HotFunction>();
  for (const [frame, value] of 'head' in profile ? heapValues(profile.head) : cpuValues(profile)) {
    if (value === 0 || frame.functionName === '(idle)') continue;
    const located = locate(frame);
    const key = JSON.stringify(located);
    byPlace.set(key, { ...located, value: value + (byPlace.get(key)?.value ?? 0) });
  }
  return [...byPlace.values()].toSorted(byValue);
}

/** @returns the sums of the packages, largest first */
export function hotPackages(functions: readonly HotFunction[]): { package: string; value: number }[] {
  const sums = new Map<string, number>();
  for (const each of functions) sums.set(each.package, each.value + (sums.get(each.package) ?? 0));
  return [...sums].map(([name, value]) => ({ package: name, value })).toSorted(byValue);
}

const byValue = (one: { value: number }, other: { value: number }) => other.value - one.value;

function* cpuValues({ nodes, samples, timeDeltas }: CpuProfile): Generator<[CallFrame, number]> {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id);
    // A delta is the time since the sample before, which is what that sample stands for.
    if (frame !== undefined) yield [frame, timeDeltas[index + 1] ?? 0];
  }
}

function* heapValues({ callFrame, selfSize, children }: HeapNode): Generator<[CallFrame, number]> {
  yield [callFrame, selfSize];
  for (const child of children) yield* heapValues(child);
}

function locate(frame: CallFrame): Omit<HotFunction, 'value'> {
  const name = frame.functionName || '(anonymous)';
  if (frame.url === '') return { package: name.startsWith('(') ? '(V8)' : '(native)', name, place: '' };
  const original = originalOf(frame);
  const place = `${basename(original.url)}:${original.line + 1}`;
  return { package: packageOf(original.url), name, place };
}

interface Place {
  readonly url: string;
  readonly line: number;
  readonly column: number;
}

/** The place that was written, where what runs was bundled from what was compiled from it. */
function originalOf({ url, lineNumber, columnNumber }: CallFrame): Place {
  let place = {
    url: url.startsWith('/') ? pathToFileURL(url).href : url,
    line: lineNumber,
    column: columnNumber,
  };
  for (let maps = 0; maps < MOST_MAPS; maps++) {
    const entry = sourceMapOf(place.url)?.findEntry(place.line, place.column);
    if (entry === undefined || !('originalSource' in entry)) break;
    const { originalSource, originalLine: line, originalColumn: column } = entry;
    place = { url: new URL(originalSource, place.url).href, line, column };
  }
  return place;
}

const MOST_MAPS = 3;
const maps = new Map<string, SourceMap | undefined>();

function sourceMapOf(url: string): SourceMap | undefined {
  if (!url.startsWith('file:')) return undefined;
  if (!maps.has(url)) {
    const map = fileURLToPath(`${url}.map`);
    maps.set(url, existsSync(map) ? new SourceMap(JSON.parse(readFileSync(map, 'utf8'))) : undefined);
  }
  return maps.get(url);
}

/** @returns the package that a file belongs to, `node` for Node's own, `the application` for the rest */
export function packageOf(url: string): string {
  if (url.startsWith('node:')) return 'node';
  const path = decodeURIComponent(url.replace(/^file:\/\//, ''));
  const [, installed] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  if (installed !== undefined) return installed;
  const [, own] = /^packages\/([^/]+)\//.exec(path.startsWith(ROOT) ? path.slice(ROOT.length) : '') ?? [];
  return own === undefined ? 'the application' : `@clew/${own}`;
}
