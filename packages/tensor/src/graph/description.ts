/** A recorded graph as plain data: what exporters draw, and what a test or a tool can look into. */
export interface GraphDescription {
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** A leaf is data that came from outside, a parameter a leaf that learns, an op the result of one. */
export type GraphNodeKind = 'leaf' | 'parameter' | 'op';

export interface GraphNode {
  readonly id: number;
  readonly kind: GraphNodeKind;
  /** The op's name; for leaves and parameters what made them, such as `tensor` or `randn`. */
  readonly op: string;
  readonly name?: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly requiresGrad: boolean;
  /** The first values, or a text that stands for them. */
  readonly data?: GraphPreview;
  readonly grad?: GraphPreview;
  readonly milliseconds?: number;
  /** Where in the user's program the node was made, such as `train.ts:12`. */
  readonly source?: string;
}

export type GraphPreview = readonly number[] | string;

/** The tensor of node `from` is operand number `input` of node `to`. */
export interface GraphEdge {
  readonly from: number;
  readonly to: number;
  readonly input: number;
}

/** Refuses a description that no exporter could draw. */
export function requireDrawable({ nodes, edges }: GraphDescription, exporter: string): void {
  const ids = new Set(nodes.map(({ id }) => id));
  if (ids.size < nodes.length) {
    const twice = nodes.find(({ id }, at) => nodes.findIndex((other) => other.id === id) < at);
    throw new RangeError(`${exporter}: two nodes have the id ${twice?.id}`);
  }
  for (const { from, to } of edges) {
    const missing = ids.has(from) ? to : from;
    if (!ids.has(missing))
      throw new RangeError(`${exporter}: edge ${from} -> ${to} names no node ${missing}`);
  }
}
