import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { stackLines } from '../text/stack-frames.ts';
import { visibleStart } from '../text/visible-text.ts';

/** A stack trace in which the application's own frames stand out. */
export function StackTrace({ stack }: { readonly stack: string }): JSX.Element {
  const isWhole = useSignal(false);
  const lines = stackLines(stack);
  const shown = isWhole.value ? lines : lines.slice(0, FIRST);
  return (
    <>
      <pre class="stack" tabIndex={0} aria-label="Stack trace" data-scrolls>
        {shown.map(({ text, kind }, index) => (
          <span key={index} class={`frame frame-${kind}`}>
            {visibleStart(text, 1000).trimStart()}
            {'\n'}
          </span>
        ))}
      </pre>
      {lines.length > shown.length ? (
        <button type="button" class="text-button" onClick={() => void (isWhole.value = true)}>
          {lines.length - shown.length} more lines
        </button>
      ) : null}
    </>
  );
}

const FIRST = 12;
