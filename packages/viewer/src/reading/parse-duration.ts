const DURATION = /^(\d{1,15}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)?$/;
const NANOS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** Nanoseconds of a duration as people write it: `50ms`, `1.5s`, `2m`; `undefined` for other texts. A bare number is milliseconds. */
export function parseDuration(text: string): number | undefined {
  const [, number, unit = 'ms'] = DURATION.exec(text) ?? [];
  return number === undefined ? undefined : Math.round(Number(number) * (NANOS[unit] ?? 0));
}
