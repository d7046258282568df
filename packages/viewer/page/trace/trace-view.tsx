import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

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
  useEffect(() => {
    if (document.activeElement === document.body) rows.current?.focus();
  }, []);
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
  return { ...moves(open, rows), ...changes(open), ...handovers(app, open), back: () => goBack(app, open) };
}

/** Keys that go to a row. The rows then have the focus. */
function moves(open: OpenTrace, rows: RefObject<VirtualRowsHandle | null>): CommandHandlers {
  const page = () => rows.current?.rowsInView() ?? 10;
  const errors = () => open.model.peek()?.errors ?? [];
  const critical = () => [...new Set(open.model.peek()?.answer.critical.map(({ span }) => span))].sort((a, b) => a - b);
  const going = (go: () => void) => () => {
    go();
    rows.current?.focus();
  };
  return {
    next: going(() => moveBy(open, 1)),
    previous: going(() => moveBy(open, -1)),
    pageDown: going(() => moveBy(open, page())),
    pageUp: going(() => moveBy(open, -page())),
    first: going(() => selectRow(open, 0)),
    last: going(() => selectRow(open, Infinity)),
    collapse: going(() => collapseOrUp(open)),
    expand: going(() => expandOrDown(open)),
    nextError: going(() => revealNext(open, errors(), 1)),
    previousError: going(() => revealNext(open, errors(), -1)),
    nextCritical: going(() => revealNext(open, critical(), 1)),
  };
}

/** Keys that change what is shown. */
function changes(open: OpenTrace): CommandHandlers {
  return {
    open() {
      if (open.selected.peek() === undefined) selectRow(open, 0);
      open.drawer.value = 'span';
    },
    critical: () => void (open.showsCritical.value = !open.showsCritical.peek()),
    fold: () => void (open.folding.value = !open.folding.peek()),
    zoomToSpan: () => zoomToSelected(open),
    zoomIn: () => zoomBy(open, 0.6),
    zoomOut: () => zoomBy(open, 1 / 0.6),
    resetZoom: () => void (open.zoom.value = undefined),
    logs: () => void (open.drawer.value = open.drawer.peek() === 'logs' ? 'closed' : 'logs'),
  };
}

/** Keys that copy. */
function handovers(app: App, open: OpenTrace): CommandHandlers {
  return {
    copyId() {
      const spanId = open.selected.peek();
      void copyText(app, spanId ?? open.traceId, spanId === undefined ? 'trace id' : 'span id');
    },
    copyText: () => void copyTrace(app, open.traceId),
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
function useSpanInUrl({ router, message }: App, open: OpenTrace, model: TraceModel, spanId: string | undefined): void {
  const written = useRef<string>(undefined);
  const isKnown = spanId !== undefined && model.indexOf(spanId) !== undefined;
  useLayoutEffect(() => {
    const index = spanId === undefined ? undefined : open.model.peek()?.indexOf(spanId);
    if (spanId === undefined || spanId === written.current) return;
    if (index === undefined) {
      message.value = 'the span is not in this trace, or has not arrived yet';
      return;
    }
    written.current = spanId;
    reveal(open, index);
    open.drawer.value = 'span';
  }, [open, spanId, isKnown, message]);

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
