import type { ClientRequest } from 'node:http';

import type { TextMapSetter } from '@opentelemetry/api';

import { nodeHttp } from './node-http.ts';

/**
 * Writes headers into a request that has been made and not been sent: in the place of those of the same name, which a proxy
 * may have handed on from its own caller. What the application made the request with stays as it is.
 */
export const requestSetter: TextMapSetter<ClientRequest> = {
  set(request, name, value) {
    if (name === 'traceparent') dropState(request);
    if (request.headersSent) amendText(request as unknown as WrittenRequest, name, value);
    else request.setHeader(name, value);
  },
};

/** The state that came with the request of a caller, and was handed on with its headers, belongs to the parent that is replaced. */
function dropState(request: ClientRequest): void {
  if (!request.headersSent) request.removeHeader('tracestate');
  else amendText(request as unknown as WrittenRequest, 'tracestate', undefined);
}

/** Node writes the headers at once where they are given as a list, or where `Expect` is among them. */
interface WrittenRequest {
  /** The request line and the headers. */
  _header: string | null;
  /** Texts that wait for the connection. */
  readonly outputData?: { data: unknown }[];
  outputSize?: number;
  readonly _headerSent?: boolean;
}

const END = '\r\n\r\n';

/** @param value is absent for a header that goes */
function amendText(request: WrittenRequest, name: string, value: string | undefined): void {
  nodeHttp().validateHeaderName(name); // as setHeader() does
  if (value !== undefined) nodeHttp().validateHeaderValue(name, value);
  const { _header: before, _headerSent: isSent, outputData: waiting = [] } = request;
  if (typeof before !== 'string' || !before.endsWith(END)) return;
  const output = waiting.find(({ data }) => typeof data === 'string' && data.startsWith(before));
  if (isSent === true && output === undefined) return; // it is on its way
  const line = value === undefined ? '' : `\r\n${name}: ${value}`;
  const after = `${withoutHeader(before, name).slice(0, -END.length)}${line}${END}`;
  request._header = after;
  if (output === undefined) return;
  output.data = after + (output.data as string).slice(before.length);
  if (typeof request.outputSize === 'number') request.outputSize += after.length - before.length;
}

function withoutHeader(text: string, name: string): string {
  const start = `${name.toLowerCase()}:`;
  return text
    .split('\r\n')
    .filter((line, index) => index === 0 || !line.toLowerCase().startsWith(start))
    .join('\r\n');
}
