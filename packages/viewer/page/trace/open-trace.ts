import { batch, computed, type ReadonlySignal, type Signal, signal } from '@preact/signals';

import type { App } from '../app/app.ts';
import { SourceProblem } from '../data/data-source.ts';
import { throttle } from '../shared/throttle.ts';
import { createTraceFind, type TraceFind } from './trace-find.ts';
import { foldRepeats, type Folds } from './fold-repeats.ts';
import { mainWindow, type MainWindow } from './main-window.ts';
import type { TimeWindow } from './time-window.ts';
import { buildTraceModel, type TraceModel } from './trace-model.ts';
import { visibleRows, type VisibleRows } from './visible-rows.ts';

/** A trace that is looked at, with all that the reader has done to it. What is known of spans goes by their ids. */
export interface OpenTrace {
  readonly traceId: string;
  readonly status: ReadonlySignal<'loading' | 'ready' | 'gone' | 'failed'>;
  readonly problem: ReadonlySignal<string>;
  readonly model: ReadonlySignal<TraceModel | undefined>;
  readonly rows: ReadonlySignal<VisibleRows | undefined>;
  readonly folds: ReadonlySignal<Folds | undefined>;
  readonly main: ReadonlySignal<MainWindow>;
  /** The viewer has forgotten the trace since; all that was read stays. */
  readonly isForgotten: ReadonlySignal<boolean>;
  readonly collapsed: Signal<ReadonlySet<string>>;
  readonly folding: Signal<boolean>;
  readonly unfolded: Signal<ReadonlySet<string>>;
  /** Part that the reader has zoomed to; `undefined` shows the main window. */
  readonly zoom: Signal<TimeWindow | undefined>;
  readonly window: ReadonlySignal<TimeWindow>;
  /** Id of the span that the keyboard is on. */
  readonly selected: Signal<string | undefined>;
  /** Grows when the reader goes to a row, which is then to be seen. */
  readonly attention: Signal<number>;
  readonly drawer: Signal<'closed' | 'span' | 'logs'>;
  readonly showsCritical: Signal<boolean>;
  readonly find: TraceFind;
  /** Follows the source while the trace is shown. @returns a function that ends it */
  follow(): () => void;
}

const RELOAD_MILLIS = 300;

// oxlint-disable-next-line max-lines-per-function -- its functions close over one trace; none is long
export function createOpenTrace(app: App, traceId: string): OpenTrace {
  const status = signal<'loading' | 'ready' | 'gone' | 'failed'>('loading');
  const problem = signal('');
  const model = signal<TraceModel>();
  const isForgotten = signal(false);
  const collapsed = signal<ReadonlySet<string>>(new Set());
  const folding = signal(true);
  const unfolded = signal<ReadonlySet<string>>(new Set());
  const zoom = signal<TimeWindow>();
  const folds = computed(() => model.value && foldRepeats(model.value));
  const main = computed<MainWindow>(() =>
    model.value ? mainWindow(model.value) : { from: 0, to: 1, spansOutside: 0 },
  );

  async function load(): Promise<void> {
    try {
      const answer = await app.source.trace(traceId);
      batch(() => {
        model.value = buildTraceModel(answer);
        status.value = 'ready';
        isForgotten.value = false;
      });
    } catch (error) {
      problem.value = (error as Error).message;
      const isGone = error instanceof SourceProblem && error.status === 404;
      if (model.value === undefined) status.value = isGone ? 'gone' : 'failed';
      else isForgotten.value ||= isGone;
    }
  }
  const reload = throttle(RELOAD_MILLIS, load);

  return {
    traceId,
    status,
    problem,
    model,
    folds,
    main,
    isForgotten,
    collapsed,
    folding,
    unfolded,
    zoom,
    rows: computed(() => {
      if (model.value === undefined || folds.value === undefined) return undefined;
      const openness = { collapsed: collapsed.value, folding: folding.value, unfolded: unfolded.value };
      return visibleRows(model.value, folds.value, openness);
    }),
    window: computed(() => zoom.value ?? main.value),
    selected: signal(),
    attention: signal(0),
    drawer: signal<'closed' | 'span' | 'logs'>('closed'),
    showsCritical: signal(true),
    find: createTraceFind(app.source, traceId, model),
    follow() {
      reload();
      return app.listen({
        tracesChanged({ traces, gone }) {
          if (gone.includes(traceId)) isForgotten.value = true;
          const change = traces.find((each) => each.traceId === traceId)?.change ?? 0;
          if (change > (model.value?.answer.summary.change ?? 0)) reload();
        },
        cleared: () => void (isForgotten.value = true),
        connected: (isConnected) => isConnected && reload(),
      });
    },
  };
}
