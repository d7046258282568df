import { effect, type Signal, signal } from '@preact/signals';

/**
 * A signal whose value the browser keeps between visits. Where it keeps nothing (a private window, a file), the value lasts
 * as long as the page.
 */
export function keptSignal<T extends string | number>(
  key: string,
  initial: T,
  isValid: (value: unknown) => value is T,
): Signal<T> {
  const kept = signal(read(key, isValid) ?? initial);
  effect(() => write(key, kept.value));
  return kept;
}

const PREFIX = 'clew.';

function read<T>(key: string, isValid: (value: unknown) => value is T): T | undefined {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(PREFIX + key) ?? 'null');
    return isValid(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function write(key: string, value: string | number): void {
  try {
    localStorage.setItem(PREFIX + key, JSON.stringify(value));
  } catch {
    // not kept
  }
}
