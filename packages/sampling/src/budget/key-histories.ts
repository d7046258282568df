/** Numbers of the traces of one key in the past, of which recent ones count more. */
interface KeyHistory {
  readonly traces: number;
  readonly errors: number;
  /** Spans of a trace. */
  readonly meanSpans: number;
}

/** What is known of the values of the attributes to balance by. */
export interface KeyHistories {
  /** The name under which a key is known: its own, or that of the rest when there are too many. */
  nameOf(key: string): string;
  note(name: string, spans: number, isError: boolean, now: number): void;
  get(name: string, now: number): KeyHistory;
}

/** The name of keys that are not told apart. It cannot be a key: those are JSON. */
export const REST = '*';

const DECAY = 0.85;
const PERIOD = 10_000;
/** Count, after decay, below which a key is forgotten. */
const FORGOTTEN = 0.05;
/** Characters; a longer key is one of the rest. */
const MAX_LENGTH = 512;
const UNKNOWN: KeyHistory = Object.freeze({ traces: 0, errors: 0, meanSpans: 1 });

interface Numbers {
  traces: number;
  errors: number;
  spans: number;
  at: number;
}

/** @param maxKeys number of keys that are told apart */
export function createKeyHistories(maxKeys: number): KeyHistories {
  const known = new Map<string, Numbers>();
  let forgotAt = -Infinity;

  function forget(now: number): void {
    if (now - forgotAt < PERIOD && now >= forgotAt) return;
    forgotAt = now;
    for (const [name, numbers] of known) {
      numbers.at = Math.min(numbers.at, now); // the clock may have been set back
      if (numbers.traces * decayOf(numbers, now) < FORGOTTEN) known.delete(name);
    }
  }

  return {
    nameOf(key) {
      const keys = known.size - (known.has(REST) ? 1 : 0);
      return known.has(key) || (key.length <= MAX_LENGTH && keys < maxKeys) ? key : REST;
    },
    note(name, spans, isError, now) {
      forget(now);
      let numbers = known.get(name);
      if (numbers === undefined) {
        numbers = { traces: 0, errors: 0, spans: 0, at: now };
        known.set(name, numbers);
      }
      const decay = decayOf(numbers, now);
      numbers.traces = numbers.traces * decay + 1;
      numbers.errors = numbers.errors * decay + (isError ? 1 : 0);
      numbers.spans = numbers.spans * decay + spans;
      numbers.at = now;
    },
    get(name, now) {
      const numbers = known.get(name);
      if (numbers === undefined) return UNKNOWN;
      const { traces, errors, spans } = numbers;
      const decay = decayOf(numbers, now);
      return { traces: traces * decay, errors: errors * decay, meanSpans: Math.max(1, spans / traces) };
    },
  };
}

/** A clock that was set back has no effect. */
const decayOf = ({ at }: Numbers, now: number): number => (now > at ? DECAY ** ((now - at) / PERIOD) : 1);
