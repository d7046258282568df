import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { ServiceName } from '../shared/service-name.tsx';
import { visibleStart } from '../text/visible-text.ts';
import { pathShares } from './path-shares.ts';
import type { TraceModel } from './trace-model.ts';

export interface PathSharesProps {
  readonly model: TraceModel;
  /** Finds the spans of a service. */
  readonly onFind: (service: string) => void;
}

/** Services with their shares of the critical path, as a bar and in words. */
export function PathShares({ model, onFind }: PathSharesProps): JSX.Element {
  const { palette } = useApp();
  const shares = pathShares(model);
  const shown = shares.slice(0, MAX_SHOWN);
  const isKnown = shares.some(({ share }) => share > 0);
  return (
    <div
      class="path-shares"
      title={isKnown ? 'shares of the critical path: the work that the request waited for, by its timing' : undefined}
    >
      {isKnown ? (
        <div class="share-bar" aria-hidden="true">
          {shares
            .filter(({ share }) => share > 0)
            .slice(0, MAX_IN_BAR)
            .map(({ service, share }) => (
              <span
                key={service}
                class="hued"
                style={{ '--hue': String(palette.hueOf(service)), width: `${(share * 100).toFixed(2)}%` }}
              />
            ))}
        </div>
      ) : null}
      <ul aria-label="Services and their shares of the critical path">
        {shown.map(({ service, share }) => (
          <li key={service}>
            <button type="button" title="Find its spans" onClick={() => onFind(service)}>
              <ServiceName service={service} />
            </button>
            {share > 0 ? <span class="share">{percent(share)}</span> : null}
          </li>
        ))}
        {shares.length > MAX_SHOWN ? (
          <li
            class="more"
            title={shares
              .slice(MAX_SHOWN, 60)
              .map(({ service }) => visibleStart(service, 60))
              .join(', ')}
          >
            {`+${shares.length - MAX_SHOWN}`}
          </li>
        ) : null}
      </ul>
    </div>
  );
}

const MAX_SHOWN = 6;
const MAX_IN_BAR = 40;

function percent(share: number): string {
  return share < 0.01 ? '<1%' : `${Math.round(share * 100)}%`;
}
