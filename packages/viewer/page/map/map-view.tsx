import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';

import type { MapAnswer, MapNode } from '../../src/api/answers.ts';
import { useApp, useCommands } from '../app/app.ts';
import { EmptyState } from '../list/empty-state.tsx';
import { Notice, Reading } from '../shared/notice.tsx';
import { plural } from '../shared/plural.ts';
import { useLive } from '../shared/use-live.ts';
import { MapDrawing } from './map-drawing.tsx';
import { MapTable } from './map-table.tsx';
import { nodeQuery } from './node-query.ts';

/** Calls between services, databases, queues and hosts outside, as a drawing or as a table. */
export function MapView(): JSX.Element {
  const { router, source } = useApp();
  const { value: map, problem } = useLive(() => source.map(), [source]);
  const isTable = useSignal(false);
  useCommands({ map: () => router.go({ view: 'traces', query: '' }) });
  if (map === undefined) {
    return problem === undefined ? (
      <Reading what="the map" />
    ) : (
      <Notice title="The map could not be read" text={problem} />
    );
  }
  if (map.nodes.length === 0) return <EmptyState />;
  const open = (node: MapNode) => router.go({ view: 'traces', query: nodeQuery(node) });
  return (
    <section class="map-view" aria-label="Map">
      <div class="list-bar">
        <Legend map={map} />
        <button
          type="button"
          class="button map-switch"
          aria-pressed={isTable.value}
          onClick={() => void (isTable.value = !isTable.value)}
        >
          {isTable.value ? 'Show as a drawing' : 'Show as a table'}
        </button>
      </div>
      {isTable.value ? <MapTable map={map} onOpen={open} /> : <MapDrawing map={map} onOpen={open} />}
    </section>
  );
}

function Legend({ map }: { readonly map: MapAnswer }): JSX.Element {
  const services = map.nodes.filter(({ kind }) => kind === 'service').length;
  return (
    <div class="map-legend">
      <span>
        {plural(services, 'service')}, {plural(map.nodes.length - services, 'neighbour')}
      </span>
      <span>times: 95 of 100 calls take no longer</span>
      <span class="legend-edge legend-failing">fails</span>
      <span class="legend-edge legend-slow">slow</span>
      {map.omitted === 0 ? null : <span class="error-text">{plural(map.omitted, 'more node')} left out</span>}
    </div>
  );
}
