import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

import { useApp, useCommands } from '../app/app.ts';
import { Icon } from '../shared/icon.tsx';
import { visibleStart } from '../text/visible-text.ts';
import { type Suggestion, suggestionsFor, withSuggestion } from './suggestions.ts';

export interface SearchBoxProps {
  readonly query: string;
  /** Told while the reader types, with a pause. */
  readonly onQuery: (query: string) => void;
}

/** The search, with suggestions for what is being typed. */
export function SearchBox({ query, onQuery }: SearchBoxProps): JSX.Element {
  const app = useApp();
  const box = useSearch(query, onQuery);
  const input = useRef<HTMLInputElement>(null);
  useCommands({
    find() {
      input.current?.focus();
      input.current?.select();
    },
  });
  const isOpen = box.isOpen.value;
  const suggestions = isOpen ? suggestionsFor(box.text.value, app.stats.value?.services ?? []) : [];
  const chosen = Math.min(box.chosen.value, suggestions.length - 1);

  return (
    <div class="search-box" role="search">
      <Icon name="search" />
      <input
        ref={input}
        type="text"
        role="combobox"
        aria-label="Search traces"
        aria-expanded={suggestions.length > 0}
        aria-controls="suggestions"
        aria-autocomplete="list"
        aria-activedescendant={chosen >= 0 ? `suggestion-${chosen}` : undefined}
        placeholder="Search: words, service:orders, error, duration>50ms"
        spellcheck={false}
        autocomplete="off"
        value={box.text.value}
        onInput={({ currentTarget }) => box.type(currentTarget.value)}
        onFocus={() => void (box.isOpen.value = true)}
        onBlur={() => box.close()}
        onKeyDown={(event) => box.keyDown(event, suggestions, chosen)}
      />
      {box.text.value === '' ? <kbd aria-hidden="true">/</kbd> : null}
      <Suggestions suggestions={suggestions} chosen={chosen} onAccept={box.accept} />
    </div>
  );
}

const PAUSE_MILLIS = 180;

interface SuggestionsProps {
  readonly suggestions: readonly Suggestion[];
  readonly chosen: number;
  readonly onAccept: (suggestion: Suggestion) => void;
}

function Suggestions({ suggestions, chosen, onAccept }: SuggestionsProps): JSX.Element {
  return (
    <ul id="suggestions" class="suggestions" role="listbox" aria-label="Suggestions" hidden={suggestions.length === 0}>
      {suggestions.map((suggestion, index) => (
        <li
          key={suggestion.term}
          id={`suggestion-${index}`}
          role="option"
          aria-selected={index === chosen}
          onPointerDown={(event) => {
            event.preventDefault(); // the box keeps the focus
            onAccept(suggestion);
          }}
        >
          <code>{visibleStart(suggestion.term, 80)}</code>
          <span>{suggestion.text}</span>
        </li>
      ))}
    </ul>
  );
}

function useSearch(query: string, onQuery: (query: string) => void) {
  const text = useSignal(query);
  const isOpen = useSignal(false);
  const chosen = useSignal(-1);
  const pause = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(query);
  useLayoutEffect(() => {
    if (query === told.current) return;
    told.current = query; // changed elsewhere: by a chip, or by going back
    text.value = query;
  }, [query, text]);
  useEffect(() => () => clearTimeout(pause.current), []);

  function tell(): void {
    clearTimeout(pause.current);
    pause.current = undefined;
    told.current = text.peek().trim();
    onQuery(told.current);
  }
  function type(value: string): void {
    text.value = value;
    chosen.value = -1;
    isOpen.value = true;
    clearTimeout(pause.current);
    pause.current = setTimeout(tell, PAUSE_MILLIS);
  }
  function close(): void {
    if (pause.current !== undefined) tell(); // before the reader is elsewhere
    isOpen.value = false;
    chosen.value = -1;
  }
  const accept = (suggestion: Suggestion) => type(withSuggestion(text.peek(), suggestion));
  function keyDown(event: KeyboardEvent, suggestions: readonly Suggestion[], at: number): void {
    const { key, currentTarget } = event;
    const suggestion = suggestions[at];
    if (key === 'ArrowDown' && suggestions.length > 0) chosen.value = (at + 1) % suggestions.length;
    else if (key === 'ArrowUp' && suggestions.length > 0) chosen.value = (Math.max(at, 0) || suggestions.length) - 1;
    else if (key === 'Enter' && suggestion !== undefined) accept(suggestion);
    else if (key === 'Enter' || key === 'Escape') {
      if (key === 'Enter') tell();
      close();
      (currentTarget as HTMLElement).blur();
    } else return;
    event.preventDefault();
  }
  return { text, isOpen, chosen, type, close, accept, keyDown };
}
