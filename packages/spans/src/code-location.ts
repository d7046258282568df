import { guard } from '@clew/diagnostics';
import type { Attributes } from '@opentelemetry/api';

/** `    at place (file:///app/orders.ts:12:5)`, or without a function and its parentheses. */
const FRAME = /^\s*at (?:.*\()?(?<file>\S.*):(?<line>\d+):\d+\)?$/m;

/**
 * The `code.*` attributes of a function: its name and the place where a function of this package is called.
 *
 * @param entry the function of this package that the user calls; it and what it calls are not in the answer
 * @returns what can be found out; stack traces may be switched off, or be formatted by the application
 * @see https://opentelemetry.io/docs/specs/semconv/registry/attributes/code/
 */
export function codeLocation(name: string, entry: (...args: never[]) => unknown): Attributes {
  const attributes: Attributes = name === '' ? {} : { 'code.function.name': name };
  return guard('finding the code of a span', attributes, () => {
    const { file, line } = FRAME.exec(callersOf(entry))?.groups ?? {};
    if (file === undefined) return attributes;
    return { ...attributes, 'code.file.path': pathOf(file), 'code.line.number': Number(line) };
  });
}

function callersOf(entry: (...args: never[]) => unknown): string {
  const holder: { stack?: unknown } = {};
  Error.captureStackTrace?.(holder, entry);
  return typeof holder.stack === 'string' ? holder.stack : '';
}

function pathOf(file: string): string {
  return file.startsWith('file://') ? decodeURI(file.slice('file://'.length)) : file;
}
