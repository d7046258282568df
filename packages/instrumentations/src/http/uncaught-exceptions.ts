import { addHiddenListener, guard } from '@clew/diagnostics';
import { context } from '@opentelemetry/api';
import { getRPCMetadata } from '@opentelemetry/core';

import { ServerExchange } from './server-exchange.ts';

/**
 * Tells requests of exceptions that left their handlers and that nobody has caught: thrown by the handler or by a callback, or
 * by a promise that nobody waits for. To catch and rethrow them would change what Node prints of them, so that they are
 * read where Node tells of them before it asks the application; it does so in the context in which they were thrown.
 *
 * @returns ends the watching
 */
export function watchUncaughtExceptions(): () => void {
  return addHiddenListener('uncaughtExceptionMonitor', (error: unknown) => {
    guard('recording an exception of http', undefined, () => tell(error));
  });
}

function tell(error: unknown): void {
  const request = getRPCMetadata(context.active());
  if (request instanceof ServerExchange) request.failUncaught(error, !isCaughtByProcess());
}

/** Tells a process that goes on, or whose end is the application's to decide. */
function isCaughtByProcess(): boolean {
  return process.listenerCount('uncaughtException') > 0 || process.hasUncaughtExceptionCaptureCallback();
}
