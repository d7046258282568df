import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX, RefObject } from 'preact';
import { useImperativeHandle, useLayoutEffect, useRef } from 'preact/hooks';

import { scrollTopFor, visibleRange } from './visible-range.ts';

export interface VirtualRowsProps {
  readonly count: number;
  /** Pixels; the stylesheet gives rows the same height. */
  readonly rowHeight: number;
  /** Stays at the top while the rows scroll, a row itself; and its height in pixels. */
  readonly head: ComponentChildren;
  readonly headHeight: number;
  /** Drawn behind all rows, as high as they are. */
  readonly behind?: ComponentChildren;
  /** A row, with `key` and with `top` as its place. */
  readonly render: (row: number, top: string) => ComponentChildren;
  readonly class: string;
  readonly role: 'grid' | 'treegrid';
  readonly label: string;
  /** The row that the keyboard is on, and the id of its element; it stays in the document when it is out of sight. */
  readonly activeRow?: number | undefined;
  readonly activeId?: string | undefined;
  readonly columns?: number;
  readonly handle?: RefObject<VirtualRowsHandle | null>;
  readonly onScroll?: (scrollTop: number, rowsBelow: number) => void;
}

/** Handle of a view on its rows. */
export interface VirtualRowsHandle {
  element(): HTMLElement | null;
  /** Scrolls no further than it must. */
  show(row: number): void;
  /** Gives the rows the focus, so that a screen reader tells the one that the keyboard is on. */
  focus(): void;
  rowsInView(): number;
}

/** A list of rows of one height, of which only those in sight are in the document. */
export function VirtualRows(props: VirtualRowsProps): JSX.Element {
  const { count, rowHeight, headHeight } = props;
  const element = useRef<HTMLDivElement>(null);
  const view = useView(element, headHeight);
  useHandle(props, element);
  const { first, end } = visibleRange(view.scrollTop.value, view.height.value, rowHeight, count);

  function onScroll(): void {
    const { scrollTop = 0, clientHeight = 0 } = element.current ?? {};
    const before = visibleRange(view.scrollTop.peek(), view.height.peek(), rowHeight, count);
    const after = visibleRange(scrollTop, clientHeight - headHeight, rowHeight, count);
    if (before.first !== after.first || before.end !== after.end) view.scrollTop.value = scrollTop;
    props.onScroll?.(scrollTop, count - (scrollTop + clientHeight - headHeight) / rowHeight);
  }

  const rows: ComponentChildren[] = [];
  const draw = (row: number) => rows.push(props.render(row, `${row * rowHeight}px`));
  const { activeRow } = props;
  if (activeRow !== undefined && activeRow < first) draw(activeRow);
  for (let row = first; row < end; row += 1) draw(row);
  if (activeRow !== undefined && activeRow >= end && activeRow < count) draw(activeRow);
  return (
    <div
      ref={element}
      class={`virtual-rows ${props.class}`}
      role={props.role}
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-colcount={props.columns}
      aria-activedescendant={props.activeId}
      tabIndex={0}
      style={{ '--head-height': `${headHeight}px` }}
      onScroll={onScroll}
      onBlur={({ currentTarget }) => delete currentTarget.dataset['quiet']}
    >
      <div class="virtual-head" role="rowgroup">
        {props.head}
      </div>
      <div class="virtual-height" role="rowgroup" style={{ height: `${count * rowHeight}px` }}>
        {props.behind}
        {rows}
      </div>
    </div>
  );
}

function useView(element: RefObject<HTMLElement | null>, headHeight: number) {
  const scrollTop = useSignal(0);
  const height = useSignal(0);
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) return undefined;
    height.value = current.clientHeight - headHeight;
    const observer = new ResizeObserver(() => {
      height.value = current.clientHeight - headHeight;
      scrollTop.value = current.scrollTop;
    });
    observer.observe(current);
    return () => observer.disconnect();
  }, [element, height, headHeight, scrollTop]);
  return { scrollTop, height };
}

function useHandle(props: VirtualRowsProps, element: RefObject<HTMLElement | null>): void {
  const { handle, rowHeight, headHeight } = props;
  useImperativeHandle(
    handle ?? { current: null },
    () => {
      const height = () => (element.current?.clientHeight ?? 0) - headHeight;
      return {
        element: () => element.current,
        show(row) {
          const { current } = element;
          if (current !== null) current.scrollTop = scrollTopFor(row, current.scrollTop, height(), rowHeight);
        },
        focus() {
          const { current } = element;
          if (current === null || current.contains(document.activeElement)) return;
          current.dataset['quiet'] = ''; // the reader asked for a row, not for the focus
          current.focus({ preventScroll: true });
        },
        rowsInView: () => Math.max(1, Math.floor(height() / rowHeight) - 1),
      };
    },
    [element, rowHeight, headHeight],
  );
}
