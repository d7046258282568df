import { backendSaid } from '../redaction/text/backend-said.ts';
import { SendError } from './send-error.ts';

/** The headers and trailers of an answer. */
export type AnswerHeaders = Readonly<Record<string, unknown>>;

/** By number, with what OTLP says of trying again. */
const STATUSES: readonly (readonly [name: string, isRetryable: boolean])[] = [
  ['OK', false],
  ['CANCELLED', true],
  ['UNKNOWN', false],
  ['INVALID_ARGUMENT', false],
  ['DEADLINE_EXCEEDED', true],
  ['NOT_FOUND', false],
  ['ALREADY_EXISTS', false],
  ['PERMISSION_DENIED', false],
  ['RESOURCE_EXHAUSTED', false], // unless it comes with RetryInfo
  ['FAILED_PRECONDITION', false],
  ['ABORTED', true],
  ['OUT_OF_RANGE', true],
  ['UNIMPLEMENTED', false],
  ['INTERNAL', false],
  ['UNAVAILABLE', true],
  ['DATA_LOSS', true],
  ['UNAUTHENTICATED', false],
];

/** Stands for any unknown code, which is not repeated: each would be counted as a cause of its own. */
const UNKNOWN_STATUS = ['an unknown status', false] as const;

const REMEDIES: Readonly<Record<string, string>> = {
  PERMISSION_DENIED: 'check the API key in OTEL_EXPORTER_OTLP_HEADERS',
  UNAUTHENTICATED: 'check the API key in OTEL_EXPORTER_OTLP_HEADERS',
  UNIMPLEMENTED: 'the backend does not accept this signal over gRPC',
};

/**
 * Why the backend at `url` did not take a call.
 *
 * @param sent the headers of the call, whose values are not shown
 * @see https://opentelemetry.io/docs/specs/otlp/#failures
 */
export function grpcRefusal(
  url: string,
  headers: AnswerHeaders,
  sent: Readonly<Record<string, string>> = {},
): SendError {
  const code = headers['grpc-status'];
  if (isCutOff(headers)) return new SendError('the connection was lost', `the connection to ${url} was lost`, true);
  if (typeof code !== 'string') {
    const message = `${url} answered ${String(headers[':status'])} without a gRPC status; is it a port for HTTP?`;
    return new SendError('no gRPC', message, isBusy(headers));
  }
  const [name, isRetryable] = STATUSES[Number(code)] ?? UNKNOWN_STATUS;
  const { 'grpc-message': message } = headers;
  const said = backendSaid(typeof message === 'string' ? percentDecoded(message) : '', { url, headers: sent });
  const remedy = REMEDIES[name];
  const words = `${url} answered ${name}${said && `: ${said}`}${remedy === undefined ? '' : `; ${remedy}`}`;
  return new SendError(`the backend answered ${name}`, words, isRetryable || hasRetryInfo(headers));
}

/** Before any answer, or before the trailers of one in gRPC. */
function isCutOff({ ':status': status, 'content-type': type, 'grpc-status': code }: AnswerHeaders): boolean {
  return code === undefined && (status === undefined || String(type).startsWith('application/grpc'));
}

/** A proxy in front of the backend says so in HTTP only. */
function isBusy(headers: AnswerHeaders): boolean {
  return [429, 502, 503, 504].includes(Number(headers[':status']));
}

/** With it, a backend says of RESOURCE_EXHAUSTED that it will recover. */
function hasRetryInfo({ 'grpc-status-details-bin': details }: AnswerHeaders): boolean {
  return typeof details === 'string' && Buffer.from(details, 'base64').includes('google.rpc.RetryInfo');
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // percent signs that encode nothing
  }
}
