import type { MapEdge, MapNode } from '../../src/api/answers.ts';

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

export const NODE_WIDTH = 168;
export const NODE_HEIGHT = 52;

/**
 * Places the nodes in layers and orders each layer by its neighbours, so that few edges cross. Calls in circles are cut
 * where they lead back. The same map is laid out in the same way, in whatever order its parts come.
 */
export function layOutMap(nodes: readonly MapNode[], edges: readonly MapEdge[]): MapLayout {
  const known = new Map(nodes.toSorted(byId).map((node) => [node.id, node]));
  const drawn = edges
    .filter(({ from, to }) => known.has(from) && known.has(to))
    .toSorted((a, b) => compare(a.from, b.from) || compare(a.to, b.to));
  const layers = layersOf([...known.keys()], drawn);
  orderLayers(layers, drawn);

  const height = Math.max(1, ...layers.map((layer) => layer.length)) * ROW - GAP_Y;
  const places = new Map<string, { x: number; y: number }>();
  for (const [column, layer] of layers.entries()) {
    const top = (height - (layer.length * ROW - GAP_Y)) / 2;
    for (const [row, id] of layer.entries())
      places.set(id, { x: MARGIN + column * COLUMN, y: MARGIN + top + row * ROW });
  }
  return {
    width: Math.max(1, layers.length) * COLUMN - GAP_X + 2 * MARGIN,
    height: height + 2 * MARGIN,
    nodes: Array.from(known, ([id, node]) => ({ node, ...placeOf(places, id) })),
    edges: drawn.map((edge) => ({ edge, ...route(placeOf(places, edge.from), placeOf(places, edge.to)) })),
  };
}

interface Place {
  readonly x: number;
  readonly y: number;
}

const GAP_X = 132;
const GAP_Y = 34;
const COLUMN = NODE_WIDTH + GAP_X;
const ROW = NODE_HEIGHT + GAP_Y;
const MARGIN = 40;
const SWEEPS = 6;

/** Each node stands one layer to the right of the last of its callers. */
function layersOf(ids: readonly string[], edges: readonly MapEdge[]): string[][] {
  const forward = withoutCircles(ids, edges);
  const callers = new Map<string, number>(ids.map((id) => [id, 0]));
  const calls = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of forward) {
    callers.set(to, (callers.get(to) ?? 0) + 1);
    calls.get(from)?.push(to);
  }
  const layer = new Map<string, number>();
  const ready = ids.filter((id) => callers.get(id) === 0);
  for (const id of ready) {
    const own = layer.get(id) ?? 0;
    layer.set(id, own);
    for (const callee of calls.get(id) ?? []) {
      layer.set(callee, Math.max(layer.get(callee) ?? 0, own + 1));
      callers.set(callee, (callers.get(callee) ?? 1) - 1);
      if (callers.get(callee) === 0) ready.push(callee);
    }
  }
  const layers: string[][] = [];
  for (const id of ids) (layers[layer.get(id) ?? 0] ??= []).push(id);
  return Array.from(layers, (members) => members ?? []);
}

/** The edges but those that lead back to a node that is being walked through; iterates, since a map may be one long chain. */
function withoutCircles(ids: readonly string[], edges: readonly MapEdge[]): MapEdge[] {
  const calls = new Map<string, MapEdge[]>();
  const called = new Set<string>();
  for (const edge of edges) {
    calls.set(edge.from, [...(calls.get(edge.from) ?? []), edge]);
    if (edge.from !== edge.to) called.add(edge.to);
  }
  const state = new Map<string, 'open' | 'done'>();
  const kept: MapEdge[] = [];
  const entries = [...ids.filter((id) => !called.has(id)), ...ids];
  for (const entry of entries) {
    if (state.has(entry)) continue;
    const path = [{ id: entry, next: 0 }];
    state.set(entry, 'open');
    for (let step = path.at(-1); step !== undefined; step = path.at(-1)) {
      const edge = calls.get(step.id)?.[step.next++];
      if (edge === undefined) {
        state.set(step.id, 'done');
        path.pop();
        continue;
      }
      if (state.get(edge.to) === 'open') continue;
      kept.push(edge);
      if (state.has(edge.to)) continue;
      state.set(edge.to, 'open');
      path.push({ id: edge.to, next: 0 });
    }
  }
  return kept;
}

/** Sorts each layer by the mean place of its neighbours, to and fro. */
function orderLayers(layers: readonly string[][], edges: readonly MapEdge[]): void {
  const neighbours = new Map<string, string[]>();
  for (const { from, to } of edges) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  const place = new Map<string, number>();
  const settle = (layer: readonly string[]) => {
    for (const [index, id] of layer.entries()) place.set(id, index - layer.length / 2);
  };
  for (const layer of layers) settle(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) {
      const wanted = new Map(layer.map((id) => [id, mean(neighbours.get(id) ?? [id], place)]));
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || compare(a, b));
      settle(layer);
    }
  }
}

function mean(ids: readonly string[], place: ReadonlyMap<string, number>): number {
  return ids.reduce((sum, id) => sum + (place.get(id) ?? 0), 0) / ids.length;
}

/** A curve from the right side of one node to the left of another; an arc above or below where it leads back. */
function route(from: Place, to: Place): Omit<PlacedEdge, 'edge'> {
  const y = NODE_HEIGHT / 2;
  const [x1, y1, x2, y2] = [from.x + NODE_WIDTH, from.y + y, to.x, to.y + y];
  if (x2 > x1) {
    const bend = Math.min(GAP_X * 0.55, (x2 - x1) / 2);
    return {
      path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
      x: (x1 + x2) / 2,
      y: (y1 + y2) / 2,
    };
  }
  const [left, right] = [Math.min(x1, x2) - 30, Math.max(x1, x2) + 30];
  const dip = Math.max(y1, y2) + NODE_HEIGHT;
  return {
    path: `M${x1} ${y1}C${right} ${y1} ${right} ${dip} ${(x1 + x2) / 2} ${dip}S${left} ${y2} ${x2} ${y2}`,
    x: (x1 + x2) / 2,
    y: dip,
  };
}

function placeOf(places: ReadonlyMap<string, Place>, id: string): Place {
  return places.get(id) ?? { x: 0, y: 0 };
}

function byId(a: MapNode, b: MapNode): number {
  return compare(a.id, b.id);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
