import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { commonFolder } from '../text/common-folder.ts';
import { stackLines } from '../text/stack-frames.ts';
import { visibleStart } from '../text/visible-text.ts';

/** A stack trace in which the application's own frames stand out. */
export function StackTrace({ stack }: { readonly stack: string }): JSX.Element {
  const isWhole = useSignal(false);
  const lines = stackLines(stack);
  const folder = commonFolder(lines.map(({ text }) => text));
  const shown = isWhole.value ? lines : lines.slice(0, FIRST);
  return (
    <>
      <pre class="stack" tabIndex={0} aria-label="Stack trace" data-scrolls>
        {shown.map(({ text, kind }, index) => (
          <span key={index} class={`frame frame-${kind}`} title={visibleStart(text, 1000).trim()}>
            {visibleStart(withoutFolder(text, folder), 1000).trimStart()}
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

/** Paths are read from where they differ; the tip of the line has the whole one. */
function withoutFolder(line: string, folder: string): string {
  return folder === '' ? line : line.replace(`file://${folder}`, '').replace(folder, '');
}
