import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import { beginningOf, visibleBlock } from '../text/visible-text.ts';

/** A text from outside, of which a long one shows its beginning until more is asked for. */
export function LongText({ text }: { readonly text: string }): JSX.Element {
  const limit = useSignal(FIRST);
  if (text.length <= limit.value) return <>{visibleBlock(text)}</>;
  return (
    <>
      {visibleBlock(beginningOf(text, limit.value))}…
      <button type="button" class="text-button" onClick={() => void (limit.value *= MORE)}>
        {text.length <= limit.value * MORE ? 'show all' : 'show more'} of {text.length.toLocaleString('en')} characters
      </button>
    </>
  );
}

const FIRST = 1500;
const MORE = 40;
