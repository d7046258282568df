import type { MapEdge } from '../../src/api/answers.ts';

/** Nodes in layers from left to right, and the ways of the edges through them. */
export interface MapLayers {
  /** Ids of nodes, and of bends where an edge passes through a layer. */
  readonly layers: readonly (readonly string[])[];
  /** For an edge, what it passes on its way, both ends included; an edge that leads back passes its ends alone. */
  readonly wayOf: ReadonlyMap<MapEdge, readonly string[]>;
}

/** Tells the bend of an edge from a node, by its id in a layer. */
export function isBend(id: string): boolean {
  return id.startsWith(BEND);
}

/**
 * Puts each node one layer to the right of the last of its callers, gives long edges a place in the layers that they pass,
 * and orders each layer by its neighbours, so that few edges cross.
 */
export function layerMap(ids: readonly string[], edges: readonly MapEdge[]): MapLayers {
  const layers = layersOf(ids, edges);
  const layerOf = new Map(layers.flatMap((layer, index) => layer.map((id) => [id, index] as const)));
  const wayOf = new Map<MapEdge, readonly string[]>();
  let bends = 0;
  for (const edge of edges) {
    const [from, to] = [layerOf.get(edge.from) ?? 0, layerOf.get(edge.to) ?? 0];
    const passed = bends + to - from <= MAX_BENDS ? Math.max(0, to - from - 1) : 0;
    const between = Array.from({ length: passed }, () => `${BEND}${bends++}`);
    for (const [step, bend] of between.entries()) layers[from + 1 + step]?.push(bend);
    wayOf.set(edge, [edge.from, ...between, edge.to]);
  }
  orderLayers(layers, [...wayOf.values()]);
  return { layers, wayOf };
}

/** Begins with a character that no id of a node can have. */
const BEND = '\u0000bend ';
/** More edges are drawn straight: nobody could tell them apart anyway. */
const MAX_BENDS = 1000;
const SWEEPS = 8;

function layersOf(ids: readonly string[], edges: readonly MapEdge[]): string[][] {
  const callers = new Map<string, number>(ids.map((id) => [id, 0]));
  const calls = new Map<string, string[]>(ids.map((id) => [id, []]));
  for (const { from, to } of withoutCircles(ids, edges)) {
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
  return layers;
}

/** The edges but those that lead back to a node that is being walked through; iterates, since a map may be one long chain. */
function withoutCircles(ids: readonly string[], edges: readonly MapEdge[]): MapEdge[] {
  const calls = new Map<string, MapEdge[]>(ids.map((id) => [id, []]));
  const called = new Set<string>();
  for (const edge of edges) {
    calls.get(edge.from)?.push(edge);
    if (edge.from !== edge.to) called.add(edge.to);
  }
  const state = new Map<string, 'open' | 'done'>();
  const kept: MapEdge[] = [];
  for (const entry of [...ids.filter((id) => !called.has(id)), ...ids]) {
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
function orderLayers(layers: readonly string[][], ways: readonly (readonly string[])[]): void {
  const neighbours = new Map<string, string[]>(layers.flat().map((id) => [id, []]));
  for (const way of ways) {
    for (const [step, id] of way.entries()) {
      const next = way[step + 1];
      if (next === undefined) continue;
      neighbours.get(id)?.push(next);
      neighbours.get(next)?.push(id);
    }
  }
  const place = new Map<string, number>();
  const settle = (layer: readonly string[]) => {
    for (const [index, id] of layer.entries()) place.set(id, index - (layer.length - 1) / 2);
  };
  for (const layer of layers) settle(layer);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) {
    for (const layer of sweep % 2 === 0 ? layers : layers.toReversed()) {
      const wanted = new Map(layer.map((id) => [id, mean(neighbours.get(id) ?? [], place)]));
      layer.sort((a, b) => (wanted.get(a) ?? 0) - (wanted.get(b) ?? 0) || (a < b ? -1 : 1));
      settle(layer);
    }
  }
}

function mean(ids: readonly string[], place: ReadonlyMap<string, number>): number {
  return ids.length === 0 ? 0 : ids.reduce((sum, id) => sum + (place.get(id) ?? 0), 0) / ids.length;
}
