import { describeError, reportOnce } from '@clew/diagnostics';

import { backendSaid, type Sent } from '../redaction/text/backend-said.ts';
import { ownMessage } from '../redaction/text/own-message.ts';

/** Answer of a backend to a request that it accepted. */
export interface Acknowledgement {
  /** Number of items in it that the backend refused; `message` says why. */
  readonly rejected: number;
  readonly message: string;
}

interface Answer {
  readonly partialSuccess?: { readonly errorMessage?: unknown } & Record<string, unknown>;
}

/**
 * Reads what the backend said when it took a request: perhaps it did not want all of it.
 *
 * @param headers that it was sent, whose values are not shown
 * @see https://opentelemetry.io/docs/specs/otlp/#partial-success-1
 */
export function readAcknowledgement(
  answer: Uint8Array,
  { readAnswer }: { readAnswer(answer: Uint8Array): unknown },
  url: string,
  headers: Sent['headers'] = {},
): Acknowledgement {
  if (answer.byteLength === 0) return ALL_TAKEN;
  try {
    const { partialSuccess } = (readAnswer(answer) ?? {}) as Answer;
    const rejected = Number(Object.entries(partialSuccess ?? {}).find(([key]) => key.startsWith('rejected'))?.[1]);
    if (!Number.isSafeInteger(rejected) || rejected <= 0) return ALL_TAKEN;
    const { errorMessage } = partialSuccess ?? {};
    const said = typeof errorMessage === 'string' ? backendSaid(errorMessage, { url, headers }) : '';
    return { rejected, message: ownMessage(`${url} rejected them${said && `: ${said}`}`) };
  } catch (error) {
    const why = backendSaid(describeError(error), { url, headers });
    reportOnce(
      `an odd answer of ${url}`,
      ownMessage(`${url} accepted the data, but its answer cannot be read: ${why}`),
    );
    return ALL_TAKEN;
  }
}

const ALL_TAKEN: Acknowledgement = { rejected: 0, message: '' };
