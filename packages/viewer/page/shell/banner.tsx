import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';

/** Says that the viewer is gone. What the page has read stays on it. */
export function Banner(): JSX.Element {
  const isLost = useApp().connection.value === 'lost';
  return (
    <div class="banner" role="alert">
      {isLost ? 'The viewer is not running; reconnecting. What you see was read before.' : null}
    </div>
  );
}
