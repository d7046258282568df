import { readProperty, reportOnce } from '@clew/diagnostics';
import { SpanStatusCode, type SpanStatus } from '@opentelemetry/api';

import { aKindOf } from './input-in-words.ts';

const MAX_MESSAGE_LENGTH = 8192;

/** A status that can be exported, as a copy; `undefined`, which is said, where there is no code to set. */
export function usableStatus(status: unknown): SpanStatus | undefined {
  const code = readProperty(status, 'code');
  if (!isCode(code)) {
    reportOnce('a status', `setStatus() expected a SpanStatusCode, got ${aKindOf(code)}; ignored`);
    return undefined;
  }
  const message = readProperty(status, 'message');
  if (typeof message === 'string') return { code, message: message.slice(0, MAX_MESSAGE_LENGTH) };
  if (message !== undefined && message !== null) {
    reportOnce(
      'message of a status',
      `setStatus() expected a string as message, got ${aKindOf(message)}; message ignored`,
    );
  }
  return { code };
}

function isCode(code: unknown): code is SpanStatusCode {
  return code === SpanStatusCode.UNSET || code === SpanStatusCode.OK || code === SpanStatusCode.ERROR;
}
