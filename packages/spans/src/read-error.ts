import { describeError, readProperty } from '@clew/diagnostics';

const MAX_CAUSES = 8;

/** Says what was thrown, whatever it is. Nothing of it throws, and no getter of the application's passes an exception. */
export interface ErrorReading {
  /** The error's name, its class where the name says no more than `Error`, or the type of another value. */
  readonly type: string;
  readonly message: string;
  /** The stacks of the error and of each `cause`, after `Caused by:`; empty where there is none. */
  readonly stacktrace: string;
}

/** Reads an error, or whatever else was thrown. The only reader for spans: they all say the same of one error. */
export function readError(error: unknown): ErrorReading {
  return { type: typeOf(error), message: messageOf(error), stacktrace: stacktraceOf(error) };
}

function typeOf(error: unknown): string {
  if (error === null || typeof error !== 'object') return error === null ? 'null' : typeof error;
  const name = readProperty(error, 'name');
  if (typeof name === 'string' && name !== '' && name !== 'Error') return name;
  const className = readProperty(readProperty(error, 'constructor'), 'name');
  return typeof className === 'string' && className !== '' ? className : 'Error';
}

function messageOf(error: unknown): string {
  const message = readProperty(error, 'message');
  return typeof message === 'string' ? message : describeError(error);
}

function stacktraceOf(error: unknown): string {
  const stacks: string[] = [];
  const seen = new Set<unknown>();
  for (let each = error; isObject(each) && !seen.has(each) && seen.size <= MAX_CAUSES; each = causeOf(each)) {
    seen.add(each);
    const stack = readProperty(each, 'stack');
    stacks.push(typeof stack === 'string' ? stack : inOneLine(each));
  }
  if (stacks.length === 1 && typeof readProperty(error, 'stack') !== 'string') return ''; // it would repeat type and message
  return stacks.join('\nCaused by: ');
}

/** An object that was thrown and is no error has no stack. */
const inOneLine = (error: unknown) => `${typeOf(error)}: ${messageOf(error)}`;

const causeOf = (error: unknown) => readProperty(error, 'cause');

const isObject = (value: unknown) => typeof value === 'object' && value !== null;
