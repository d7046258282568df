import { privateMarks, type PrivateMarks } from '../requests/private-marks.ts';
import type { UndiciExchange } from './exchange.ts';

/** The exchanges of requests, noted on the requests. */
export type MarkedRequests = PrivateMarks<UndiciExchange>;

// The preload and the application may each have a copy of this module; the first that takes a request has it.
const SHARED: unique symbol = Symbol.for('clew.undici.requests') as never;
const shared = globalThis as { [SHARED]?: MarkedRequests };

export function markedRequests(): MarkedRequests {
  return (shared[SHARED] ??= privateMarks());
}
