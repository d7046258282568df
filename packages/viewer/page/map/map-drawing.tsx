import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';

import type { MapAnswer, MapNode } from '../../src/api/answers.ts';
import { useApp } from '../app/app.ts';
import { plural } from '../shared/plural.ts';
import { formatNanos } from '../text/format-nanos.ts';
import { visibleStart } from '../text/visible-text.ts';
import { edgeFacts } from './edge-facts.ts';
import { layOutMap, NODE_HEIGHT, NODE_WIDTH, type PlacedEdge, type PlacedNode } from './map-layout.ts';

export interface MapDrawingProps {
  readonly map: MapAnswer;
  readonly onOpen: (node: MapNode) => void;
}

/** The map from left to right. It fits the window until it would become too small to read; then it scrolls. */
export function MapDrawing({ map, onOpen }: MapDrawingProps): JSX.Element {
  const layout = useMemo(() => layOutMap(map.nodes, map.edges), [map]);
  const lit = useSignal<string | undefined>(undefined); // node whose edges stand out
  const isLit = ({ edge }: PlacedEdge) => lit.value === undefined || edge.from === lit.value || edge.to === lit.value;
  const { width, height } = layout;
  return (
    <div class="map-scroll" tabIndex={0} role="region" aria-label="Drawing of the map" data-scrolls>
      <svg
        class="map"
        viewBox={`0 0 ${width} ${height}`}
        role="group"
        aria-label="Services and what they call"
        style={{ minWidth: `${width * MIN_SCALE}px`, maxWidth: `${width * MAX_SCALE}px` }}
      >
        <defs>
          {['calm', 'slow', 'failing'].map((kind) => (
            <marker
              key={kind}
              id={`arrow-${kind}`}
              class={`arrow arrow-${kind}`}
              viewBox="0 0 8 8"
              refX="7"
              refY="4"
              markerWidth="7"
              markerHeight="7"
              markerUnits="userSpaceOnUse"
              orient="auto"
            >
              <path d="M0 0.5 8 4 0 7.5z" />
            </marker>
          ))}
        </defs>
        {layout.edges.map((placed) => (
          <EdgePath key={`${placed.edge.from} ${placed.edge.to}`} placed={placed} map={map} isLit={isLit(placed)} />
        ))}
        {layout.edges.map((placed) => (
          <EdgeText key={`${placed.edge.from} ${placed.edge.to}`} placed={placed} isLit={isLit(placed)} />
        ))}
        {layout.nodes.map((placed) => (
          <NodeBox key={placed.node.id} placed={placed} onOpen={onOpen} onLight={(id) => void (lit.value = id)} />
        ))}
      </svg>
    </div>
  );
}

const MIN_SCALE = 0.85;
const MAX_SCALE = 1.25;

interface EdgePathProps {
  readonly placed: PlacedEdge;
  readonly map: MapAnswer;
  readonly isLit: boolean;
}

function EdgePath({ placed, map, isLit }: EdgePathProps): JSX.Element {
  const { width, kind } = edgeFacts(placed.edge, map.edges);
  return (
    <path
      class={`edge edge-${kind}${isLit ? '' : ' is-dim'}`}
      d={placed.path}
      style={{ strokeWidth: `${width.toFixed(2)}px` }}
      marker-end={`url(#arrow-${kind})`}
    />
  );
}

function EdgeText({ placed, isLit }: Omit<EdgePathProps, 'map'>): JSX.Element {
  const { edge, x, y } = placed;
  const errors = edge.errors === 0 ? '' : ` · ${edge.errors} ✕`;
  return (
    <text class={`edge-text${edge.errors > 0 ? ' is-failing' : ''}${isLit ? '' : ' is-dim'}`} x={x} y={y - 5}>
      <title>{`p50 ${formatNanos(edge.p50Nanos)}, p95 ${formatNanos(edge.p95Nanos)}`}</title>
      {`${plural(edge.calls, 'call')}${errors} · ${formatNanos(edge.p95Nanos)}`}
    </text>
  );
}

interface NodeBoxProps {
  readonly placed: PlacedNode;
  readonly onOpen: (node: MapNode) => void;
  readonly onLight: (id: string | undefined) => void;
}

function NodeBox({ placed, onOpen, onLight }: NodeBoxProps): JSX.Element {
  const { palette } = useApp();
  const { node, x, y } = placed;
  const label = visibleStart(node.label, 60);
  const shown = `${node.errors > 0 ? `${node.errors} ✕ ` : ''}${rate(node.perSecond)} · ${formatNanos(node.p95Nanos)}`;
  return (
    <g
      class={`node node-${node.kind} hued`}
      transform={`translate(${x} ${y})`}
      style={{ '--hue': String(palette.hueOf(node.label)) }}
      role="button"
      tabIndex={0}
      onClick={() => onOpen(node)}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        event.stopPropagation();
        onOpen(node);
      }}
      onFocus={() => onLight(node.id)}
      onBlur={() => onLight(undefined)}
      onPointerEnter={() => onLight(node.id)}
      onPointerLeave={() => onLight(undefined)}
    >
      <title>{`${label}: ${node.kind}, ${factsOf(node)}; show its traces`}</title>
      <NodeShape kind={node.kind} />
      <foreignObject x={TEXT_X} y="7" width={NODE_WIDTH - TEXT_X - 12} height="19">
        <div class="node-name">{label}</div>
      </foreignObject>
      <text class={`node-facts${node.errors > 0 ? ' is-failing' : ''}`} x={TEXT_X} y="38">
        {shown}
      </text>
    </g>
  );
}

const TEXT_X = 34;

function factsOf({ kind, requests, errors, p50Nanos, p95Nanos }: MapNode): string {
  const count = plural(requests, kind === 'service' ? 'request' : 'call');
  return `${count}, ${plural(errors, 'error')}, p50 ${formatNanos(p50Nanos)}, p95 ${formatNanos(p95Nanos)}`;
}

/** A box for services, a cylinder for databases, a row of messages for queues, a dashed box for what is outside. */
function NodeShape({ kind }: { readonly kind: MapNode['kind'] }): JSX.Element {
  const [w, h] = [NODE_WIDTH, NODE_HEIGHT];
  const icons: Readonly<Record<MapNode['kind'], string>> = {
    service: 'M15 20 20.2 23v6L15 32 9.8 29v-6z',
    database: 'M10 22c0-2 10-2 10 0v8c0 2-10 2-10 0zM10 22c0 2 10 2 10 0M10 26c0 2 10 2 10 0',
    queue: 'M9 23h3.4v6H9zM13.4 23h3.4v6h-3.4zM17.8 23h3.4v6h-3.4z',
    external: 'M15 20.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM9.5 26h11M15 20.5c-3 3-3 8 0 11 3-3 3-8 0-11',
  };
  return (
    <>
      {kind === 'database' ? (
        <path class="shape" d={`M1 8c0-9 ${w - 2}-9 ${w - 2} 0v${h - 16}c0 9-${w - 2} 9-${w - 2} 0z`} />
      ) : (
        <rect class="shape" width={w} height={h} rx={kind === 'queue' ? h / 2 : 9} />
      )}
      <path class="node-icon" d={icons[kind]} />
    </>
  );
}

function rate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  return perSecond < 1 ? `${(perSecond * 60).toFixed(1)}/min` : `${perSecond.toFixed(1)}/s`;
}
