import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * Reads the message of the API about a second registration, which has the stack of whoever tried.
 *
 * @returns one line with the remedy; undefined for another message
 */
export function refusedSdk(message: string, folder: string = process.cwd()): string | undefined {
  if (!message.includes('Attempted duplicate registration of API')) return undefined;
  const place = placeIn(message, folder);
  const who = place === undefined ? 'another OpenTelemetry SDK' : `the OpenTelemetry SDK started in ${place}`;
  return `${who} was refused because Clew runs; remove it or Clew`;
}

const FRAMES_READ = 30;

/** The first place outside of every package, as `tracing.js:3`. */
function placeIn(stack: string, folder: string): string | undefined {
  for (const frame of stack.split('\n', FRAMES_READ)) {
    const [file, line] = positionOf(frame);
    if (file === undefined || /[\\/]node_modules[\\/]/.test(file)) continue;
    const path = file.startsWith('file:') ? fileURLToPath(file) : file;
    const inFolder = relative(folder, path);
    return `${inFolder.startsWith('..') ? path : inFolder}:${line}`;
  }
  return undefined;
}

/** File and line of `    at name (file:line:column)`, or of the same without a name. */
function positionOf(frame: string): string[] {
  const [, at] = frame.split(/^ {4}at (?:async )?/);
  if (at === undefined) return [];
  const position = at.endsWith(')') ? at.slice(at.lastIndexOf('(') + 1, -1) : at;
  const [column, line, ...file] = position.split(':').toReversed();
  const path = file.toReversed().join(':');
  const isFile = isAbsolute(path) || path.startsWith('file:');
  return isFile && Number(line) > 0 && Number(column) > 0 ? [path, String(line)] : [];
}
