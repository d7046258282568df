import { readFileSync } from 'node:fs';
import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Agent } from 'node:https';
import { promisify } from 'node:util';

import type { OtlpSettings } from './otlp-settings.ts';
import { SendError } from './send-error.ts';
import { VERSION } from './version.ts';

/** Posts encoded batches to one URL. Nothing of it keeps the process alive. */
export interface HttpSender {
  /**
   * Sends one request and returns the body of the answer.
   *
   * @throws SendError for everything else than a 2xx answer
   */
  post(body: Uint8Array, contentType: string, timeoutMillis: number): Promise<Uint8Array>;
  /** Ends the requests in flight; they fail. */
  abort(): void;
}

const MAX_RESPONSE_BYTES = 4 * 1024 * 1024;
const RETRYABLE_STATUS: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const USER_AGENT = `clew-sdk/${VERSION}`;

// Asked past every hook, so that sending does not load the http instrumentation into an app that has no use for it.
const { getBuiltinModule } = process;

/**
 * Redirects are not followed: telemetry goes to the endpoint that was configured.
 *
 * @throws when a file of `settings` (certificate, key) cannot be read
 */
export function createHttpSender(settings: OtlpSettings): HttpSender {
  const url = new URL(settings.url);
  const tls = readTls(settings);
  const inFlight = new Set<ClientRequest>();
  let agent: Agent | undefined;

  async function post(body: Uint8Array, contentType: string, timeoutMillis: number): Promise<Uint8Array> {
    const { request, Agent } = clientFor(url);
    agent ??= new Agent({ keepAlive: true, ...tls });
    const isGzip = settings.compression === 'gzip';
    const payload = isGzip ? await gzip(body) : body;
    const options: RequestOptions = {
      method: 'POST',
      agent,
      timeout: timeoutMillis,
      headers: {
        ...settings.headers,
        'user-agent': USER_AGENT,
        'content-type': contentType,
        'content-length': payload.byteLength,
        ...(isGzip && { 'content-encoding': 'gzip' }),
      },
    };
    return new Promise((resolve, reject) => {
      const sent = request(url, options, (response) => {
        readBody(response).then((answer) => settle(response, answer), fail);
      });
      const fail = (error: Error) => reject(asSendError(error, settings.url));
      const settle = (response: IncomingMessage, answer: Uint8Array) => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(answer);
        else reject(refusal(settings.url, response, answer));
      };
      inFlight.add(sent);
      sent.on('socket', (socket) => socket.unref());
      sent.on('timeout', () => sent.destroy(noAnswer(settings.url, timeoutMillis)));
      sent.on('error', fail);
      sent.on('close', () => inFlight.delete(sent));
      sent.end(payload);
    });
  }

  return {
    post,
    abort() {
      const error = new SendError('the process ended first', `${settings.url} did not answer in time`, false);
      for (const request of inFlight) request.destroy(error);
    },
  };
}

function clientFor({ protocol }: URL): Pick<typeof import('node:https'), 'request' | 'Agent'> {
  return getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http') as typeof import('node:https');
}

async function gzip(body: Uint8Array): Promise<Uint8Array> {
  const zlib = getBuiltinModule('node:zlib');
  return promisify<Uint8Array, Uint8Array>(zlib.gzip)(body);
}

function readTls({ certificate, clientKey, clientCertificate }: OtlpSettings) {
  return {
    ...(certificate !== undefined && { ca: readFileSync(certificate) }),
    ...(clientKey !== undefined && { key: readFileSync(clientKey) }),
    ...(clientCertificate !== undefined && { cert: readFileSync(clientCertificate) }),
  };
}

async function readBody(response: IncomingMessage): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Uint8Array>) {
    length += chunk.byteLength;
    if (length > MAX_RESPONSE_BYTES) {
      throw new SendError('the answer is too long', `the answer is longer than ${MAX_RESPONSE_BYTES} bytes`, false);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refusal(url: string, response: IncomingMessage, answer: Uint8Array): SendError {
  const status = response.statusCode ?? 0;
  const said = printable(answer);
  const remedy = remedyFor(status);
  const message = `${url} answered ${status}${said && `: ${said}`}${remedy && `; ${remedy}`}`;
  const retryAfter = retryAfterMillis(response.headers['retry-after'], Date.now());
  return new SendError(`the backend answered ${status}`, message, RETRYABLE_STATUS.has(status), retryAfter);
}

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return 'check the API key in OTEL_EXPORTER_OTLP_HEADERS';
  if (status === 404 || status === 405)
    return 'check the endpoint: /v1/traces is appended to OTEL_EXPORTER_OTLP_ENDPOINT';
  if (status === 415) return 'the backend does not take this OTEL_EXPORTER_OTLP_PROTOCOL';
  if (status >= 300 && status < 400) return 'redirects are not followed; set the endpoint that it points to';
  return '';
}

function asSendError(error: NodeJS.ErrnoException, url: string): SendError {
  if (error instanceof SendError) return error;
  const code = error.code ?? error.name;
  if (code === 'ECONNREFUSED') return new SendError('nothing listens', `nothing listens at ${url}`, true);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new SendError('the host is not known', `the host of ${url} is not known (${code})`, true);
  }
  if (code.startsWith('HPE_')) {
    return new SendError('no HTTP', `what listens at ${url} does not speak HTTP (${code}); is it a gRPC port?`, false);
  }
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)) {
    return new SendError('TLS failed', `TLS with ${url} failed (${code}); see OTEL_EXPORTER_OTLP_CERTIFICATE`, false);
  }
  return new SendError(`the connection failed (${code})`, `the connection to ${url} failed (${code})`, true);
}

function noAnswer(url: string, timeoutMillis: number): SendError {
  return new SendError('no answer', `${url} did not answer within ${Math.round(timeoutMillis)} ms`, true);
}

/**
 * Reads seconds or an HTTP date.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function retryAfterMillis(value: string | undefined, now: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** The start of a text answer on one line; a binary one says nothing to a reader. */
function printable(answer: Uint8Array): string {
  const text = Buffer.from(answer.subarray(0, 200)).toString('utf8').replaceAll(/\s+/g, ' ').trim();
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u001f\ufffd]/.test(text) ? '' : text;
}
