import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import type { LogLine } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import { formatRoute, type Route } from '../app/route.ts';
import { EmptyState } from '../list/empty-state.tsx';
import { LogLevel } from '../shared/log-level.tsx';
import { Notice, Reading } from '../shared/notice.tsx';
import { onLinkClick } from '../shared/on-link-click.ts';
import { plural } from '../shared/plural.ts';
import { ServiceName } from '../shared/service-name.tsx';
import { useLive } from '../shared/use-live.ts';
import { VirtualRows } from '../shared/virtual-rows.tsx';
import { inlinePairs } from '../text/format-value.ts';
import { formatClock, formatDateTime } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';

/** Log lines of all traces, the newest first; each leads to its span. */
export function LogListView({ query }: { readonly query: string }): JSX.Element {
  const { source, stats } = useApp();
  const level = useSignal('');
  const { value: answer, problem } = useLive(
    () => source.logs({ query, level: level.value }),
    [source, query, level.value],
  );
  const older = useOlder(query, level.value);
  if (answer === undefined) {
    return problem === undefined ? (
      <Reading what="the log lines" />
    ) : (
      <Notice title="The log lines could not be read" text={problem} />
    );
  }
  if (stats.value?.spans === 0 && answer.logs.length === 0) return <EmptyState />;
  const lines = [...answer.logs, ...older.lines.value];
  const next = older.lines.value.length === 0 ? answer.next : older.next.value;
  return (
    <section class="log-view" aria-label="Log lines">
      <div class="list-bar">
        <div class="chips" role="group" aria-label="Level">
          {LEVELS.map(([value, label]) => (
            <button
              key={value}
              type="button"
              class="chip"
              aria-pressed={level.value === value}
              onClick={() => void (level.value = value)}
            >
              {label}
            </button>
          ))}
        </div>
        <span class="totals">
          {plural(lines.length, 'line')}
          {next === undefined ? '' : ' so far'}
        </span>
      </div>
      {lines.length === 0 ? (
        <NoLines query={query} level={level.value} />
      ) : (
        <Rows lines={lines} onEnd={() => void (next !== undefined && older.read(next))} />
      )}
    </section>
  );
}

const LEVELS = [
  ['', 'All levels'],
  ['info', 'Info and above'],
  ['warn', 'Warnings and errors'],
  ['error', 'Errors'],
] as const;
const ROW_HEIGHT = 26;
const HEAD_HEIGHT = 28;
const COLUMNS = ['Time', 'Level', 'Service', 'Text', 'Trace'];
const ROWS_AHEAD = 20;

function Rows({ lines, onEnd }: { readonly lines: readonly LogLine[]; readonly onEnd: () => void }): JSX.Element {
  return (
    <VirtualRows
      class="log-rows"
      role="grid"
      label="Log lines, the newest first"
      count={lines.length}
      columns={COLUMNS.length}
      rowHeight={ROW_HEIGHT}
      headHeight={HEAD_HEIGHT}
      head={
        <div class="log-row log-head" role="row" aria-rowindex={1}>
          {COLUMNS.map((column) => (
            <span key={column} role="columnheader">
              {column}
            </span>
          ))}
        </div>
      }
      onScroll={(_, rowsBelow) => void (rowsBelow < ROWS_AHEAD && onEnd())}
      render={(row, top) => {
        const line = lines[row];
        return line === undefined ? null : <LogRow key={row} line={line} row={row} top={top} />;
      }}
    />
  );
}

interface LogRowProps {
  readonly line: LogLine;
  readonly row: number;
  readonly top: string;
}

function LogRow({ line, row, top }: LogRowProps): JSX.Element {
  const { router } = useApp();
  const route: Route = { view: 'trace', traceId: line.traceId, ...(line.spanId !== '' && { spanId: line.spanId }) };
  const attributes = inlinePairs(line.attributes);
  return (
    <div class="log-row" role="row" aria-rowindex={row + 2} style={{ top }} onClick={() => router.go(route)}>
      <span role="gridcell" class="time" title={formatDateTime(line.timeUnixNano)}>
        {formatClock(line.timeUnixNano)}
      </span>
      <span role="gridcell">
        <LogLevel line={line} />
      </span>
      <span role="gridcell" class="services">
        <ServiceName service={line.service} />
      </span>
      <span role="gridcell" class="log-text">
        {visibleStart(line.text, 500)}
        {attributes === '' ? null : <span class="log-attributes">{visibleStart(attributes, 500)}</span>}
      </span>
      <span role="gridcell">
        <a href={formatRoute(route)} tabIndex={-1} onClick={(event) => onLinkClick(event, () => router.go(route))}>
          {line.traceId.slice(0, 8)}
        </a>
      </span>
    </div>
  );
}

function NoLines({ query, level }: { readonly query: string; readonly level: string }): JSX.Element {
  const isFiltered = query !== '' || level !== '';
  return (
    <Notice
      title={isFiltered ? 'No log line matches' : 'No log lines yet'}
      text={
        isFiltered
          ? 'Take a term away, or choose another level.'
          : 'Log records that carry the id of a trace are shown here. The SDK sends them when logs.export is on.'
      }
    />
  );
}

/** Older pages below the live one, which begin anew with each query. */
function useOlder(query: string, level: string) {
  const { source } = useApp();
  const lines = useSignal<readonly LogLine[]>([]);
  const next = useSignal<string | undefined>(undefined);
  const isReading = useRef(false);
  useEffect(() => {
    lines.value = [];
    next.value = undefined;
  }, [query, level, lines, next]);
  async function read(cursor: string): Promise<void> {
    if (isReading.current) return;
    isReading.current = true;
    const answer = await source.logs({ query, level, cursor }).catch(() => undefined);
    isReading.current = false;
    if (answer === undefined) return;
    lines.value = [...lines.value, ...answer.logs];
    next.value = answer.next;
  }
  return { lines, next, read };
}
