/** How a backend meets its requests; `{}` takes them all. */
export interface Conduct {
  /**
   * `refuse`: the port is closed and every connection is cut. `silence`: requests are read and never answered. `reset`: the
   * connection is reset in the middle of the request. `redirect`: 307 to another port. `reject`: a request is taken but
   * for its first three spans. A number is the HTTP status of the answer; over gRPC, its like.
   */
  readonly fault?: 'refuse' | 'silence' | 'reset' | 'redirect' | 'reject' | number;
  /** How many requests meet the fault; those after are taken. Default: all. */
  readonly times?: number;
  /** The header of that name, in the answers of a `fault` that is a status. */
  readonly retryAfter?: string;
  /** How long a request that is taken waits for its answer. */
  readonly delayMillis?: number;
  /** How fast request bodies are read. */
  readonly bytesPerSecond?: number;
}

/** The faults of the tables, by their titles there. */
export const CONDUCTS = {
  ok: {},
  refused: { fault: 'refuse' },
  'black hole': { fault: 'silence' },
  'slow 5 s': { delayMillis: 5000 },
  '503 for ever, Retry-After 1': { fault: 503, retryAfter: '1' },
  '503 × 3, then ok': { fault: 503, times: 3 },
  '429 × 3, then ok': { fault: 429, times: 3 },
  'reset × 3, then ok': { fault: 'reset', times: 3 },
  'one 503, Retry-After 60': { fault: 503, times: 1, retryAfter: '60' },
  '400 Bad Request': { fault: 400 },
  '401 Unauthorized': { fault: 401 },
  'redirect 307': { fault: 'redirect' },
  'partial success (3 rejected)': { fault: 'reject', times: 1 },
  'reset mid-body': { fault: 'reset' },
  '64 KiB/s': { bytesPerSecond: 65_536 },
} as const satisfies Readonly<Record<string, Conduct>>;
