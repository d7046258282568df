import { useLayoutEffect } from 'preact/hooks';

import { useApp } from '../app/app.ts';

/** Lets the page hear of keys, wherever the focus is. */
export function useKeyListener(): void {
  const { commands } = useApp();
  useLayoutEffect(() => {
    const keyDown = (event: KeyboardEvent) => commands.keyDown(event);
    window.addEventListener('keydown', keyDown);
    return () => window.removeEventListener('keydown', keyDown);
  }, [commands]);
}
