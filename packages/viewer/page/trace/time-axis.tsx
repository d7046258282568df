import type { JSX } from 'preact';

import type { TimeTick } from './time-ticks.ts';
import type { TimeWindow } from './time-window.ts';

export interface TimeAxisProps {
  readonly ticks: readonly TimeTick[];
  readonly window: TimeWindow;
  readonly width: number;
}

/** Labels of the axis, above the rows. */
export function TimeAxis({ ticks, window, width }: TimeAxisProps): JSX.Element {
  return (
    <>
      {ticks.map(({ at, label }) => {
        const x = placeOf(at, window, width);
        return x + label.length * CHARACTER_WIDTH > width ? null : (
          <span key={at} class="tick" style={{ left: `${x}px` }}>
            {label}
          </span>
        );
      })}
    </>
  );
}

const CHARACTER_WIDTH = 7;

/** Lines of the axis, behind the rows. */
export function TimeLines({ ticks, window, width }: TimeAxisProps): JSX.Element {
  return (
    <div class="tick-lines" aria-hidden="true">
      {ticks.map(({ at }) => (
        <span key={at} style={{ left: `${placeOf(at, window, width)}px` }} />
      ))}
    </div>
  );
}

function placeOf(at: number, { from, to }: TimeWindow, width: number): number {
  return ((at - from) / Math.max(to - from, 1)) * width;
}
