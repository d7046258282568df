import type { ClientRequest, RequestOptions } from 'node:http';

import { replaceMethod } from '@clew/spans/internal';

import { nodeHttp } from './node-http.ts';

// Options of the request that is being made: its channel is told in the same call. Another copy of this module notes it as well.
let noted: { readonly request: unknown; readonly options: unknown } | undefined;
let isPatched = false; // for good: it does nothing but to note

/**
 * Notes the options that each request was made with. A request does not keep its port, and channels do not tell it: only
 * the agent gets to know.
 */
export function noteAgentOptions(): void {
  if (isPatched) return;
  isPatched = true;
  const { Agent } = nodeHttp();
  const prototype = Agent.prototype as unknown as { addRequest(...args: unknown[]): unknown };
  replaceMethod(prototype, 'addRequest', (addRequest) => {
    return function (this: unknown, ...args) {
      noted = { request: args[0], options: args[1] };
      return Reflect.apply(addRequest, this, args);
    };
  });
}

/** The options that a request was just made with; `undefined` without an agent that is known. */
export function takeAgentOptions(request: ClientRequest): RequestOptions | undefined {
  const { request: last, options } = noted ?? {};
  noted = undefined;
  return last === request && typeof options === 'object' && options !== null ? options : undefined;
}
