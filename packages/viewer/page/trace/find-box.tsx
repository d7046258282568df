import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';

import { useCommands } from '../app/app.ts';
import { IconButton } from '../shared/icon-button.tsx';
import { Icon } from '../shared/icon.tsx';
import { revealNext, selectedIndex } from './move-in-trace.ts';
import type { OpenTrace } from './open-trace.ts';

/** Finds in all rows of a trace, those that are out of sight too, and in their attributes. */
export function FindBox({ open }: { readonly open: OpenTrace }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const { text, found } = open.find;
  const go = (step: 1 | -1) => revealNext(open, found.peek(), step);
  useCommands({
    find() {
      input.current?.focus();
      input.current?.select();
    },
    findNext: () => go(1),
    findPrevious: () => go(-1),
  });
  const isEmpty = text.value.trim() === '';
  return (
    <div class="find-box" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        aria-label="Find in this trace"
        placeholder="Find in this trace"
        spellcheck={false}
        autocomplete="off"
        value={text.value}
        onInput={({ currentTarget }) => open.find.setText(currentTarget.value)}
        onKeyDown={(event) => onKeyDown(event, open, go)}
      />
      <span class="find-count" role="status">
        {isEmpty ? '' : countOf(open)}
      </span>
      {isEmpty ? (
        <kbd aria-hidden="true">/</kbd>
      ) : (
        <>
          <IconButton icon="up" label="Previous that was found" keys="N" onClick={() => go(-1)} />
          <IconButton icon="down" label="Next that was found" keys="n" onClick={() => go(1)} />
        </>
      )}
    </div>
  );
}

function countOf(open: OpenTrace): string {
  const found = open.find.found.value;
  if (found.length === 0) return 'none';
  const index = open.selected.value === undefined ? undefined : selectedIndex(open);
  const at = index === undefined ? -1 : found.indexOf(index);
  return at === -1 ? String(found.length) : `${at + 1} of ${found.length}`;
}

function onKeyDown(event: KeyboardEvent, open: OpenTrace, go: (step: 1 | -1) => void): void {
  const { key, currentTarget } = event;
  if (key === 'Enter') go(event.shiftKey ? -1 : 1);
  else if (key === 'Escape') {
    if (open.find.text.peek() === '') (currentTarget as HTMLElement).blur();
    open.find.setText('');
  } else return;
  event.preventDefault();
  event.stopPropagation();
}
