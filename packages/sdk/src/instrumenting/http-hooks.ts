import type { IncomingMessage, RequestOptions, ServerResponse } from 'node:http';

import type { Span } from '@opentelemetry/api';

import { guard } from '@clew/diagnostics';

import { noteRequest } from '../propagation/target-notes.ts';

/** The hooks of upstream's http instrumentation that we stand in for; those of the user are called as before. */
interface HttpHooks {
  startOutgoingSpanHook?(request: RequestOptions): object;
  responseHook?(span: Span, response: ServerResponse | IncomingMessage): void;
}

/** @see https://www.w3.org/TR/trace-context-2/#the-trace-response-header (a proposal; only its format is used) */
const TRACE_RESPONSE = 'traceresponse';

/** Selects the hooks. */
interface HookOptions {
  /** Notes each request before the instrumentation injects into it, so that its host is known. */
  readonly notesTarget: boolean;
  /** Sends the trace id back to the caller. */
  readonly traceResponse: boolean;
}

/** The options for the http instrumentation with the hooks that are asked for; without any, they are as they were. */
export function withHttpHooks(config: object, { notesTarget, traceResponse }: HookOptions): object {
  const { startOutgoingSpanHook, responseHook } = config as HttpHooks;
  return {
    ...config,
    ...(notesTarget && {
      startOutgoingSpanHook(request: RequestOptions) {
        try {
          return startOutgoingSpanHook?.(request) ?? {};
        } finally {
          noteRequest(request); // last, since the user's hook may send a request of its own
        }
      },
    }),
    ...(traceResponse && {
      responseHook(span: Span, response: ServerResponse | IncomingMessage) {
        guard('the traceresponse header', undefined, () => answerWithTrace(span, response));
        responseHook?.(span, response);
      },
    }),
  } satisfies HttpHooks;
}

function answerWithTrace(span: Span, response: ServerResponse | IncomingMessage): void {
  if (!('setHeader' in response) || response.headersSent) return; // the hook is called for clients' responses too
  const { traceId, spanId, traceFlags } = span.spanContext();
  response.setHeader(TRACE_RESPONSE, `00-${traceId}-${spanId}-0${traceFlags & 0b11}`);
}
