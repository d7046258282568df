import { EventEmitter } from 'node:events';

import { reportFailure } from '@clew/diagnostics';
import { context, type Context } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';

import { exchangeOf, type Exchange } from './exchange.ts';
import { nodeHttp } from './node-http.ts';

type Emit = EventEmitter['emit'];

// The patch of this copy of the module: another copy knows other exchanges, and calls this one.
let watchers = 0;
let unpatch: (() => boolean) | undefined;

/**
 * Tells exchanges what their requests and responses emit, and has those of a server emit in their context.
 *
 * Channels do not tell that a request was closed, nor that a response was read to its end; and Node emits what comes over
 * a connection in the context of that. A listener would be counted by the application, so `emit` of the three classes
 * is another one, that of no object is. Messages that belong to no exchange pass.
 *
 * @returns ends the watching
 */
export function watchMessages(): () => void {
  watchers++;
  unpatch ??= patchMessages();
  return () => {
    watchers--;
    if (watchers === 0 && unpatch?.() === true) unpatch = undefined;
  };
}

/** @returns undoes it, and tells whether it could: not while somebody has wrapped what is there */
function patchMessages(): () => boolean {
  const { ClientRequest, IncomingMessage, ServerResponse } = nodeHttp();
  const patches = [ClientRequest, IncomingMessage, ServerResponse].map(({ prototype }) => patchEmit(prototype));
  return () => {
    if (!patches.every(({ isOnTop }) => isOnTop())) return false;
    for (const { undo } of patches) undo();
    return true;
  };
}

interface Patch {
  isOnTop(): boolean;
  undo(): void;
}

function patchEmit(prototype: EventEmitter): Patch {
  const own = Object.getOwnPropertyDescriptor(prototype, 'emit');
  const parent = Object.getPrototypeOf(prototype) as EventEmitter;
  const before = own?.value as Emit | undefined;
  function emit(this: EventEmitter, ...args: Parameters<Emit>): boolean {
    const original = before ?? parent.emit; // found at each call: `domain` puts another one there
    const exchange = exchangeOf(this);
    if (exchange === undefined) return Reflect.apply(original, this, args);
    const [event] = args;
    if (event === 'close') return emitClose(exchange, original, this, args);
    if (event === 'error' || event === 'end') tell(exchange, this, event, args[1]);
    if (isAtHome(exchange, original, this, event)) return Reflect.apply(original, this, args);
    return context.with(exchange.context ?? context.active(), original, this, ...args);
  }
  Object.defineProperty(emit, 'length', { value: 1, configurable: true });
  // Listed as the inherited one is: wrappers of responses copy what `for in` finds.
  Object.defineProperty(prototype, 'emit', { value: emit, configurable: true, writable: true, enumerable: true });
  return {
    isOnTop: () => Object.getOwnPropertyDescriptor(prototype, 'emit')?.value === emit,
    undo() {
      if (own !== undefined) Object.defineProperty(prototype, 'emit', own);
      else Reflect.deleteProperty(prototype, 'emit');
    },
  };
}

function emitClose(exchange: Exchange, original: Emit, emitter: EventEmitter, args: Parameters<Emit>): boolean {
  let hasReturned = false;
  try {
    const isHeard = isAtHome(exchange, original, emitter, 'close')
      ? Reflect.apply(original, emitter, args)
      : context.with(exchange.context ?? context.active(), original, emitter, ...args);
    hasReturned = true;
    return isHeard;
  } finally {
    // An exception is told to the span when nobody has caught it, which is later.
    if (hasReturned) tellClosed(exchange, emitter);
    else setImmediate(tellClosed, exchange, emitter);
  }
}

/** Tells an event that can be emitted right here: where nobody listens, as to most of them, the context is nobody's. */
function isAtHome({ context: given }: Exchange, emit: Emit, emitter: EventEmitter, event: string | symbol): boolean {
  if (given === undefined) return true;
  if (emit === NODE_EMIT && event !== 'error' && listenerCount.call(emitter, event) === 0) return true;
  const active = context.active();
  return active === given || isOfSameRequest(active, given);
}

// Before the application runs: it may put another one there, which may hear what nobody listens to.
const { emit: NODE_EMIT, listenerCount } = EventEmitter.prototype;
const { setImmediate } = globalThis; // fake timers of a test would never call

/** Tells another context of the same request: an instrumentation beside ours has made it, and it is nearer to the handler. */
function isOfSameRequest(active: Context, given: Context): boolean {
  const [other, own] = [getRPCMetadata(active), getRPCMetadata(given)];
  if (other === undefined || own === undefined || other === own) return false;
  return other.span.spanContext().spanId === own.span.spanContext().spanId;
}

function tell(exchange: Exchange, emitter: EventEmitter, event: 'end' | 'error', value: unknown): void {
  try {
    exchange.willEmit(emitter, event, value);
  } catch (error) {
    reportFailure(`the instrumentation of http at ${event}`, error);
  }
}

function tellClosed(exchange: Exchange, emitter: EventEmitter): void {
  try {
    exchange.hasClosed(emitter);
  } catch (error) {
    reportFailure('the instrumentation of http at close', error);
  }
}
