import type { MapEdge, MapNode } from '../../src/api/answers.ts';
import { isBend, layerMap } from './map-layers.ts';

/** A map from left to right: callers stand to the left of what they call. */
export interface MapLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

export interface PlacedNode {
  readonly node: MapNode;
  /** Left upper corner. */
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly edge: MapEdge;
  /** Path of an SVG. */
  readonly path: string;
  /** Where its text stands. */
  readonly x: number;
  readonly y: number;
}

export const NODE_WIDTH = 176;
export const NODE_HEIGHT = 52;

/** Lays the map out in layers. The same map is laid out in the same way, in whatever order its parts come. */
export function layOutMap(nodes: readonly MapNode[], edges: readonly MapEdge[]): MapLayout {
  const known = new Map(nodes.toSorted((a, b) => compare(a.id, b.id)).map((node) => [node.id, node]));
  const drawn = edges
    .filter(({ from, to }) => known.has(from) && known.has(to))
    .toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
  const { layers, wayOf } = layerMap([...known.keys()], drawn);

  const height = Math.max(NODE_HEIGHT, ...layers.map(heightOf));
  const places = new Map<string, Place>();
  for (const [column, layer] of layers.entries()) {
    let y = MARGIN + (height - heightOf(layer)) / 2;
    for (const id of layer) {
      places.set(id, { x: MARGIN + column * COLUMN, y });
      y += rowHeight(id) + GAP_Y;
    }
  }
  const placeOf = (id: string): Place => places.get(id) ?? { x: 0, y: 0 };
  return {
    width: Math.max(1, layers.length) * COLUMN - GAP_X + 2 * MARGIN,
    height: height + 2 * MARGIN,
    nodes: Array.from(known, ([id, node]) => ({ node, ...placeOf(id) })),
    edges: drawn.map((edge) => {
      const way = wayOf.get(edge) ?? [edge.from, edge.to];
      return { edge, ...draw(way.map((id) => ({ ...placeOf(id), middle: placeOf(id).y + rowHeight(id) / 2 }))) };
    }),
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

/** A place that an edge passes, and the height at which it does. */
interface Stop extends Place {
  readonly middle: number;
}

const GAP_X = 138;
const GAP_Y = 32;
const COLUMN = NODE_WIDTH + GAP_X;
const MARGIN = 40;
const BEND_HEIGHT = 12;

function rowHeight(id: string): number {
  return isBend(id) ? BEND_HEIGHT : NODE_HEIGHT;
}

function heightOf(layer: readonly string[]): number {
  return layer.reduce((sum, id) => sum + rowHeight(id) + GAP_Y, -GAP_Y);
}

/** Curves from the right side of each stop to the left of the next one; an arc below where an edge leads back. */
function draw(stops: readonly Stop[]): Omit<PlacedEdge, 'edge'> {
  const [from, next] = stops;
  if (from === undefined || next === undefined) return { path: '', x: 0, y: 0 };
  if (next.x <= from.x) return drawBack(from, next);
  const parts = [`M${from.x + NODE_WIDTH} ${from.middle}`];
  for (const [index, stop] of stops.slice(1).entries()) {
    const before = stops[index] ?? from;
    const start = before.x + NODE_WIDTH;
    const bend = (stop.x - start) / 2;
    parts.push(`C${start + bend} ${before.middle} ${stop.x - bend} ${stop.middle} ${stop.x} ${stop.middle}`);
    if (index < stops.length - 2) parts.push(`H${stop.x + NODE_WIDTH}`);
  }
  return { path: parts.join(''), x: (from.x + NODE_WIDTH + next.x) / 2, y: (from.middle + next.middle) / 2 };
}

function drawBack(from: Stop, to: Stop): Omit<PlacedEdge, 'edge'> {
  const [start, end] = [from.x + NODE_WIDTH, to.x];
  const dip = Math.max(from.middle, to.middle) + NODE_HEIGHT;
  const middle = (start + end) / 2;
  const path = `M${start} ${from.middle}C${start + 40} ${from.middle} ${start + 40} ${dip} ${middle} ${dip}S${end - 40} ${to.middle} ${end} ${to.middle}`;
  return { path, x: middle, y: dip };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
