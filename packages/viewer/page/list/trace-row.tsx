import type { JSX } from 'preact';

import type { TraceSummary } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import { formatRoute } from '../app/route.ts';
import { Icon } from '../shared/icon.tsx';
import { HttpStatus } from '../shared/http-status.tsx';
import { plural } from '../shared/plural.ts';
import { ServiceName } from '../shared/service-name.tsx';
import { onLinkClick } from '../shared/on-link-click.ts';
import { formatNanos } from '../text/format-nanos.ts';
import { formatClock, formatDateTime } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';

export interface TraceRowProps {
  readonly trace: TraceSummary;
  readonly row: number;
  readonly top: string;
  readonly isActive: boolean;
  /** Duration that fills the column of bars; longer ones are marked. */
  readonly full: number;
  readonly onOpen: (traceId: string) => void;
}

/** A trace in the list. */
export function TraceRow({ trace, row, top, isActive, full, onOpen }: TraceRowProps): JSX.Element {
  const url = formatRoute({ view: 'trace', traceId: trace.traceId });
  return (
    <div
      id={rowId(trace.traceId)}
      class={`trace-row${trace.errors > 0 ? ' has-error' : ''}`}
      role="row"
      aria-rowindex={row + 2}
      aria-selected={isActive}
      style={{ top }}
      onClick={() => onOpen(trace.traceId)}
    >
      <span role="gridcell" class="time" title={formatDateTime(trace.startUnixNano)}>
        {formatClock(trace.startUnixNano)}
      </span>
      <span role="gridcell" class="mark">
        <Mark trace={trace} />
      </span>
      <span role="gridcell" class="name">
        <a class="plain" href={url} tabIndex={-1} onClick={(event) => onLinkClick(event, () => onOpen(trace.traceId))}>
          {visibleStart(trace.name, 200) || 'root not received yet'}
        </a>
        {trace.error === undefined ? null : <span class="error-text">{visibleStart(trace.error, 200)}</span>}
      </span>
      <span role="gridcell" class="status">
        {trace.httpStatus === undefined ? null : <HttpStatus status={trace.httpStatus} />}
      </span>
      <span role="gridcell" class="services">
        <Involved trace={trace} />
      </span>
      <span role="gridcell" class="counts">
        <Counts trace={trace} />
      </span>
      <span role="gridcell" class="duration">
        <DurationBar trace={trace} full={full} />
        <span class="number">{formatNanos(trace.durationNanos)}</span>
      </span>
    </div>
  );
}

/** Id of the element of a row. */
export function rowId(traceId: string): string {
  return `trace-${traceId}`;
}

const SERVICES_SHOWN = 5;
const QUEUES = /amqp|boss|bull|bus|jms|kafka|mq|nats|pubsub|pulsar|queue|rabbit|sns|sqs/i;

function Mark({ trace }: { readonly trace: TraceSummary }): JSX.Element {
  const [kind, text] =
    trace.errors > 0 ? ['error', 'failed'] : trace.complete ? ['calm', 'no error'] : ['open', 'more spans may come'];
  return (
    <span class={`mark-${kind}`} role="img" aria-label={text} title={text}>
      {kind === 'error' ? '✕' : ''}
    </span>
  );
}

/** Own service first, then those that were called, then databases and queues. */
function Involved({ trace }: { readonly trace: TraceSummary }): JSX.Element {
  const services = [trace.service, ...trace.services.filter((service) => service !== trace.service)].filter(
    (service) => service !== '',
  );
  const hidden = services.slice(SERVICES_SHOWN);
  return (
    <>
      {services.slice(0, SERVICES_SHOWN).map((service) => (
        <ServiceName key={service} service={service} />
      ))}
      {hidden.length === 0 ? null : (
        <span
          class="more"
          title={hidden
            .slice(0, 50)
            .map((each) => visibleStart(each, 60))
            .join(', ')}
        >{`+${hidden.length}`}</span>
      )}
      {trace.systems.slice(0, 3).map((system) => (
        <span key={system} class="system">
          <Icon name={QUEUES.test(system) ? 'queue' : 'database'} />
          {visibleStart(system, 30)}
        </span>
      ))}
    </>
  );
}

function Counts({ trace }: { readonly trace: TraceSummary }): JSX.Element {
  return (
    <>
      {trace.errors === 0 ? null : <span class="error-count">{plural(trace.errors, 'error')}</span>}
      <span>{plural(trace.spans, 'span')}</span>
      <span class="log-count">{trace.logs === 0 ? '' : plural(trace.logs, 'log')}</span>
    </>
  );
}

function DurationBar({ trace, full }: Pick<TraceRowProps, 'trace' | 'full'>): JSX.Element {
  const { palette } = useApp();
  const share = full > 0 ? Math.min(1, Math.max(0, trace.durationNanos / full)) : 0;
  return (
    <span class={`duration-track${trace.durationNanos > full ? ' is-beyond' : ''}`} aria-hidden="true">
      <span
        class="duration-bar hued"
        style={{ width: `max(2px, ${(share * 100).toFixed(2)}%)`, '--hue': String(palette.hueOf(trace.service)) }}
      />
    </span>
  );
}
