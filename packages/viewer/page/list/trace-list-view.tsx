import type { JSX, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import type { TraceSummary } from '../../src/api/answers.ts';
import { type App, useApp, useCommands } from '../app/app.ts';
import type { CommandHandlers } from '../app/commands.ts';
import { Icon } from '../shared/icon.tsx';
import { Notice, Reading } from '../shared/notice.tsx';
import { plural } from '../shared/plural.ts';
import { VirtualRows, type VirtualRowsHandle } from '../shared/virtual-rows.tsx';
import { EmptyState } from './empty-state.tsx';
import { FilterChips } from './filter-chips.tsx';
import { LatencyStrip } from './latency-strip.tsx';
import { fullDuration } from './full-duration.ts';
import type { TraceList } from './trace-list.ts';
import { rowId, TraceRow } from './trace-row.tsx';

/** The live list of traces. */
export function TraceListView({ list, query }: { readonly list: TraceList; readonly query: string }): JSX.Element {
  const app = useApp();
  useEffect(() => list.setQuery(query), [list, query]);
  const isEmpty = list.status.value === 'ready' && list.held.value === 0 && query === '';
  if (isEmpty) return <EmptyState />;
  return (
    <section class="trace-list" aria-label="Traces">
      <div class="list-bar">
        <FilterChips list={list} query={query} />
        <Totals app={app} />
      </div>
      <ListBody list={list} query={query} />
    </section>
  );
}

const ROW_HEIGHT = 34;
const HEAD_HEIGHT = 28;
const COLUMNS = ['Time', '', 'Trace', 'Status', 'Services', 'Holds', 'Duration'];

function ListBody({ list, query }: { readonly list: TraceList; readonly query: string }): JSX.Element {
  const { router } = useApp();
  const rows = useRef<VirtualRowsHandle>(null);
  const traces = list.shown.value;
  const open = (traceId: string) => {
    list.setActive(traceId);
    router.go({ view: 'trace', traceId });
  };
  useCommands(listCommands(list, rows, open));
  useScrollKept(list, rows, traces.length > 0);

  if (list.status.value === 'failed') return <Notice title="The list could not be read" text={list.problem.value} />;
  if (traces.length === 0) {
    return list.status.value === 'loading' ? <Reading what="the traces" /> : <NothingFound list={list} query={query} />;
  }
  const full = fullDuration(traces.map(({ durationNanos }) => durationNanos));
  const active = list.active.value;
  return (
    <div class="list-body" onPointerDown={() => list.holdUntil(whenReleased())}>
      {traces.length < ENOUGH_FOR_STRIP ? null : <LatencyStrip traces={traces} onOpen={open} />}
      <NewTraces list={list} rows={rows} />
      <VirtualRows
        class="trace-rows"
        role="grid"
        label="Traces, the newest first"
        count={traces.length}
        columns={COLUMNS.length}
        rowHeight={ROW_HEIGHT}
        headHeight={HEAD_HEIGHT}
        head={<Head />}
        handle={rows}
        activeRow={active === undefined ? undefined : rowOf(traces, active)}
        activeId={active === undefined ? undefined : rowId(active)}
        onScroll={(scrollTop, rowsBelow) => {
          list.scrollTop = scrollTop;
          list.setScrolled(scrollTop > ROW_HEIGHT / 2);
          if (rowsBelow < ROWS_AHEAD) void list.more();
        }}
        render={(row, top) => {
          const trace = traces[row];
          if (trace === undefined) return null;
          return (
            <TraceRow
              key={trace.traceId}
              trace={trace}
              row={row}
              top={top}
              isActive={trace.traceId === active}
              full={full}
              onOpen={open}
            />
          );
        }}
      />
    </div>
  );
}

/** Resolves when the pointer has gone up and what it clicked has heard of it. */
function whenReleased(): Promise<void> {
  return new Promise((resolve) => {
    const ending = new AbortController();
    for (const event of ['pointerup', 'pointercancel', 'blur']) {
      window.addEventListener(
        event,
        () => {
          ending.abort();
          setTimeout(resolve);
        },
        { signal: ending.signal },
      );
    }
  });
}

function rowOf(traces: readonly TraceSummary[], traceId: string): number | undefined {
  const row = traces.findIndex((trace) => trace.traceId === traceId);
  return row === -1 ? undefined : row;
}

const ROWS_AHEAD = 30;
const ENOUGH_FOR_STRIP = 8;

function Head(): JSX.Element {
  return (
    <div class="trace-row trace-head" role="row" aria-rowindex={1}>
      {COLUMNS.map((column) => (
        <span key={column} role="columnheader">
          {column === '' ? <span class="off-screen">Result</span> : column}
        </span>
      ))}
    </div>
  );
}

function Totals({ app }: { readonly app: App }): JSX.Element | null {
  const stats = app.stats.value;
  if (stats === undefined) return null;
  const evicted = stats.evictedTraces === 0 ? '' : `, ${plural(stats.evictedTraces, 'older trace')} forgotten`;
  return (
    <span class="totals" title={`at most ${plural(stats.maxSpans, 'span')} are kept`}>
      {plural(stats.traces, 'trace')}, {plural(stats.spans, 'span')}
      {evicted}
    </span>
  );
}

/** New traces wait while the reader looks at the list. */
function NewTraces({ list, rows }: { readonly list: TraceList; readonly rows: RefObject<VirtualRowsHandle | null> }) {
  const waiting = list.waiting.value;
  return (
    <div class="new-traces" role="status">
      {waiting === 0 ? null : (
        <button
          type="button"
          onClick={() => {
            list.showNew();
            const element = rows.current?.element();
            if (element != null) element.scrollTop = 0;
          }}
        >
          <Icon name="up" />
          {waiting} new
        </button>
      )}
    </div>
  );
}

function NothingFound({ list, query }: { readonly list: TraceList; readonly query: string }): JSX.Element {
  const { router } = useApp();
  return (
    <Notice
      title="No trace matches"
      text={`None of ${plural(list.held.value, 'trace')} has all of: ${query}. Take a term away, or let a value end in *: http.route:/check* finds /checkout.`}
    >
      <button type="button" class="button" onClick={() => router.go({ view: 'traces', query: '' })}>
        Show all traces
      </button>
    </Notice>
  );
}

function useScrollKept(list: TraceList, rows: RefObject<VirtualRowsHandle | null>, isShown: boolean): void {
  useLayoutEffect(() => {
    const element = rows.current?.element();
    if (element != null) element.scrollTop = list.scrollTop;
  }, [list, rows, isShown]);
}

function listCommands(
  list: TraceList,
  rows: RefObject<VirtualRowsHandle | null>,
  open: (traceId: string) => void,
): CommandHandlers {
  const traces = () => list.shown.peek();
  const current = () => traces().findIndex(({ traceId }) => traceId === list.active.peek());
  function goTo(row: number): void {
    const trace = traces()[Math.min(Math.max(row, 0), traces().length - 1)];
    if (trace === undefined) return;
    list.setActive(trace.traceId);
    rows.current?.focus();
    rows.current?.show(traces().indexOf(trace));
  }
  function goToError(step: 1 | -1): void {
    const isError = ({ errors }: TraceSummary) => errors > 0;
    const from = current();
    const found =
      step === 1
        ? traces().findIndex((trace, row) => row > from && isError(trace))
        : traces().findLastIndex((trace, row) => row < from && isError(trace));
    if (found !== -1) goTo(found);
  }
  const page = () => rows.current?.rowsInView() ?? 1;
  return {
    next: () => goTo(current() + 1),
    previous: () => goTo(current() - 1),
    pageDown: () => goTo(current() + page()),
    pageUp: () => goTo(current() - page()),
    first: () => goTo(0),
    last: () => goTo(traces().length - 1),
    nextError: () => goToError(1),
    previousError: () => goToError(-1),
    open() {
      const active = list.active.peek();
      if (active !== undefined) open(active);
    },
    ...(list.active.value !== undefined && { back: () => list.setActive(undefined) }),
  };
}
