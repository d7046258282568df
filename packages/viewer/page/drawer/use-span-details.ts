import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import type { SpanDetails } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import type { TraceModel } from '../trace/trace-model.ts';

/** Details of a span, as far as they are here. */
export interface LoadedDetails {
  readonly details: SpanDetails | undefined;
  /** Why there are none. */
  readonly problem: string | undefined;
}

/** Reads the details of a span, and again when its trace has changed: log lines come later than spans. */
export function useSpanDetails(model: TraceModel, spanId: string | undefined): LoadedDetails {
  const { source } = useApp();
  const loaded = useSignal<LoadedDetails & { readonly spanId?: string }>({ details: undefined, problem: undefined });
  useEffect(() => {
    if (spanId === undefined) return undefined;
    let isCurrent = true;
    source.span(model.answer.summary.traceId, spanId).then(
      ({ span }) => isCurrent && (loaded.value = { spanId, details: span, problem: undefined }),
      (error: unknown) =>
        isCurrent && (loaded.value = { spanId, details: undefined, problem: (error as Error).message }),
    );
    return () => void (isCurrent = false);
  }, [source, model, spanId, loaded]);
  const { value } = loaded;
  return value.spanId === spanId ? value : { details: undefined, problem: undefined };
}
