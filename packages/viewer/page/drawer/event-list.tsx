import type { JSX } from 'preact';

import type { EventDetails } from '../../src/api/answers.ts';
import { formatOffset } from '../text/format-nanos.ts';
import { nanosBetween } from '../text/format-time.ts';
import { visibleStart } from '../text/visible-text.ts';
import { PairList } from './pair-list.tsx';

export interface EventListProps {
  readonly events: readonly EventDetails[];
  /** Start of the span. */
  readonly since: string;
}

/** Events of a span with their times in it. */
export function EventList({ events, since }: EventListProps): JSX.Element {
  return (
    <ol class="events">
      {events.slice(0, MAX_SHOWN).map((event, index) => (
        <li key={index}>
          <p>
            <span class="offset">{formatOffset(nanosBetween(since, event.timeUnixNano))}</span>
            {visibleStart(event.name)}
          </p>
          <PairList pairs={event.attributes} />
        </li>
      ))}
      {events.length > MAX_SHOWN ? <li class="more">{events.length - MAX_SHOWN} more are in the JSON</li> : null}
    </ol>
  );
}

const MAX_SHOWN = 100;
