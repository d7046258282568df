import type { Query } from './read-query.ts';
import type { Reply, Streamed } from './reply.ts';

/** An endpoint of the API. */
export interface Route {
  readonly method: 'GET' | 'DELETE';
  /** With `:trace` and `:span` for ids, e.g. `/api/traces/:trace.txt`. */
  readonly path: string;
  /** Names of the parameters that it takes; `attr.<key>` for any that begins with `attr.`. */
  readonly parameters: readonly string[];
  readonly answer: (request: ApiRequest) => Reply | Streamed | Promise<Reply>;
}

/** A request to an endpoint. */
export interface ApiRequest {
  readonly ids: Ids;
  readonly query: Query;
  /** Value of the header by which a browser goes on with a stream of events. */
  readonly lastEventId: string | undefined;
  /** Aborted when the client has gone away, or the viewer is being closed. */
  readonly signal: AbortSignal;
}

/** Ids in the path of a request; empty where the path has none. */
export interface Ids {
  readonly trace: string;
  readonly span: string;
}
