import type { JSX } from 'preact';

/** A status of HTTP, in the colour of its class. */
export function HttpStatus({ status }: { readonly status: number }): JSX.Element {
  const kind = status >= 500 ? 'bad' : status >= 400 ? 'odd' : 'fine';
  return <span class={`http-status http-${kind}`}>{status}</span>;
}
