/** `2026-11-20`, of milliseconds since 1970. */
export const dateOf = (millis: number): string => isoOf(millis).slice(0, -14);
/** `12:00:00`. */
export const timeOf = (millis: number): string => isoOf(millis).slice(-13, -5);

const isoOf = (millis: number): string => new Date(Math.min(millis, 8.64e15)).toISOString();
