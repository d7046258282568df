import { ExportResultCode } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace';

import { describeError } from '@clew/diagnostics';

import { drop, type Account } from '../outbox/account.ts';
import { backendSaid, type Sent } from '../redaction/text/backend-said.ts';

/** The same exporter; an exception of it is a failed export, and every failure is counted and told once per cause. */
export function countedExporter(exporter: SpanExporter, account: Account): SpanExporter {
  const lose = (spans: readonly ReadableSpan[], error: unknown) => {
    const reason = backendSaid(describeError(error ?? 'the exporter does not say why'), NOTHING_SENT);
    drop('traces', account, spans.length, reason, `their exporter failed: ${reason}`);
  };
  return {
    export(spans, done) {
      try {
        exporter.export(spans, (result) => {
          if (result.code === ExportResultCode.SUCCESS) account.sent += spans.length;
          else lose(spans, result.error);
          done({ code: ExportResultCode.SUCCESS }); // counted and told; the processor would tell it again
        });
      } catch (error) {
        lose(spans, error);
        done({ code: ExportResultCode.SUCCESS });
      }
    },
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
    shutdown: () => exporter.shutdown(),
  };
}

/** As far as we know: an exporter that is not ours has its own settings. */
const NOTHING_SENT: Sent = { url: '', headers: {} };
