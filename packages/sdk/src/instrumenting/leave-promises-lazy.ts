import { types } from 'node:util';

import { SpanStatusCode, trace, type Span } from '@opentelemetry/api';
import type { Instrumentation } from '@opentelemetry/instrumentation';

import { partsOf } from './instrumentation-parts.ts';

/**
 * Lets upstream's instrumentation of openai watch a promise of its own, and hands the application the one of the client.
 *
 * The client's promise is lazy: it reads the body of the response when it is first awaited. Upstream awaits it at once, so that
 * `parse()` and `asResponse()` find the body read, and a failure that nobody awaits counts as handled. Its own promise is
 * settled instead when the application has read the response, or when the request has failed.
 *
 * The span of a call whose result nobody reads stays open until the process ends.
 */
export function leavePromisesLazy(instrumentation: Instrumentation): void {
  for (const part of partsOf(instrumentation)) {
    const { _wrap: wrap } = part;
    if (wrap === undefined) continue;
    part._wrap = (owner, name, wrapper) => {
      return wrap(owner, name, name === 'create' ? watchingAside(wrapper as Wrapper) : wrapper);
    };
  }
}

type AnyFunction = (this: unknown, ...args: readonly unknown[]) => unknown;
type Wrapper = (this: void, original: AnyFunction) => AnyFunction;

function watchingAside(wrapper: Wrapper): Wrapper {
  return (original) => {
    /** The call that is on the stack: upstream calls the client synchronously. */
    let call: WatchedCall | undefined;
    let spanOutside: Span | undefined;

    const patched = wrapper(function (this: unknown, ...args) {
      const span = trace.getActiveSpan();
      call = watch(Reflect.apply(original, this, args), span === spanOutside ? undefined : span);
      return call.watched;
    });

    return function create(this: unknown, ...args) {
      call = undefined;
      spanOutside = trace.getActiveSpan();
      const returned = Reflect.apply(patched, this, args);
      const made = call as WatchedCall | undefined; // which the function above has set
      if (made === undefined) return returned;
      if (types.isPromise(returned)) {
        returned.catch((error: unknown) => {
          if (returned !== made.watched) fail(made.span, error); // upstream does not look at what it derives
        });
      }
      return made.result;
    };
  };
}

interface WatchedCall {
  /** Return value of the client. */
  readonly result: unknown;
  /** Upstream's promise of the value. */
  readonly watched: Promise<unknown>;
  /** Upstream's span, where it made one. */
  readonly span: Span | undefined;
}

/** The client's promise. Once it is awaited it calls `parseResponse` with what `responsePromise` resolves with. */
interface ApiPromise extends Promise<unknown> {
  responsePromise: Promise<unknown>;
  parseResponse: AnyFunction;
  readonly asResponse: () => Promise<unknown>;
}

function watch(result: unknown, span: Span | undefined): WatchedCall {
  if (!isApiPromise(result)) {
    span?.end(); // nothing tells when it would be over
    return { result, watched: new Promise(() => {}), span };
  }
  const watched = new Promise((resolve, reject) => tellOf(result, resolve, reject));
  endWithResponse(result, span);
  return { result, watched, span };
}

function isApiPromise(value: unknown): value is ApiPromise {
  if (!types.isPromise(value)) return false;
  const { responsePromise, parseResponse, asResponse } = value as Partial<ApiPromise>;
  return types.isPromise(responsePromise) && typeof parseResponse === 'function' && typeof asResponse === 'function';
}

/** Tells the value when the application reads it, and the failure when there is one. */
function tellOf(result: ApiPromise, resolve: (value: unknown) => void, reject: (error: unknown) => void): void {
  const { responsePromise, parseResponse } = result;
  function failed(error: unknown): never {
    reject(error);
    throw error;
  }
  result.responsePromise = responsePromise.then((response) => response, failed);
  result.parseResponse = async function parse(this: unknown, ...args) {
    try {
      const value: unknown = await Reflect.apply(parseResponse, this, args);
      resolve(value);
      return value;
    } catch (error) {
      return failed(error);
    }
  };
}

/** Ends the span with the response where the application asks for just that: its body is not ours to read. */
function endWithResponse(result: ApiPromise, span: Span | undefined): void {
  const { asResponse, parseResponse } = result;
  let isParsed = false;
  result.parseResponse = function parse(this: unknown, ...args) {
    isParsed = true;
    return Reflect.apply(parseResponse, this, args);
  };
  const value = async (): Promise<unknown> => {
    const response = await asResponse.call(result);
    if (!isParsed) span?.end();
    return response;
  };
  Reflect.defineProperty(result, 'asResponse', { value, configurable: true, writable: true, enumerable: false });
}

function fail(span: Span | undefined, error: unknown): void {
  span?.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.message : '' });
  span?.end();
}
