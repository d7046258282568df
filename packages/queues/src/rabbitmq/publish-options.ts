import { amqpHeaders } from '../carriers/amqp-headers.ts';
import type { Carrier } from '../carriers/carrier.ts';
import { copyWith } from '../carriers/copy-with.ts';

type Headers = Readonly<Record<string, unknown>> | undefined;

/**
 * The headers in the options of `publish`, which may be frozen, inherited, or of a class. A copy has what the client
 * reads of them: everything by `in`. What it would refuse is left as it is, for the client to refuse.
 */
export const publishOptions: Carrier<unknown> = {
  get: (options, name) => amqpHeaders.get(headersOf(options), name),
  keys: (options) => amqpHeaders.keys(headersOf(options)),
  set(options, added) {
    if (!isOptions(options)) return options;
    const headers = copyOf(headersOf(options));
    return headers === undefined ? options : copyWith(options || {}, 'headers', Object.assign(headers, added));
  },
  isBare: (options) => amqpHeaders.isBare?.(headersOf(options)) === true,
  room: (options) => amqpHeaders.room?.(headersOf(options)) ?? { fields: 0, bytes: 0 },
};

/** The client takes whatever is falsy for no options. */
const isOptions = (options: unknown): options is object => !options || typeof options === 'object';

function headersOf(options: unknown): Headers {
  return (options as { headers?: Headers } | undefined)?.headers;
}

/** `undefined` where there are headers that are no object. */
function copyOf(headers: Headers): Record<string, unknown> | undefined {
  if (headers && typeof headers !== 'object') return undefined;
  const copy: Record<string, unknown> = {};
  for (const name in headers) copy[name] = headers[name];
  return copy;
}
