import type { ClientRequest, IncomingMessage, RequestOptions } from 'node:http';
import type { Agent } from 'node:https';

import { readProperty } from '@clew/diagnostics';

import type { OtlpSettings } from './otlp-settings.ts';
import { connectionError } from './connection-error.ts';
import { gzip } from './gzip.ts';

import { isTooLong, readBody } from './read-body.ts';
import { backendSaid } from '../redaction/text/backend-said.ts';
import { connectionLost, noAnswer, processEnded, replacedClient, SendError } from './send-error.ts';
import type { Sender } from './sender.ts';
import { readTlsFiles } from './tls-files.ts';
import { VERSION } from '../otel/version.ts';
import { timers } from '../otel/timers.ts';

const RETRYABLE_STATUS: ReadonlySet<number> = new Set([429, 502, 503, 504]);
/** How much of its answer is read, in bytes. */
const MAX_READ_BYTES = 40_000;
const USER_AGENT = `clew-sdk/${VERSION}`;

// Asked past every hook, so that sending does not load the http instrumentation into an app that has no use for it.
const { getBuiltinModule } = process;

/**
 * Posts to `settings.url`. Redirects are not followed: telemetry goes to the endpoint that was configured.
 *
 * @throws when a file of `settings` (certificate, key) cannot be read
 */
// oxlint-disable-next-line max-lines-per-function -- its functions close over the requests in flight
export function createHttpSender(settings: OtlpSettings): Sender {
  const url = new URL(settings.url);
  const tls = readTlsFiles(settings);
  const contentType = settings.protocol === 'http/json' ? 'application/json' : 'application/x-protobuf';
  const isGzip = settings.compression === 'gzip';
  const inFlight = new Map<ClientRequest, (error: Error) => void>();
  let aborts = 0;
  let agent: Agent | undefined;

  async function post(body: Uint8Array, timeoutMillis: number): Promise<Uint8Array> {
    const { request, Agent } = clientFor(url);
    agent ??= new Agent({ keepAlive: true, ...tls });
    const abortsBefore = aborts;
    const payload = isGzip ? await gzip(body) : body;
    if (aborts > abortsBefore) throw processEnded(settings.url);
    const options: RequestOptions = {
      method: 'POST',
      agent,
      headers: {
        ...settings.headers,
        'user-agent': USER_AGENT,
        'content-type': contentType,
        'content-length': payload.byteLength,
        ...(isGzip && { 'content-encoding': 'gzip' }),
      },
    };
    return new Promise((resolve, reject) => {
      let isAnswered = false;
      const sent: unknown = request(url, options, (response) => {
        isAnswered = true;
        readBody(response).then(
          (answer) => settle(response, answer),
          // Whoever says so much in a success has taken the batch all the same.
          (error) => (isSuccess(response) && isTooLong(error) ? resolve(NOTHING) : reject(error as Error)),
        );
      });
      if (!isRequest(sent)) return reject(replacedClient(settings.url));
      const settle = (response: IncomingMessage, answer: Uint8Array) => {
        if (isSuccess(response)) resolve(answer);
        else reject(refusal(settings, response, answer));
      };
      const noMore = () => end(sent, noAnswer(settings.url, timeoutMillis));
      const timer = timers.setTimeout(noMore, timeoutMillis).unref(); // for the whole answer: the socket's is for each piece
      inFlight.set(sent, reject);
      sent.on('socket', (socket) => socket.unref());
      sent.on('error', reject);
      sent.on('close', () => {
        timers.clearTimeout(timer);
        inFlight.delete(sent);
        if (!isAnswered) reject(connectionLost(settings.url)); // a 101 ends in nothing else
      });
      sent.end(payload);
    });
  }

  /** Rejects before it destroys: who reads an answer only learns that there is no more of it. */
  function end(request: ClientRequest, why: SendError): void {
    inFlight.get(request)?.(why);
    request.destroy();
  }

  return {
    async send(body, timeoutMillis) {
      try {
        return await post(body, timeoutMillis);
      } catch (error) {
        throw connectionError(error as Error, settings.url);
      }
    },
    abort() {
      aborts += 1;
      for (const request of inFlight.keys()) end(request, processEnded(settings.url));
    },
  };
}

const NOTHING = new Uint8Array();

/** Tells a request from anything else that a stand-in for `http.request`, as in tests, may return. */
function isRequest(sent: unknown): sent is ClientRequest {
  return ['on', 'end', 'destroy'].every((name) => typeof readProperty(sent, name) === 'function');
}

const isSuccess = ({ statusCode = 0 }: IncomingMessage): boolean => statusCode >= 200 && statusCode < 300;

function clientFor({ protocol }: URL): Pick<typeof import('node:https'), 'request' | 'Agent'> {
  return getBuiltinModule(protocol === 'https:' ? 'node:https' : 'node:http') as typeof import('node:https');
}

function refusal(settings: OtlpSettings, response: IncomingMessage, answer: Uint8Array): SendError {
  const status = response.statusCode ?? 0;
  const { url } = settings;
  const said = backendSaid(textOf(answer), settings);
  const remedy = remedyFor(status);
  const message = `${url} answered ${status}${said && `: ${said}`}${remedy && `; ${remedy}`}`;
  const retryAfter = retryAfterMillis(response.headers['retry-after'], Date.now());
  return new SendError(`the backend answered ${status}`, message, isRetryable(status), retryAfter);
}

/** An answer that only announces another one is none of its own. */
const isRetryable = (status: number): boolean => status < 200 || RETRYABLE_STATUS.has(status);

function remedyFor(status: number): string {
  if (status === 401 || status === 403) return 'check the API key in OTEL_EXPORTER_OTLP_HEADERS';
  if (status === 404 || status === 405)
    return 'check the endpoint: /v1/traces is appended to OTEL_EXPORTER_OTLP_ENDPOINT';
  if (status === 415) return 'the backend does not accept this OTEL_EXPORTER_OTLP_PROTOCOL';
  if (status >= 300 && status < 400) return 'redirects are not followed; set the endpoint that it points to';
  return '';
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

/** The start of a text answer; a binary one says nothing to a reader. */
function textOf(answer: Uint8Array): string {
  const text = new TextDecoder().decode(answer.subarray(0, MAX_READ_BYTES), { stream: true }); // half a character waits
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  return /[\u0000-\u0008\u000e-\u001f\ufffd]/.test(text) ? '' : text;
}
