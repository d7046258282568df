import { printable } from '../terminal/printable.ts';

/** Request that was refused, and why. */
export interface RefusedRequest {
  /** Nanoseconds since 1970, in decimal digits. */
  readonly timeUnixNano: string;
  /** Path of the request; empty for a connection on which none could be read. */
  readonly path: string;
  /** HTTP status of the answer. For gRPC, the one with the same meaning. */
  readonly status: number;
  /** One printable sentence of at most 500 characters. */
  readonly problem: string;
}

/** Record of what a receiver did not take: the count, and the last request. */
export interface Refusals {
  /** Requests that were answered with 400 or above, whatever they asked for. */
  readonly count: number;
  /** The last one that wanted to deliver something. */
  readonly last: RefusedRequest | undefined;
  /** Counts a refused request. */
  add(): void;
  /** Counts a refused delivery and remembers it in the place of the last one. */
  addDelivery(path: string, status: number, problem: string): void;
}

const MAX_PROBLEM = 500;
const MAX_PATH = 200;

export function createRefusals(): Refusals {
  let count = 0;
  let last: RefusedRequest | undefined;
  return {
    get count() {
      return count;
    },
    get last() {
      return last;
    },
    add: () => void (count += 1),
    addDelivery(path, status, problem) {
      count += 1;
      const timeUnixNano = `${Date.now()}000000`;
      last = { timeUnixNano, path: plain(path, MAX_PATH), status, problem: plain(problem, MAX_PROBLEM) };
    },
  };
}

function plain(text: string, maxLength: number): string {
  const line = printable(text.slice(0, 4 * maxLength)).trim(); // escapes and control characters take room, too
  return line.length > maxLength ? `${printable(line.slice(0, maxLength - 1))}…` : line; // the cut may split a character
}
