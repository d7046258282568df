import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

import { useApp, useCommands } from '../app/app.ts';
import { KEY_ROWS, type KeyRow } from '../app/key-rows.ts';
import { IconButton } from '../shared/icon-button.tsx';

/** All keys, and the language of the search. */
export function Help(): JSX.Element | null {
  return useApp().helpIsOpen.value ? <HelpDialog /> : null;
}

const GROUPS: readonly KeyRow['group'][] = ['Everywhere', 'Lists and rows', 'In a trace'];
const TERMS: readonly (readonly [term: string, text: string])[] = [
  ['declined', 'a word in a name, an attribute, an error or a log line'],
  ['service:orders', 'a service'],
  ['error', 'with an error'],
  ['duration>50ms', 'slower than; also <, and µs, s, m'],
  ['http.route:/check*', 'any attribute by its key; * stands for anything'],
  ['"card declined"', 'words together'],
  ['-health', 'without'],
];

function HelpDialog(): JSX.Element {
  const { helpIsOpen } = useApp();
  const dialog = useRef<HTMLDialogElement>(null);
  const close = () => void (helpIsOpen.value = false);
  useCommands({ back: close, help: close });
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      ref={dialog}
      class="help"
      aria-labelledby="help-title"
      onClose={close}
      onClick={({ target }) => target === dialog.current && close()}
    >
      <div class="help-body" data-scrolls>
        <header>
          <h2 id="help-title">Keys</h2>
          <IconButton icon="close" label="Close" onClick={close} />
        </header>
        <div class="help-columns">
          {GROUPS.map((group) => (
            <section key={group}>
              <h3>{group}</h3>
              <dl>
                {KEY_ROWS.filter((row) => row.group === group).map(({ keys, command, text }) => (
                  <div key={command}>
                    <dt>
                      {keys.map((key) => (
                        <kbd key={key}>{KEY_NAMES[key] ?? key}</kbd>
                      ))}
                    </dt>
                    <dd>{text}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <section>
            <h3>Search</h3>
            <dl class="terms">
              {TERMS.map(([term, text]) => (
                <div key={term}>
                  <dt>
                    <code>{term}</code>
                  </dt>
                  <dd>{text}</dd>
                </div>
              ))}
            </dl>
          </section>
        </div>
      </div>
    </dialog>
  );
}

const KEY_NAMES: Readonly<Record<string, string>> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  ArrowLeft: '←',
  ArrowRight: '→',
  Escape: 'Esc',
  PageDown: 'PgDn',
  PageUp: 'PgUp',
};
