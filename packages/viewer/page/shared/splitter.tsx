import type { Signal } from '@preact/signals';
import type { JSX } from 'preact';

import { followDrag } from './drag.ts';

export interface SplitterProps {
  readonly width: Signal<number>;
  /** Width at the moment, which may be another than the wanted one. */
  readonly shown: number;
  readonly min: number;
  readonly max: number;
  readonly label: string;
  /** The pane lies to the right, and grows when the line is moved to the left. */
  readonly isReversed?: boolean;
}

const KEY_STEP = 16;

/** A line that can be moved, by the pointer or by the arrow keys, to make a pane wider. */
export function Splitter({ width, shown, min, max, label, isReversed = false }: SplitterProps): JSX.Element {
  const sign = isReversed ? -1 : 1;
  const set = (value: number) => void (width.value = Math.round(Math.min(max, Math.max(min, value))));
  return (
    <div
      class="splitter"
      role="separator"
      tabIndex={0}
      aria-label={label}
      aria-orientation="vertical"
      aria-valuemin={min}
      aria-valuemax={max}
      aria-valuenow={shown}
      onPointerDown={(event) => {
        const move = ({ from, to }: { from: number; to: number }) => set(shown + sign * (to - from));
        followDrag(event, move, move);
      }}
      onKeyDown={({ key }) => {
        if (key === 'ArrowLeft') set(shown - sign * KEY_STEP);
        if (key === 'ArrowRight') set(shown + sign * KEY_STEP);
      }}
    />
  );
}
