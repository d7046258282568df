/** A duration for people, in at most 7 characters: `812µs`, `84.1ms`, `1.24s`, `2m 3s`, `5h 0m`, `12d 3h`, `400d`. */
export function formatDuration(nanos: bigint): string {
  const micros = Number(nanos) / 1000;
  if (micros < 999.5) return `${Math.round(micros)}µs`;
  const millis = micros / 1000;
  if (millis < 999.95) return `${millis.toFixed(1)}ms`;
  const seconds = millis / 1000;
  if (seconds < 59.995) return `${seconds.toFixed(2)}s`;
  const wholeSeconds = Math.round(seconds);
  const minutes = Math.floor(wholeSeconds / 60);
  if (minutes < 60) return `${minutes}m ${wholeSeconds % 60}s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours}h ${minutes % 60}m`;
  const days = Math.floor(hours / 24);
  return days < 100 ? `${days}d ${hours % 24}h` : `${days}d`;
}
