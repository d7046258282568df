/** An argument as it was given to a command: a list where the library does not flatten it. */
export type CommandArgs = (string | Buffer | number | unknown[])[];

/** How many arguments of a command hold no values of the application, by the beginning of its name. */
const SHOWN: readonly (readonly [beginning: RegExp, count: number])[] = [
  [/^ECHO/i, 0],
  [/^(GETSET|LPUSH|MSET|PFA|PSETEX|PUBLISH|RPUSH|SADD|SET|SPUBLISH|XADD|ZADD)/i, 1],
  [/^(HSET|HMSET|LSET|LINSERT)/i, 2],
  [/^(ACL|CONFIG)/i, 1],
  [
    /^(BIT|B[LRZ]|CLIENT|CLUSTER|COMMAND|DECR|DEL|EVAL|EX|FUNCTION|GEO|GET|HINCR|HMGET|HSCAN|INCR|L[TRLM]|MEMORY|P[EFISTU]|RPOP|S[CDIMORSU]|XACK|X[CDGILPRT]|Z[CDILMPRS])/i,
    Infinity,
  ],
];

/** There are fewer commands; those of an application may have any name. */
const MAX_KNOWN = 1000;

// A cache: a second copy of this module asks the table once more.
const known = new Map<string, number>();

/**
 * The text of a command without the values in it: its name, the arguments that hold none, and how many others there
 * are. The same as that of `@opentelemetry/redis-common`.
 */
export function queryText(name: string, args: readonly unknown[] | undefined): string {
  if (!Array.isArray(args) || args.length === 0) return name;
  const count = shownOf(name);
  if (args.length <= count) return `${name} ${args.join(' ')}`;
  const others = `[${args.length - count} other arguments]`;
  return count === 0 ? `${name} ${others}` : `${name} ${args.slice(0, count).join(' ')} ${others}`;
}

function shownOf(name: string): number {
  const found = known.get(name);
  if (found !== undefined) return found;
  const count = SHOWN.find(([beginning]) => beginning.test(name))?.[1] ?? 0;
  if (known.size < MAX_KNOWN) known.set(name, count);
  return count;
}
