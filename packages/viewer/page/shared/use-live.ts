import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { useApp } from '../app/app.ts';
import { throttle } from './throttle.ts';

/** Something read from the source, or why it could not be. */
export interface Loaded<T> {
  readonly value: T | undefined;
  readonly problem: string | undefined;
}

const RELOAD_MILLIS = 1000;

/** Reads something, and again when traces have changed, unless the reader holds the page still. */
export function useLive<T>(read: () => Promise<T>, dependencies: readonly unknown[]): Loaded<T> {
  const app = useApp();
  const loaded = useSignal<Loaded<T>>({ value: undefined, problem: undefined });
  useEffect(() => {
    let isCurrent = true;
    const reload = throttle(RELOAD_MILLIS, async () => {
      if (!isCurrent) return;
      try {
        const value = await read();
        if (isCurrent) loaded.value = { value, problem: undefined };
      } catch (error) {
        if (isCurrent) loaded.value = { value: loaded.peek().value, problem: (error as Error).message };
      }
    });
    reload();
    const changed = () => void (!app.paused.peek() && reload());
    const stop = app.listen({
      tracesChanged: changed,
      statsChanged: changed,
      cleared: reload,
      connected: (isConnected) => isConnected && reload(),
    });
    return () => {
      isCurrent = false;
      stop();
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the caller says on what its reading depends
  }, dependencies);
  return loaded.value;
}
