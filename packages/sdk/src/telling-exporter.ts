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
        if (code === ExportResultCode.FAILED) tellUntoldFailure(signal, error);
        done({ code: ExportResultCode.SUCCESS });
      });
    },
  };
}

/** Tells why something was not sent, unless it is a `SendError`: the exporter has told those. */
export function tellUntoldFailure(signal: Signal, error: unknown): void {
  if (error instanceof SendError) return;
  const reason = describeError(error);
  reportOnce(`${signal}: ${reason}`, `${signal} cannot be sent: ${reason}`);
}
