import type { IdGenerator } from '@opentelemetry/sdk-trace';

const SPAN_ID_LENGTH = 16;
const TRACE_ID_LENGTH = 32;
/** Few enough that an id which lives long keeps no more than this text alive. */
const WORDS = 64;

/**
 * Random ids, as those of OpenTelemetry's SDK, cut out of one text for a few of them: to make a text of bytes takes longer
 * than all the rest of it.
 */
export function randomIds(): IdGenerator {
  const words = new Uint32Array(WORDS);
  const next = randomWords();
  const bytes = Buffer.from(words.buffer);
  let text = '';
  let at = 0;
  function take(length: number): string {
    if (at + length > text.length) {
      fill(words, next);
      text = bytes.toString('hex');
      at = 0;
    }
    at += length;
    return text.slice(at - length, at);
  }
  return { generateSpanId: () => take(SPAN_ID_LENGTH), generateTraceId: () => take(TRACE_ID_LENGTH) };
}

/** No id is invalid, which is all zeros. */
function fill(words: Uint32Array, next: () => number): void {
  for (let n = 0; n < words.length; n += 2) {
    const high = next();
    const low = next();
    words[n] = high;
    words[n + 1] = high === 0 && low === 0 ? 1 : low;
  }
}

/**
 * A generator of 32 random bits, which takes a fraction of the time of `Math.random()`, its seed. An application whose tests
 * replace that gets no ids twice.
 *
 * @see https://pracrand.sourceforge.net/RNG_engines.txt sfc32, the small fast counting generator
 */
function randomWords(): () => number {
  const seed = () => (Math.random() * 2 ** 32) | 0;
  let [a, b, c, counter] = [seed(), seed(), seed(), seed()];
  return () => {
    const word = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + word) | 0;
    return word;
  };
}
