import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { copyText } from './copy-text.ts';
import { Icon } from './icon.tsx';

export interface CopyButtonProps {
  readonly text: string;
  /** Name of what is copied, for the button and the message: `trace id`. */
  readonly what: string;
}

export function CopyButton({ text, what }: CopyButtonProps): JSX.Element {
  const app = useApp();
  return (
    <button
      type="button"
      class="copy-button"
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={() => void copyText(app, text, what)}
    >
      <Icon name="copy" />
    </button>
  );
}
