import type { ComponentChildren, JSX } from 'preact';

export interface NoticeProps {
  readonly title: string;
  readonly text?: string;
  readonly children?: ComponentChildren;
}

/** Stands where there is nothing else to show, and says why. */
export function Notice({ title, text, children }: NoticeProps): JSX.Element {
  return (
    <div class="notice" role="status">
      <h2>{title}</h2>
      {text === undefined ? null : <p>{text}</p>}
      {children}
    </div>
  );
}

/** Stands where something is still being read. */
export function Reading({ what }: { readonly what: string }): JSX.Element {
  return (
    <div class="notice is-reading" role="status">
      <p>Reading {what}…</p>
    </div>
  );
}
