import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';

export function HelpButton(): JSX.Element {
  const { helpIsOpen } = useApp();
  return (
    <button
      type="button"
      class="icon-button help-button"
      aria-label="Keys and help"
      title="Keys and help (?)"
      onClick={() => void (helpIsOpen.value = true)}
    >
      ?
    </button>
  );
}
