import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ISerializer } from '@opentelemetry/otlp-transformer';

import { describeError, reportOnce } from '@clew/diagnostics';

import { createGrpcSender } from './grpc-sender.ts';
import { createHttpSender } from './http-sender.ts';
import type { Signal } from './options.ts';
import type { OtlpSettings } from './otlp-settings.ts';
import { SendError } from './send-error.ts';
import type { Sender } from './sender.ts';
import { withStrictNumbers } from './strict-numbers.ts';

/** What the batch processors of all three signals export to. */
export interface BatchExporter<Batch> {
  export(batch: Batch, done: (result: ExportResult) => void): void;
  /** Resolves when nothing is in flight any more; never rejects. */
  forceFlush(): Promise<void>;
  shutdown(): Promise<void>;
  /** Gives up what is in flight or waits for a retry: the end of the process has waited long enough. */
  abort(): void;
}

interface PartialSuccess {
  readonly partialSuccess?: { readonly errorMessage?: string } & Record<string, unknown>;
}

const FIRST_BACKOFF_MILLIS = 1000;
const MAX_BACKOFF_MILLIS = 5000;
/** A backend that asks to be tried again at once is not taken at its word. */
const MIN_WAIT_MILLIS = 100;

/**
 * Sends batches as OTLP, each until it is acknowledged or `settings.timeoutMillis` have passed. Failures are results;
 * what the backend or the way to it caused is a `SendError` and has been told.
 *
 * @throws when a certificate or key of `settings` cannot be read
 */
export function createOtlpExporter<Batch>(
  signal: Signal,
  serializer: ISerializer<Batch, unknown>,
  settings: OtlpSettings,
): BatchExporter<Batch> {
  const sender = settings.protocol === 'grpc' ? createGrpcSender(signal, settings) : createHttpSender(settings);
  const inFlight = new Set<Promise<void>>();
  const retries = createRetryTimers();

  const send = async (batch: Batch): Promise<void> => {
    const body = serializer.serializeRequest(batch);
    if (body === undefined) throw new Error(`${signal} could not be encoded`);
    const sendable = settings.protocol === 'http/json' ? withStrictNumbers(body) : body;
    const attempt = (timeoutMillis: number) => sender.send(sendable, timeoutMillis);
    const answer = await withRetries(attempt, settings.timeoutMillis, retries, (error) => tellFailure(signal, error));
    tellPartialSuccess(signal, serializer, answer);
  };

  return {
    export(batch, done) {
      const sending = send(batch).then(
        () => done({ code: ExportResultCode.SUCCESS }),
        (error: unknown) => done({ code: ExportResultCode.FAILED, error: asError(error) }),
      );
      inFlight.add(sending);
      void sending.finally(() => inFlight.delete(sending));
    },
    async forceFlush() {
      await Promise.allSettled(inFlight);
    },
    async shutdown() {
      await Promise.allSettled(inFlight);
    },
    abort() {
      retries.cancel();
      sender.abort();
    },
  };
}

async function withRetries(
  attempt: (timeoutMillis: number) => ReturnType<Sender['send']>,
  timeoutMillis: number,
  retries: RetryTimers,
  onFirstFailure: (error: SendError) => void,
): Promise<Uint8Array> {
  const deadline = performance.now() + timeoutMillis;
  let isFirst = true;
  for (let backoff = FIRST_BACKOFF_MILLIS; ; backoff = Math.min(backoff * 1.5, MAX_BACKOFF_MILLIS)) {
    const left = Math.max(1, deadline - performance.now());
    try {
      return await attempt(left);
    } catch (error) {
      if (!(error instanceof SendError)) throw error;
      if (isFirst) onFirstFailure(error);
      isFirst = false;
      const wait = Math.max(MIN_WAIT_MILLIS, error.retryAfterMillis ?? backoff * (0.8 + 0.4 * Math.random()));
      const isWorthwhile = error.isRetryable && performance.now() + wait < deadline;
      if (!isWorthwhile || !(await retries.wait(wait))) throw error;
    }
  }
}

interface RetryTimers {
  /** Resolves after the time with true, or with false when cancelled; does not keep the process alive. */
  wait(millis: number): Promise<boolean>;
  cancel(): void;
}

function createRetryTimers(): RetryTimers {
  const cancels = new Set<() => void>();
  return {
    wait: (millis) =>
      new Promise((resolve) => {
        const finish = (isOver: boolean) => {
          clearTimeout(timer);
          cancels.delete(cancel);
          resolve(isOver);
        };
        const cancel = () => finish(false);
        const timer = setTimeout(() => finish(true), millis).unref();
        cancels.add(cancel);
      }),
    cancel() {
      for (const cancel of cancels) cancel();
    },
  };
}

function tellFailure(signal: Signal, { reason, message }: SendError): void {
  const remedy = reason === 'nothing listens' ? '; is your collector up? To see traces without one: npx clew view' : '';
  reportOnce(`${signal}: ${reason}`, `${signal} cannot be sent: ${message}${remedy}`);
}

function tellPartialSuccess(signal: Signal, serializer: ISerializer<never, unknown>, answer: Uint8Array): void {
  if (answer.byteLength === 0) return;
  try {
    const { partialSuccess } = (serializer.deserializeResponse(answer) ?? {}) as PartialSuccess;
    const rejected = Object.entries(partialSuccess ?? {}).find(([key]) => key.startsWith('rejected'))?.[1];
    if (Number(rejected ?? 0) === 0) return;
    const reason = partialSuccess?.errorMessage ? `: ${partialSuccess.errorMessage}` : '';
    reportOnce(`${signal}: partial success`, `the backend rejected some ${signal} (${Number(rejected)})${reason}`);
  } catch (error) {
    reportOnce(`${signal}: answer`, `the backend took the ${signal}, with an odd answer: ${describeError(error)}`);
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(describeError(error)));
