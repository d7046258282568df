import { SendError } from './send-error.ts';

/** Meaning of one family of error codes to whoever runs the application. */
interface Cause {
  readonly codes: RegExp;
  /** Reason under which the loss is counted. */
  readonly reason: string;
  readonly isRetryable: boolean;
  tell(url: string, code: string): string;
}

const CAUSES: readonly Cause[] = [
  {
    codes: /^ECONNREFUSED$/,
    reason: 'nothing listens',
    isRetryable: true,
    tell: (url) => `nothing listens at ${url}; is your collector up? To see traces without one: npx @clew/cli view`,
  },
  {
    codes: /^(?:ENOTFOUND|EAI_AGAIN)$/,
    reason: 'the host is not known',
    isRetryable: true,
    tell: (url, code) => `the host of ${url} is unknown (${code})`,
  },
  {
    codes: /^HPE_/,
    reason: 'no HTTP',
    isRetryable: false,
    tell: (url, code) => `the server at ${url} does not speak HTTP (${code}); is it a gRPC port?`,
  },
  {
    codes: /^ERR_HTTP2_ERROR$/,
    reason: 'no gRPC',
    isRetryable: false,
    tell: (url, code) => `the server at ${url} does not speak gRPC (${code}); is it a port for HTTP?`,
  },
  {
    codes: /^EPROTO$|WRONG_VERSION_NUMBER$|PACKET_LENGTH_TOO_LONG$/,
    reason: 'no TLS',
    isRetryable: false,
    tell: (url, code) => `the TLS handshake with ${url} failed (${code}); is it an http:// endpoint?`,
  },
  {
    codes: /^UNABLE_TO_|^SELF_SIGNED_|^DEPTH_ZERO_|^CERT_|ALTNAME_INVALID$/,
    reason: 'the certificate is not trusted',
    isRetryable: false,
    tell: (url, code) => `the certificate of ${url} is not trusted (${code}); see OTEL_EXPORTER_OTLP_CERTIFICATE`,
  },
  {
    codes: /^ERR_(?:SSL|OSSL|TLS)_/,
    reason: 'TLS failed',
    isRetryable: false,
    tell: (url, code) =>
      `TLS with ${url} failed (${code}); see OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE and OTEL_EXPORTER_OTLP_CLIENT_KEY`,
  },
];

/** Names what went wrong on the way to the backend at `url`, with a remedy where there is one. */
export function connectionError(error: NodeJS.ErrnoException, url: string): SendError {
  if (error instanceof SendError) return error;
  const code = error.code ?? error.name;
  const cause = CAUSES.find(({ codes }) => codes.test(code));
  if (cause !== undefined) return new SendError(cause.reason, cause.tell(url, code), cause.isRetryable);
  return new SendError(`the connection failed (${code})`, `the connection to ${url} failed (${code})`, true);
}
