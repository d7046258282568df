import type { JSX } from 'preact';

import { useApp } from '../app/app.ts';
import { ServiceName } from '../shared/service-name.tsx';
import { fieldTerm, hasTerm, queryTerms, toggleTerm } from './query-terms.ts';
import { slowThreshold } from './slow-threshold.ts';
import type { TraceList } from './trace-list.ts';

/** Filters of one click: errors, slow ones, and services. They are terms of the query. */
export function FilterChips({ list, query }: { readonly list: TraceList; readonly query: string }): JSX.Element {
  const { router, stats } = useApp();
  const set = (next: string) => router.go({ view: 'traces', query: next });
  const services = stats.value?.services ?? [];
  const slow = slowTerm(list, query);
  return (
    <div class="chips" role="group" aria-label="Filters">
      <Chip isOn={hasTerm(query, 'error')} onClick={() => set(toggleTerm(query, 'error'))}>
        <span class="chip-error" aria-hidden="true" />
        Errors
      </Chip>
      {slow === undefined ? null : (
        <Chip isOn={hasTerm(query, slow)} onClick={() => set(toggleTerm(query, slow))}>
          {slow.replace('duration>', 'Slower than ')}
        </Chip>
      )}
      <span class="chip-line" aria-hidden="true" />
      {services.slice(0, SERVICES_SHOWN).map((service) => {
        const term = fieldTerm('service', service);
        return (
          <Chip key={service} isOn={hasTerm(query, term)} onClick={() => set(toggleTerm(query, term))}>
            <ServiceName service={service} />
          </Chip>
        );
      })}
      {services.length > SERVICES_SHOWN ? (
        <button type="button" class="text-button" onClick={() => set(`${query} service:`.trimStart())}>
          {`+${services.length - SERVICES_SHOWN} services`}
        </button>
      ) : null}
      {query === '' ? null : (
        <button type="button" class="text-button" onClick={() => set('')}>
          Clear filters
        </button>
      )}
    </div>
  );
}

const SERVICES_SHOWN = 12;

interface ChipProps {
  readonly isOn: boolean;
  readonly onClick: () => void;
  readonly children: JSX.Element | string | (JSX.Element | string)[];
}

function Chip({ isOn, onClick, children }: ChipProps): JSX.Element {
  return (
    <button type="button" class="chip" aria-pressed={isOn} onClick={onClick}>
      {children}
    </button>
  );
}

/** The threshold that is in the query, or one that fits what is shown. */
function slowTerm(list: TraceList, query: string): string | undefined {
  const given = queryTerms(query).find((term) => term.startsWith('duration>'));
  if (given !== undefined) return given;
  const threshold = slowThreshold(list.shown.value.map(({ durationNanos }) => durationNanos));
  return threshold === undefined ? undefined : `duration>${threshold}`;
}
