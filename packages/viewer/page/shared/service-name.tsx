import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { visibleStart } from '../text/visible-text.ts';

/** A service with the dot of its colour. */
export function ServiceName({ service }: { readonly service: string }): JSX.Element {
  const { palette } = useApp();
  return (
    <span class="service-name hued" style={{ '--hue': String(palette.hueOf(service)) }}>
      <span class="service-dot" aria-hidden="true" />
      <span class="service-label">{visibleStart(service, 60) || 'no service'}</span>
    </span>
  );
}
