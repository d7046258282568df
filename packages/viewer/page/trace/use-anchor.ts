import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

import type { VirtualRowsHandle } from '../shared/virtual-rows.tsx';
import type { TraceModel } from './trace-model.ts';
import type { VisibleRows } from './visible-rows.ts';

/**
 * Keeps the span at the top of the view where it is when spans come in above it.
 *
 * @returns the listener for scrolling, which notes the span at the top
 */
export function useAnchor(
  handle: RefObject<VirtualRowsHandle | null>,
  model: TraceModel,
  rows: VisibleRows | undefined,
  rowHeight: number,
): (scrollTop: number) => void {
  const anchor = useRef<{ readonly id: string; readonly offset: number }>(undefined);
  const shown = useRef(model);
  useLayoutEffect(() => {
    const element = handle.current?.element();
    if (shown.current === model || element == null || rows === undefined) return;
    shown.current = model;
    const index = anchor.current === undefined ? undefined : model.indexOf(anchor.current.id);
    const row = index === undefined ? undefined : rows.rowOf[index];
    if (row !== undefined && anchor.current !== undefined) element.scrollTop = row * rowHeight + anchor.current.offset;
  }, [handle, model, rows, rowHeight]);
  return (scrollTop) => {
    const row = Math.floor(scrollTop / rowHeight);
    const id = model.spans.id[rows?.spans[row] ?? -1];
    if (id !== undefined) anchor.current = { id, offset: scrollTop - row * rowHeight };
  };
}
