import type { Signal } from '@preact/signals';

import { keptSignal } from '../app/kept.ts';

/** Widths that the reader can change; the browser keeps them. */
export interface TraceLayout {
  /** Pixels of the column of names; 0 until the reader has chosen. */
  readonly nameWidth: Signal<number>;
  /** Pixels of the drawer. */
  readonly drawerWidth: Signal<number>;
}

export function createTraceLayout(): TraceLayout {
  const isWidth = (value: unknown): value is number => typeof value === 'number' && value >= 0 && value <= 1600;
  return { nameWidth: keptSignal('nameWidth', 0, isWidth), drawerWidth: keptSignal('drawerWidth', 430, isWidth) };
}
