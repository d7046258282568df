import type { JSX } from 'preact';

import type { MapAnswer, MapNode } from '../../src/api/answers.ts';
import { formatNanos } from '../text/format-nanos.ts';
import { visibleStart } from '../text/visible-text.ts';

export interface MapTableProps {
  readonly map: MapAnswer;
  readonly onOpen: (node: MapNode) => void;
}

/** The same map as two tables. */
export function MapTable({ map, onOpen }: MapTableProps): JSX.Element {
  const labels = new Map(map.nodes.map(({ id, label }) => [id, label]));
  const labelOf = (id: string) => visibleStart(labels.get(id) ?? id, 100);
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label="Tables of the map" data-scrolls>
      <table class="data-table">
        <caption>Services and what they call</caption>
        <Heads names={['Name', 'Kind', 'Requests', 'Errors', 'Per second', 'p50', 'p95']} texts={2} />
        <tbody>
          {map.nodes.map((node) => (
            <tr key={node.id}>
              <th scope="row">
                <button type="button" class="text-button" onClick={() => onOpen(node)}>
                  {visibleStart(node.label, 100)}
                </button>
              </th>
              <td>{node.kind}</td>
              <Numbers values={[node.requests, node.errors]} />
              <td class="is-number">{node.perSecond.toFixed(2)}</td>
              <Durations values={[node.p50Nanos, node.p95Nanos]} />
            </tr>
          ))}
        </tbody>
      </table>
      <table class="data-table">
        <caption>Calls</caption>
        <Heads names={['From', 'To', 'Calls', 'Errors', 'p50', 'p95']} texts={2} />
        <tbody>
          {map.edges.map((edge) => (
            <tr key={`${edge.from} ${edge.to}`}>
              <th scope="row">{labelOf(edge.from)}</th>
              <td>{labelOf(edge.to)}</td>
              <Numbers values={[edge.calls, edge.errors]} />
              <Durations values={[edge.p50Nanos, edge.p95Nanos]} />
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heads({ names, texts }: { readonly names: readonly string[]; readonly texts: number }): JSX.Element {
  return (
    <thead>
      <tr>
        {names.map((name, index) => (
          <th key={name} scope="col" class={index < texts ? '' : 'is-number'}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Numbers({ values }: { readonly values: readonly number[] }): JSX.Element {
  return (
    <>
      {values.map((value, index) => (
        <td key={index} class="is-number">
          {value.toLocaleString('en')}
        </td>
      ))}
    </>
  );
}

function Durations({ values }: { readonly values: readonly number[] }): JSX.Element {
  return (
    <>
      {values.map((value, index) => (
        <td key={index} class="is-number">
          {formatNanos(value)}
        </td>
      ))}
    </>
  );
}
