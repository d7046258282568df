import { ExportResultCode } from '@opentelemetry/core';

import { describeError, reportOnce } from '@clew/diagnostics';

import type { Signal } from './options.ts';
import type { BatchExporter } from './otlp-exporter.ts';
import { SendError } from './send-error.ts';

/** The same exporter, which has told every failure itself: OpenTelemetry's SDK would tell it again, with its stack. */
export function tellingExporter<Batch>(signal: Signal, exporter: BatchExporter<Batch>): BatchExporter<Batch> {
  return {
    ...exporter,
    export(batch, done) {
      exporter.export(batch, ({ code, error }) => {
        if (code === ExportResultCode.FAILED && !(error instanceof SendError)) {
          const reason = describeError(error);
          reportOnce(`${signal}: ${reason}`, `${signal} cannot be sent: ${reason}`);
        }
        done({ code: ExportResultCode.SUCCESS });
      });
    },
  };
}
