import type { ClientRequest } from 'node:http';

import type { TextMapSetter } from '@opentelemetry/api';

import { nodeHttp } from './node-http.ts';

/**
 * Writes headers into a request that has been made and not been sent: in the place of those of the same name, which a proxy
 * may have handed on from its own caller. What the application made the request with stays as it is.
 */
export const requestSetter: TextMapSetter<ClientRequest> = {
  set(request, name, value) {
    if (request.headersSent) amendText(request as unknown as WrittenRequest, name, value);
    else request.setHeader(name, value);
  },
};

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

function amendText(request: WrittenRequest, name: string, value: string): void {
  nodeHttp().validateHeaderName(name); // as setHeader() does
  nodeHttp().validateHeaderValue(name, value);
  const { _header: before, _headerSent: isSent, outputData: waiting = [] } = request;
  if (typeof before !== 'string' || !before.endsWith(END)) return;
  const output = waiting.find(({ data }) => typeof data === 'string' && data.startsWith(before));
  if (isSent === true && output === undefined) return; // it is on its way
  const after = `${withoutHeader(before, name).slice(0, -END.length)}\r\n${name}: ${value}${END}`;
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
