import type { GraphDescription } from '../../packages/tensor/src/graph/description.ts';

/** y = relu(x w), its square and its sum, with everything that a node can carry. */
export const small: GraphDescription = {
  nodes: [
    {
      id: 0,
      kind: 'leaf',
      op: 'tensor',
      name: 'x',
      shape: [2],
      dtype: 'float32',
      requiresGrad: false,
      data: [1, -2],
    },
    {
      id: 1,
      kind: 'parameter',
      op: 'randn',
      name: 'w',
      shape: [2, 8],
      dtype: 'float32',
      requiresGrad: true,
      data: [0.123456, 1e-9, 3, 4, 5, 6],
      grad: [1, 0, Number.NaN, Infinity, 1],
      source: 'a/very/long/path/to/the/lesson/train.ts:12',
    },
    { id: 2, kind: 'op', op: 'matmul', shape: [8], dtype: 'float32', requiresGrad: true, milliseconds: 0.5 },
    {
      id: 3,
      kind: 'op',
      op: 'mul',
      shape: [8],
      dtype: 'float32',
      requiresGrad: true,
      data: 'freed',
      milliseconds: 1,
    },
    {
      id: 4,
      kind: 'op',
      op: 'sum',
      name: 'loss',
      shape: [],
      dtype: 'float32',
      requiresGrad: true,
      data: [2.5],
      grad: [1],
    },
  ],
  edges: [
    { from: 1, to: 2, input: 1 },
    { from: 0, to: 2, input: 0 },
    { from: 2, to: 3, input: 0 },
    { from: 2, to: 3, input: 1 },
    { from: 3, to: 4, input: 0 },
  ],
};

/** Texts that would break out of every format if they were not escaped. */
export const hostile: GraphDescription = {
  nodes: [
    {
      id: 7,
      kind: 'leaf',
      op: 'x"]; evil [label="',
      name: '</script><script>alert(1)</script>\n"\\',
      shape: [1],
      dtype: '<b>&',
      requiresGrad: false,
      data: ']]>--> `#;`',
      source: 'it\'s "here"',
    },
  ],
  edges: [],
};

export function chain(length: number): GraphDescription {
  const nodes = Array.from({ length }, (_, id) => node(id));
  return { nodes, edges: nodes.slice(1).map(({ id }) => ({ from: id - 1, to: id, input: 0 })) };
}

/** Node `id` has inputs with smaller ids, as recorded graphs do. */
export function graphOf(inputsOfNodes: readonly (readonly number[])[]): GraphDescription {
  return {
    nodes: inputsOfNodes.map((_, id) => node(id)),
    edges: inputsOfNodes.flatMap((inputs, to) => inputs.map((from, input) => ({ from, to, input }))),
  };
}

function node(id: number): GraphDescription['nodes'][number] {
  return {
    id,
    kind: id === 0 ? 'leaf' : 'op',
    op: `op${id}`,
    shape: [id],
    dtype: 'float32',
    requiresGrad: true,
  };
}
