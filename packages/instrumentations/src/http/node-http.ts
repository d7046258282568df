let http: typeof import('node:http') | undefined; // Node's own: every copy of this module has the same

/** Node's module, which is loaded when it is asked for and not at the start of each process. */
export function nodeHttp(): typeof import('node:http') {
  http ??= process.getBuiltinModule('node:http');
  return http;
}
