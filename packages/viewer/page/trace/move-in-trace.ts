import { batch } from '@preact/signals';

import { nextOf } from './find-rows.ts';
import type { OpenTrace } from './open-trace.ts';
import { panned, windowAround, zoomedAt } from './time-window.ts';
import { timesOf, type TraceModel } from './trace-model.ts';

/** Index of the span that is selected. */
export function selectedIndex({ model, selected }: OpenTrace): number | undefined {
  const id = selected.peek();
  return id === undefined ? undefined : model.peek()?.indexOf(id);
}

/** Selects the span of a row some rows further; the first or the last one beyond the ends. */
export function moveBy(open: OpenTrace, rows: number): void {
  const visible = open.rows.peek();
  if (visible === undefined || visible.count === 0) return;
  const index = selectedIndex(open);
  const row = index === undefined ? (rows > 0 ? -1 : visible.count) : (visible.rowOf[index] ?? 0);
  selectRow(open, row + rows);
}

export function selectRow(open: OpenTrace, row: number): void {
  const visible = open.rows.peek();
  if (visible === undefined || visible.count === 0) return;
  const index = visible.spans[Math.min(Math.max(row, 0), visible.count - 1)] ?? 0;
  goTo(open, open.model.peek()?.spans.id[index]);
}

function goTo(open: OpenTrace, spanId: string | undefined): void {
  batch(() => {
    open.selected.value = spanId;
    open.attention.value += 1;
  });
}

/** Selects a span and opens whatever hides it. */
export function reveal(open: OpenTrace, index: number): void {
  const model = open.model.peek();
  const id = model?.spans.id[index];
  if (model === undefined || id === undefined) return;
  batch(() => {
    const hiding = ancestorsOf(model, index).filter((ancestor) => open.collapsed.peek().has(ancestor));
    if (hiding.length > 0) open.collapsed.value = without(open.collapsed.peek(), hiding);
    const folds = open.folds.peek();
    const first = folds?.list[folds.ofSpan[index] ?? -1]?.members[0];
    const firstId = model.spans.id[first ?? -1];
    const isFolded =
      open.folding.peek() && first !== index && firstId !== undefined && !open.unfolded.peek().has(firstId);
    if (isFolded) open.unfolded.value = new Set([...open.unfolded.peek(), firstId]);
    goTo(open, id);
  });
}

/** Selects the next or previous of some spans, round the ends. */
export function revealNext(open: OpenTrace, indexes: readonly number[], step: 1 | -1): void {
  const next = nextOf(indexes, selectedIndex(open), step);
  if (next !== undefined) reveal(open, next);
}

/** Closes the selected row; where it is closed or has nothing below it, goes to the row above it in the tree. */
export function collapseOrUp(open: OpenTrace): void {
  const [model, index] = [open.model.peek(), selectedIndex(open)];
  if (model === undefined || index === undefined) return;
  const id = model.spans.id[index] ?? '';
  if (hasChildren(model, index) && !open.collapsed.peek().has(id)) toggle(open, index);
  else if ((model.spans.parent[index] ?? -1) >= 0) goTo(open, model.spans.id[model.spans.parent[index] ?? 0]);
}

/** Opens the selected row; where it is open, goes to the first row below it. */
export function expandOrDown(open: OpenTrace): void {
  const [model, index, rows] = [open.model.peek(), selectedIndex(open), open.rows.peek()];
  if (model === undefined || index === undefined || rows === undefined) return;
  const fold = rows.foldOf[rows.rowOf[index] ?? -1] ?? -1;
  if (fold >= 0) unfold(open, index);
  else if (open.collapsed.peek().has(model.spans.id[index] ?? '')) toggle(open, index);
  else if (hasChildren(model, index)) moveBy(open, 1);
}

/** Opens or closes the row of a span. */
export function toggle(open: OpenTrace, index: number): void {
  const id = open.model.peek()?.spans.id[index] ?? '';
  const collapsed = open.collapsed.peek();
  open.collapsed.value = collapsed.has(id) ? without(collapsed, [id]) : new Set([...collapsed, id]);
}

/** Shows the spans of a fold, or folds them again. */
export function unfold(open: OpenTrace, index: number): void {
  const folds = open.folds.peek();
  const first = folds?.list[folds.ofSpan[index] ?? -1]?.members[0] ?? index;
  const id = open.model.peek()?.spans.id[first] ?? '';
  const unfolded = open.unfolded.peek();
  batch(() => {
    open.unfolded.value = unfolded.has(id) ? without(unfolded, [id]) : new Set([...unfolded, id]);
    open.selected.value = id;
  });
}

/** Closes all rows below the tops, or opens all. */
export function collapseAll(open: OpenTrace, isCollapsed: boolean): void {
  const model = open.model.peek();
  if (model === undefined) return;
  open.collapsed.value = new Set(
    isCollapsed
      ? model.spans.id.filter((_, index) => (model.spans.depth[index] ?? 0) > 0 && hasChildren(model, index))
      : [],
  );
}

export function zoomToSelected(open: OpenTrace): void {
  const [model, index] = [open.model.peek(), selectedIndex(open)];
  if (model === undefined || index === undefined) return;
  const { start, end } = timesOf(model, index);
  open.zoom.value = windowAround(start, end, extentOf(model));
}

/** Shows less (`factor` below 1) or more time around a point, by default the middle. */
export function zoomBy(open: OpenTrace, factor: number, point?: number): void {
  const model = open.model.peek();
  if (model === undefined) return;
  const window = open.window.peek();
  const next = zoomedAt(window, point ?? (window.from + window.to) / 2, factor, extentOf(model));
  const main = open.main.peek();
  open.zoom.value = next.from <= main.from && next.to >= main.to && main.spansOutside === 0 ? undefined : next;
}

export function panBy(open: OpenTrace, share: number): void {
  const model = open.model.peek();
  if (model !== undefined && open.zoom.peek() !== undefined) {
    open.zoom.value = panned(open.window.peek(), share, extentOf(model));
  }
}

export function hasChildren({ subtreeEnd }: TraceModel, index: number): boolean {
  return (subtreeEnd[index] ?? 0) > index + 1;
}

/** All of a trace's time. */
export function extentOf({ answer }: TraceModel): { readonly from: number; readonly to: number } {
  return { from: 0, to: Math.max(answer.extentNanos, 1) };
}

/** Ids of what stands above a span; iterates, since depth has no bound. */
function ancestorsOf({ spans }: TraceModel, index: number): string[] {
  const ids: string[] = [];
  for (let parent = spans.parent[index] ?? -1; parent >= 0; parent = spans.parent[parent] ?? -1) {
    ids.push(spans.id[parent] ?? '');
  }
  return ids;
}

function without(set: ReadonlySet<string>, ids: readonly string[]): ReadonlySet<string> {
  const rest = new Set(set);
  for (const id of ids) rest.delete(id);
  return rest;
}
