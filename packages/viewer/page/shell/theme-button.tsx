import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { type Theme, THEMES } from '../app/theme.ts';
import { IconButton } from '../shared/icon-button.tsx';
import type { IconName } from '../shared/icon.tsx';

/** Goes from the system's theme to light, to dark, and back. */
export function ThemeButton(): JSX.Element {
  const { theme } = useApp();
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? 'system';
  return (
    <IconButton
      icon={ICONS[theme.value]}
      label={`Theme: ${theme.value}; change to ${next}`}
      onClick={() => void (theme.value = next)}
    />
  );
}

const ICONS: Readonly<Record<Theme, IconName>> = { system: 'system', light: 'light', dark: 'dark' };
