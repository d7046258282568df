import type { ComponentChildren, JSX } from 'preact';

export interface SectionProps {
  readonly title: string;
  readonly count?: number;
  /** Closed until it is asked for. */
  readonly isClosed?: boolean;
  readonly children: ComponentChildren;
}

/** A part of the drawer that can be closed. */
export function Section({ title, count, isClosed = false, children }: SectionProps): JSX.Element {
  return (
    <details class="section" open={!isClosed}>
      <summary>
        {title}
        {count === undefined ? null : <span class="section-count">{count}</span>}
      </summary>
      {children}
    </details>
  );
}
