import type { JSX, RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { type App, useApp, useCommands } from '../app/app.ts';
import type { CommandHandlers } from '../app/commands.ts';
import type { Route } from '../app/route.ts';
import { Drawer } from '../drawer/drawer.tsx';
import { copyText } from '../shared/copy-text.ts';
import { Notice, Reading } from '../shared/notice.tsx';
import { Splitter } from '../shared/splitter.tsx';
import type { VirtualRowsHandle } from '../shared/virtual-rows.tsx';
import {
  collapseOrUp,
  expandOrDown,
  moveBy,
  reveal,
  revealNext,
  selectRow,
  zoomBy,
  zoomToSelected,
} from './move-in-trace.ts';
import type { OpenTrace } from './open-trace.ts';
import { copyTrace, TraceHeader } from './trace-header.tsx';
import type { TraceLayout } from './trace-layout.ts';
import type { TraceModel } from './trace-model.ts';
import { TraceNotices } from './trace-notices.tsx';
import { Waterfall } from './waterfall.tsx';

export interface TraceViewProps {
  readonly open: OpenTrace;
  readonly layout: TraceLayout;
  readonly spanId: string | undefined;
}

/** One trace: its header, its rows, and beside them the span that is selected. */
export function TraceView({ open, layout, spanId }: TraceViewProps): JSX.Element {
  const { router } = useApp();
  useEffect(() => open.follow(), [open]);
  const model = open.model.value;
  if (model !== undefined) return <Loaded open={open} model={model} layout={layout} spanId={spanId} />;
  if (open.status.value === 'loading') return <Reading what="the trace" />;
  const isGone = open.status.value === 'gone';
  return (
    <Notice
      title={isGone ? 'This trace is not here' : 'The trace could not be read'}
      text={
        isGone
          ? `The viewer has no trace ${open.traceId.slice(0, 64)}. It keeps traces in memory: older ones make room for new ones, and none outlives it.`
          : open.problem.value
      }
    >
      <button type="button" class="button" onClick={() => router.go({ view: 'traces', query: '' })}>
        Show all traces
      </button>
    </Notice>
  );
}

function Loaded({ open, model, layout, spanId }: TraceViewProps & { readonly model: TraceModel }): JSX.Element {
  const app = useApp();
  const rows = useRef<VirtualRowsHandle>(null);
  useCommands(traceCommands(app, open, rows));
  useSpanInUrl(app, open, model, spanId);
  const isOpen = open.drawer.value !== 'closed';
  return (
    <section class="trace-view" aria-label="Trace">
      <TraceHeader open={open} model={model} />
      <TraceNotices open={open} model={model} />
      <div
        class={`trace-body${isOpen ? ' has-drawer' : ''}`}
        style={{ '--drawer-width': `${layout.drawerWidth.value}px` }}
      >
        <Waterfall open={open} model={model} layout={layout} handle={rows} />
        {isOpen ? (
          <>
            <Splitter
              width={layout.drawerWidth}
              shown={layout.drawerWidth.value}
              min={320}
              max={1000}
              label="Width of the details"
              isReversed
            />
            <Drawer open={open} model={model} />
          </>
        ) : null}
      </div>
    </section>
  );
}

function traceCommands(app: App, open: OpenTrace, rows: RefObject<VirtualRowsHandle | null>): CommandHandlers {
  const page = () => rows.current?.rowsInView() ?? 10;
  const errors = () => open.model.peek()?.errors ?? [];
  const critical = () => [...new Set(open.model.peek()?.answer.critical.map(({ span }) => span))].sort((a, b) => a - b);
  return {
    next: () => moveBy(open, 1),
    previous: () => moveBy(open, -1),
    pageDown: () => moveBy(open, page()),
    pageUp: () => moveBy(open, -page()),
    first: () => selectRow(open, 0),
    last: () => selectRow(open, Infinity),
    collapse: () => collapseOrUp(open),
    expand: () => expandOrDown(open),
    open() {
      if (open.selected.peek() === undefined) selectRow(open, 0);
      open.drawer.value = 'span';
    },
    nextError: () => revealNext(open, errors(), 1),
    previousError: () => revealNext(open, errors(), -1),
    nextCritical: () => revealNext(open, critical(), 1),
    critical: () => void (open.showsCritical.value = !open.showsCritical.peek()),
    fold: () => void (open.folding.value = !open.folding.peek()),
    zoomToSpan: () => zoomToSelected(open),
    zoomIn: () => zoomBy(open, 0.6),
    zoomOut: () => zoomBy(open, 1 / 0.6),
    resetZoom: () => void (open.zoom.value = undefined),
    copyId() {
      const spanId = open.selected.peek();
      void copyText(app, spanId ?? open.traceId, spanId === undefined ? 'trace id' : 'span id');
    },
    copyText: () => void copyTrace(app, open.traceId),
    logs: () => void (open.drawer.value = open.drawer.peek() === 'logs' ? 'closed' : 'logs'),
    back: () => goBack(app, open),
  };
}

/** Closes what was opened last, and leaves the trace when nothing is open. */
function goBack(app: App, open: OpenTrace): void {
  if (open.drawer.peek() !== 'closed') open.drawer.value = 'closed';
  else if (open.find.text.peek() !== '') open.find.setText('');
  else app.router.back();
}

const URL_PAUSE_MILLIS = 250; // browsers refuse addresses that change too often

/** Selects the span that the address names, and names the span that is selected in the address. */
function useSpanInUrl({ router }: App, open: OpenTrace, model: TraceModel, spanId: string | undefined): void {
  const written = useRef<string>(undefined);
  const isKnown = spanId !== undefined && model.indexOf(spanId) !== undefined;
  useEffect(() => {
    const index = spanId === undefined ? undefined : open.model.peek()?.indexOf(spanId);
    if (index === undefined || spanId === written.current) return;
    written.current = spanId;
    reveal(open, index);
    open.drawer.value = 'span';
  }, [open, spanId, isKnown]);

  const selected = open.selected.value;
  useEffect(() => {
    if (selected === undefined || selected === written.current) return undefined;
    const timer = setTimeout(() => {
      written.current = selected;
      const route: Route = { view: 'trace', traceId: open.traceId, spanId: selected };
      if (router.route.peek().view === 'trace') router.go(route, { replace: true });
    }, URL_PAUSE_MILLIS);
    return () => clearTimeout(timer);
  }, [open, router, selected]);
}
