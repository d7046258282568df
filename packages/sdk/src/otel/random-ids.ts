import { INVALID_SPANID, INVALID_TRACEID } from '@opentelemetry/api';
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
  const bytes = Buffer.from(words.buffer);
  let text = '';
  let at = 0;
  function take(length: number): string {
    if (at + length > text.length) {
      for (let n = 0; n < WORDS; n++) words[n] = Math.random() * 2 ** 32;
      text = bytes.toString('hex');
      at = 0;
    }
    at += length;
    return text.slice(at - length, at);
  }
  return {
    generateSpanId() {
      const id = take(SPAN_ID_LENGTH);
      return id === INVALID_SPANID ? this.generateSpanId() : id;
    },
    generateTraceId() {
      const id = take(TRACE_ID_LENGTH);
      return id === INVALID_TRACEID ? this.generateTraceId() : id;
    },
  };
}
