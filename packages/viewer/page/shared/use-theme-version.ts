import { useSignal } from '@preact/signals';
import { useEffect } from 'preact/hooks';

import { useApp } from '../app/app.ts';

/** A value that changes with the theme, for what is drawn and not styled. */
export function useThemeVersion(): string {
  const { theme } = useApp();
  const isDark = useSignal(false);
  useEffect(() => {
    const media = matchMedia('(prefers-color-scheme: dark)');
    const read = () => void (isDark.value = media.matches);
    read();
    media.addEventListener('change', read);
    return () => media.removeEventListener('change', read);
  }, [isDark]);
  return theme.value === 'system' ? String(isDark.value) : theme.value;
}
