/** Output without what differs from run to run: times, bars, ids and ports. Spaces are one space. */
export function masked(output: string): string {
  return output
    .replace(/[█▉▊▋▌▍▎▏▒]+/g, '')
    .replace(/\b\d+(?:\.\d+)?(?:ns|µs|ms|s)\b/g, 'TIME')
    .replace(/\bmillis: \d+/g, 'millis: TIME')
    .replace(/\bresponseTime: .*/g, 'responseTime: TIME')
    .replace(/\b(?:[\da-f]{32}|[\da-f]{8})\b/g, 'ID')
    .replace(/(127\.0\.0\.1):\d+/g, '$1:PORT')
    .replace(/ +/g, ' ')
    .trim();
}
