import { type Card, cardOf } from './card.ts';
import type { GraphDescription, GraphEdge, GraphNode } from './description.ts';
import { arrangeInLayers, type Route, type Spot } from './layers.ts';
import { pack } from './pack.ts';

/** Where everything goes, in pixels. */
export interface GraphLayout {
  width: number;
  height: number;
  nodes: PlacedNode[];
  edges: PlacedEdge[];
}

export interface PlacedNode {
  node: GraphNode;
  card: Card;
  left: number;
  top: number;
  width: number;
  height: number;
}

/** From the lower side of the input to the upper side of the op. */
export interface PlacedEdge {
  edge: GraphEdge;
  points: Point[];
}

export type Point = readonly [x: number, y: number];

export const HEADING_HEIGHT = 26;
export const LINE_HEIGHT = 15;
export const CARD_PADDING = 12;
export const LABEL_WIDTH = 42;

const CHARACTER_WIDTH = 6.7;
const HEADING_CHARACTER_WIDTH = 7.8;
const SMALLEST_WIDTH = 110;
const WAYPOINT_WIDTH = 12;
const SIDE_GAP = 28;
const LAYER_GAP = 46;
const MARGIN = 20;
const SWEEPS = 12;
/** Long edges hold their line against nodes beside them; nodes without neighbours give way to all others. */
const STRAIGHTNESS = 10;
const LOOSENESS = 0.01;

/** A spot with the room it takes; `x` is its middle. */
interface Box {
  readonly card?: Card;
  readonly width: number;
  readonly height: number;
  x: number;
}

type Boxes = Map<Spot, Box>;

export function layOut(graph: GraphDescription): GraphLayout {
  const { layers, routes } = arrangeInLayers(graph);
  const boxes: Boxes = new Map(layers.flat().map((spot) => [spot, boxOf(spot)]));
  for (let sweep = 0; sweep <= SWEEPS; sweep++) straighten(layers, boxes, sweep % 2 === 0);
  const width = shiftIntoView([...boxes.values()]);
  const bands = bandsOf(layers, boxes);
  return {
    width,
    height: (bands.at(-1)?.bottom ?? MARGIN) + MARGIN,
    nodes: [...boxes].flatMap(([spot, box]) => placedNode(spot, box, bands)),
    edges: placedEdges(routes, boxes, bands),
  };
}

function boxOf({ node }: Spot): Box {
  if (node === undefined) return { width: WAYPOINT_WIDTH, height: 0, x: 0 };
  const card = cardOf(node);
  const heading = (card.title.length + card.subtitle.length + 2) * HEADING_CHARACTER_WIDTH;
  const texts = card.lines.map(({ text }) => LABEL_WIDTH + text.length * CHARACTER_WIDTH);
  const width = Math.ceil(Math.max(SMALLEST_WIDTH, heading, ...texts) + 2 * CARD_PADDING);
  return { card, width, height: HEADING_HEIGHT + card.lines.length * LINE_HEIGHT + CARD_PADDING, x: 0 };
}

/** Moves every spot towards the average of its neighbours on the layer before. */
function straighten(layers: Spot[][], boxes: Boxes, downwards: boolean): void {
  for (const layer of downwards ? layers : layers.toReversed()) {
    const wishes = layer.map((spot) => {
      const neighbours = (downwards ? spot.above : spot.below).map((other) => boxes.get(other)?.x ?? 0);
      const x = neighbours.reduce((sum, each) => sum + each, 0) / neighbours.length;
      const weight = spot.node === undefined ? STRAIGHTNESS : Math.max(neighbours.length, LOOSENESS);
      return { x: neighbours.length > 0 ? x : (boxes.get(spot)?.x ?? 0), weight };
    });
    const row = layer.flatMap((spot) => boxes.get(spot) ?? []);
    const positions = pack(
      row.map(({ width }) => width),
      wishes,
      SIDE_GAP,
    );
    for (const [at, box] of row.entries()) box.x = positions[at];
  }
}

/** Gives back the width of the whole. */
function shiftIntoView(boxes: readonly Box[]): number {
  if (boxes.length === 0) return 2 * MARGIN;
  const left = boxes.reduce((least, { x, width }) => Math.min(least, x - width / 2), Infinity);
  const right = boxes.reduce((most, { x, width }) => Math.max(most, x + width / 2), -Infinity);
  for (const box of boxes) box.x += MARGIN - left;
  return right - left + 2 * MARGIN;
}

interface Band {
  top: number;
  bottom: number;
}

function bandsOf(layers: readonly Spot[][], boxes: Boxes): Band[] {
  let free = MARGIN;
  return layers.map((layer) => {
    const top = free;
    const bottom = layer.reduce(
      (lowest, spot) => Math.max(lowest, top + (boxes.get(spot)?.height ?? 0)),
      top,
    );
    free = bottom + LAYER_GAP;
    return { top, bottom };
  });
}

function placedNode(
  { node, layer }: Spot,
  { card, x, width, height }: Box,
  bands: readonly Band[],
): PlacedNode[] {
  if (node === undefined || card === undefined) return [];
  return [{ node, card, left: x - width / 2, top: bands[layer].top, width, height }];
}

/** Several inputs arrive side by side, in the order in which they come from above, so that they do not cross. */
function placedEdges(routes: readonly Route[], boxes: Boxes, bands: readonly Band[]): PlacedEdge[] {
  const arriving = new Map<Spot, Route[]>();
  for (const route of routes) {
    const end = route.spots[route.spots.length - 1];
    arriving.set(end, [...(arriving.get(end) ?? []), route]);
  }
  return [...arriving].flatMap(([end, group]) => {
    const { x, width } = boxes.get(end) ?? { x: 0, width: 0 };
    const step = Math.min(40, (width * 0.8) / group.length);
    return group.sort(byOrigin).map(({ edge, spots }, at) => {
      const arrival = x + (at - (group.length - 1) / 2) * step;
      return {
        edge,
        points: [...throughSpots(spots, boxes, bands), [arrival, bands[end.layer].top] as const],
      };
    });
  });
}

function throughSpots(spots: readonly Spot[], boxes: Boxes, bands: readonly Band[]): Point[] {
  return spots.slice(0, -1).flatMap((spot, at): Point[] => {
    const { x, height } = boxes.get(spot) ?? { x: 0, height: 0 };
    const { top, bottom } = bands[spot.layer];
    return at === 0
      ? [[x, top + height]]
      : [
          [x, top],
          [x, bottom],
        ];
  });
}

function byOrigin(a: Route, b: Route): number {
  const [from, other] = [a.spots[a.spots.length - 2], b.spots[b.spots.length - 2]];
  return from.rank - other.rank || a.edge.input - b.edge.input;
}
