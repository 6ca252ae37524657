import type { GraphDescription, GraphNode } from './description.ts';

/**
 * A layered drawing (Sugiyama, Tagawa and Toda, 1981): every node on a layer below all its inputs, long edges
 * led through a waypoint on each layer they pass, nodes within a layer ordered so that few edges cross.
 */
export interface Spot {
  /** Absent for a waypoint of a long edge. */
  node?: GraphNode;
  layer: number;
  above: Spot[];
  below: Spot[];
  /** Position within the layer. */
  rank: number;
}

/** An edge as the spots it passes, from the input to the op. */
export interface Route {
  edge: GraphDescription['edges'][number];
  spots: Spot[];
}

const SWEEPS = 8;
/** Longer edges run straight, behind what is in their way: their waypoints would soon outnumber the nodes. */
const LONGEST_LED_EDGE = 60;

export function arrangeInLayers(graph: GraphDescription): { layers: Spot[][]; routes: Route[] } {
  const spots = new Map<number, Spot>();
  const depths = layerOfNodes(graph);
  for (const node of graph.nodes) {
    spots.set(node.id, { node, layer: depths.get(node.id) ?? 0, above: [], below: [], rank: 0 });
  }
  const layers: Spot[][] = [];
  for (const spot of spots.values()) place(layers, spot);
  const byOperand = graph.edges.toSorted((a, b) => a.input - b.input);
  const routes = byOperand.map((edge) => {
    const route = [spotOf(spots, edge.from)];
    const end = spotOf(spots, edge.to);
    const led = end.layer - route[0].layer <= LONGEST_LED_EDGE;
    for (let layer = route[0].layer + 1; led && layer < end.layer; layer++) {
      const waypoint = { layer, above: [], below: [], rank: 0 };
      place(layers, waypoint);
      route.push(waypoint);
    }
    route.push(end);
    for (let at = 1; at < route.length; at++) connect(route[at - 1], route[at]);
    return { edge, spots: route };
  });
  for (let sweep = 0; sweep < SWEEPS; sweep++) uncross(layers, sweep % 2 === 0);
  return { layers, routes };
}

/** One below the deepest input; leaves move down to just above the first op that uses them. */
function layerOfNodes({ nodes, edges }: GraphDescription): Map<number, number> {
  const outgoing = new Map(nodes.map(({ id }) => [id, [] as number[]]));
  const waiting = new Map(nodes.map(({ id }) => [id, 0]));
  for (const { from, to } of edges) {
    outgoing.get(from)?.push(to);
    waiting.set(to, (waiting.get(to) ?? 0) + 1);
  }
  const inputs = nodes.filter(({ id }) => waiting.get(id) === 0).map(({ id }) => id);
  const layer = new Map(inputs.map((id) => [id, 0]));
  const ready = [...inputs];
  for (const id of ready) {
    for (const next of outgoing.get(id) ?? []) {
      layer.set(next, Math.max(layer.get(next) ?? 0, (layer.get(id) ?? 0) + 1));
      waiting.set(next, (waiting.get(next) ?? 0) - 1);
      if (waiting.get(next) === 0) ready.push(next);
    }
  }
  if (ready.length < nodes.length) throw new RangeError('graph: edges form a cycle');
  for (const id of inputs) {
    const users = (outgoing.get(id) ?? []).map((next) => layer.get(next) ?? 0);
    if (users.length > 0) layer.set(id, users.reduce((first, use) => Math.min(first, use), Infinity) - 1);
  }
  return layer;
}

/** Sorts each layer by where its neighbours on the layer before stand on average. */
function uncross(layers: Spot[][], downwards: boolean): void {
  for (const layer of downwards ? layers : layers.toReversed()) {
    const wishes = new Map(layer.map((spot) => [spot, wishedRank(spot, downwards)]));
    layer.sort((a, b) => (wishes.get(a) ?? 0) - (wishes.get(b) ?? 0));
    for (const [rank, spot] of layer.entries()) spot.rank = rank;
  }
}

/** Of two inputs that only meet in one op, the first operand goes to the left. */
function wishedRank(spot: Spot, downwards: boolean): number {
  const neighbours = downwards ? spot.above : spot.below;
  if (neighbours.length === 0) return spot.rank;
  const ranks = neighbours.map(({ rank, above }) => {
    return downwards ? rank : rank + (above.indexOf(spot) + 0.5) / above.length - 0.5;
  });
  return ranks.reduce((sum, rank) => sum + rank, 0) / ranks.length;
}

function place(layers: Spot[][], spot: Spot): void {
  while (layers.length <= spot.layer) layers.push([]);
  spot.rank = layers[spot.layer].length;
  layers[spot.layer].push(spot);
}

function connect(upper: Spot, lower: Spot): void {
  upper.below.push(lower);
  lower.above.push(upper);
}

function spotOf(spots: ReadonlyMap<number, Spot>, id: number): Spot {
  const spot = spots.get(id);
  if (spot === undefined) throw new RangeError(`graph: no node ${id}`);
  return spot;
}
