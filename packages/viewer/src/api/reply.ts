import type { ServerResponse } from 'node:http';

import { API_VERSION, type ApiAnswer, type ErrorAnswer } from './answers.ts';

/** Answer to a request of the API or the page. */
export interface Reply {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer that goes on: it has taken the response over. */
export interface Streamed {
  readonly stream: (response: ServerResponse) => void;
}

export function jsonReply<T extends ApiAnswer>(answer: Omit<T, 'api'>, status = 200): Reply {
  return { status, contentType: 'application/json', body: JSON.stringify({ api: API_VERSION, ...answer }) };
}

export function errorReply(status: number, error: string): Reply {
  return jsonReply<ErrorAnswer>({ error }, status);
}

export function textReply(text: string, status = 200): Reply {
  return { status, contentType: 'text/plain; charset=utf-8', body: text.endsWith('\n') ? text : `${text}\n` };
}
