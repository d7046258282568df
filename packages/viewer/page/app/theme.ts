import { effect, type Signal } from '@preact/signals';

import { keptSignal } from './kept.ts';

export type Theme = (typeof THEMES)[number];

export const THEMES = ['system', 'light', 'dark'] as const;

/** The theme that the reader has chosen; the stylesheet goes by an attribute of the document. */
export function createTheme(root: HTMLElement): Signal<Theme> {
  const theme = keptSignal<Theme>('theme', 'system', (value): value is Theme => THEMES.some((each) => each === value));
  effect(() => {
    if (theme.value === 'system') delete root.dataset['theme'];
    else root.dataset['theme'] = theme.value;
  });
  return theme;
}
