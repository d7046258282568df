import { ExportResultCode, type ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

import { describeError } from '@clew/diagnostics';

import { drop, type Account } from '../outbox/account.ts';
import { backendSaid, type Sent } from '../redaction/text/backend-said.ts';

/** The same exporter; an exception of it is a failed export, and every failure is counted and told once per cause. */
export function countedExporter(exporter: SpanExporter, account: Account): SpanExporter {
  const lose = (spans: readonly ReadableSpan[], error: unknown) => {
    const reason = backendSaid(describeError(error ?? 'it gave no reason'), NOTHING_SENT);
    drop('traces', account, spans.length, reason, `their exporter failed: ${reason}`);
  };
  return {
    export(spans, done) {
      let isSettled = false;
      const settle = (count: () => void) => {
        if (isSettled) return;
        isSettled = true;
        count();
        done({ code: ExportResultCode.SUCCESS }); // counted and told; the processor would tell it again
      };
      const fail = (error: unknown) => settle(() => lose(spans, error));
      try {
        const result: unknown = exporter.export(spans, (exported: Partial<ExportResult> | undefined) => {
          if (exported?.code !== ExportResultCode.SUCCESS) fail(exported?.error);
          else settle(() => (account.sent += spans.length));
        });
        if (result instanceof Promise) result.catch(fail); // an asynchronous one: unhandled, it would end the process
      } catch (error) {
        fail(error);
      }
    },
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: async () => exporter.shutdown(),
  };
}

/** As far as we know: an exporter that is not ours has its own settings. */
const NOTHING_SENT: Sent = { url: '', headers: {} };
