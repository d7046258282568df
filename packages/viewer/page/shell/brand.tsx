import type { JSX } from 'preact';

/** The name, with its mark. */
export function Brand(): JSX.Element {
  return (
    <span class="brand">
      <svg viewBox="0 0 20 20" aria-hidden="true" focusable="false">
        <path class="brand-1" d="M3 5h13" />
        <path class="brand-2" d="M6 10h7" />
        <path class="brand-3" d="M9 15h8" />
      </svg>
      Clew
    </span>
  );
}
