import type { NatsHeaders } from '../carriers/nats-headers.ts';
import type { LoopContext } from '../follow-loop.ts';
import type { Relation } from '../relation.ts';

/** How the messages of a NATS connection are traced. */
export interface NatsOptions {
  /** Makes empty headers: `headers` of the client, of which nothing is loaded here. */
  headers(): NatsHeaders;
  /** Default: `auto`. */
  readonly relation?: Relation | undefined;
  /** Age beyond which `auto` makes a link: milliseconds. Default: an hour. */
  readonly maxParentAgeMillis?: number | undefined;
  /** Which messages of a `for await` loop have their context active. Default: `safe`, all but the first. */
  readonly loopContext?: LoopContext | undefined;
  /** Whether acknowledgements make spans. A message that is refused is an error in either case. Default: false. */
  readonly settleSpans?: boolean | undefined;
  /** Names spans where subjects are made of ids: `orders.7.paid` is to be `orders.{id}.paid`. `undefined` for all others. */
  template?(subject: string): string | undefined;
}

// The preload and the application may each have a copy of this module, and one connection.
const OPTIONS: unique symbol = Symbol.for('clew.nats.options') as never;

/** Options of connections; `undefined` while they are not to be traced. */
export type FindOptions = () => NatsOptions | undefined;

/** Notes the options of a connection, which go before those of its class, or of the class. */
export function setOptions(owner: object, find: FindOptions): void {
  Object.defineProperty(owner, OPTIONS, { value: find, configurable: true });
}

/** The options of a connection; `undefined` where it is not traced. */
export function optionsOf(connection: object): NatsOptions | undefined {
  return (connection as { [OPTIONS]?: FindOptions })[OPTIONS]?.();
}
