export interface Drag {
  /** Pixels from the left side of the window, where the drag began and where it is. */
  readonly from: number;
  readonly to: number;
}

/** Follows a pointer that went down on an element until it goes up, outside of the element too. */
export function followDrag(event: PointerEvent, onMove: (drag: Drag) => void, onEnd: (drag: Drag) => void): void {
  const element = event.currentTarget;
  if (event.button !== 0 || !(element instanceof HTMLElement)) return;
  event.preventDefault();
  element.setPointerCapture(event.pointerId);
  const from = event.clientX;
  const ending = new AbortController();
  const { signal } = ending;
  element.addEventListener('pointermove', (moved) => onMove({ from, to: moved.clientX }), { signal });
  for (const end of ['pointerup', 'pointercancel'] as const) {
    element.addEventListener(
      end,
      (ended) => {
        ending.abort();
        onEnd({ from, to: ended.clientX });
      },
      { signal },
    );
  }
}
