/** Memory of decided traces, of fixed size, for spans that end after the decision on their trace. */
export interface DecisionCache {
  /** Remembers a whole number from 0 to 65 534 for a trace, in place of an earlier one. Others are not remembered. Never throws. */
  set(traceId: string, value: number): void;
  /** Returns the newest number of a trace, or `undefined` where it is forgotten or was never known. Never throws. */
  get(traceId: string): number | undefined;
}

/**
 * Makes a memory that finds each of the last `capacity` decisions, and up to as many before them. There are two tables:
 * when the newer one is full, it takes the place of the older, which is emptied. With the default both together take
 * 0.94 MiB, allocated with the first decision and the first exchange.
 *
 * ```
 * table   keys    Float64Array   the last 13 hex digits of a trace id
 *         values  Uint16Array    value + 1; 0 marks a place that is free
 * ```
 *
 * 52 bits are as many whole hex digits as a double holds exactly, and lie within the 56 bits that trace ids have at random.
 * Among all that is remembered, another id has the digits of a given one in 1 case of 7 * 10^10; a late span is then treated
 * like that other trace. Ids that are no hex are folded into digits, and may meet more often.
 */
export function createDecisionCache(capacity: number = CAPACITY): DecisionCache {
  let newer: Table | undefined;
  let older: Table | undefined;
  return {
    set(traceId, value) {
      if (!(value >= 0 && value <= MAX_VALUE)) return;
      const id = idOf(traceId);
      newer ??= createTable(capacity);
      let place = placeOf(newer, id);
      if (newer.values[place] === FREE) {
        if (newer.size >= capacity) {
          const emptied = older ?? createTable(capacity);
          emptied.values.fill(FREE);
          emptied.size = 0;
          older = newer;
          newer = emptied;
          place = placeOf(newer, id);
        }
        newer.size += 1;
        newer.keys[place] = id;
      }
      newer.values[place] = value + 1;
    },
    get(traceId) {
      if (newer === undefined) return undefined;
      const id = idOf(traceId);
      const stored = newer.values[placeOf(newer, id)] || older?.values[placeOf(older, id)] || FREE;
      return stored === FREE ? undefined : stored - 1;
    },
  };
}

const CAPACITY = 32_768;
const FREE = 0;
const MAX_VALUE = 0xff_ff - 1;

interface Table {
  readonly keys: Float64Array;
  readonly values: Uint16Array;
  size: number;
}

/** A third of the places stays free, which keeps the ways to a key short. */
function createTable(capacity: number): Table {
  const places = Math.ceil(capacity * 1.5);
  return { keys: new Float64Array(places), values: new Uint16Array(places), size: 0 };
}

/** Place of the id, or the free one where it would stand. */
function placeOf({ keys, values }: Table, id: number): number {
  const places = keys.length;
  let place = Math.floor((hashOf(id) / 2 ** 32) * places);
  while (values[place] !== FREE && keys[place] !== id) place = place + 1 === places ? 0 : place + 1;
  return place;
}

// Callers choose trace ids: without a number that they do not know, they could choose such as all have one place. It decides
// nothing, and a second copy of this module has another.
const SEED = Math.floor(Math.random() * 2 ** 32);
const LOW = 2 ** 28;

/** Mixes all bits of an id, to 32. */
function hashOf(id: number): number {
  const high = Math.floor(id / LOW);
  let hash = Math.imul((id - high * LOW) ^ SEED, 0x85_eb_ca_6b);
  hash = Math.imul(hash ^ (hash >>> 15) ^ high, 0xc2_b2_ae_35);
  hash = Math.imul(hash ^ (hash >>> 13), 0x27_d4_eb_2f);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const DIGITS = 13;
const LOW_DIGITS = 7;

function idOf(traceId: string): number {
  if (typeof traceId !== 'string') return 0; // an id generator of the application's may return anything
  const end = traceId.length;
  return digitsOf(traceId, end - DIGITS, end - LOW_DIGITS) * LOW + digitsOf(traceId, end - LOW_DIGITS, end);
}

/** The number that hex digits of either case stand for. A digit that is not there is 0, any other character some digit. */
function digitsOf(text: string, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i++) {
    const code = text.charCodeAt(i);
    number = (number << 4) | (((code & 0xf) + (code >> 6) * 9) & 0xf); // letters have bit 6, and a and A end in 1
  }
  return number;
}
