import type { GraphNode as RecordedOp } from '../autograd/node.ts';
import type { AnyTensor } from '../tensor.ts';
import type { GraphDescription, GraphEdge, GraphNode, GraphPreview } from './description.ts';

const previewElements = 6;

/** A plain description of everything that led to `root`: what the exporters draw, and what a test can read. */
export function graph(root: AnyTensor): GraphDescription {
  const ids = new Map<AnyTensor, number>();
  const edges: GraphEdge[] = [];
  const order = tensorsBehind(root);
  order.forEach((tensor, id) => {
    ids.set(tensor, id);
  });
  for (const tensor of order) {
    tensor.source?.inputs.forEach((input, index) => {
      edges.push({ from: ids.get(input)!, to: ids.get(tensor)!, input: index });
    });
  }
  return { nodes: order.map((tensor, id) => describe(tensor, id)), edges };
}

/** Inputs come before what is made of them. An explicit stack: graphs may be of any depth. */
function tensorsBehind(root: AnyTensor): AnyTensor[] {
  const found = new Set<AnyTensor>();
  const open = [root];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    if (found.has(tensor)) continue;
    requireUnreleased(tensor.source);
    found.add(tensor);
    open.push(...(tensor.source?.inputs ?? []));
  }
  const time = (tensor: AnyTensor) => tensor.source?.id ?? -1;
  return [...found].reverse().sort((a, b) => time(a) - time(b));
}

function requireUnreleased(source: RecordedOp | undefined): void {
  if (source?.released !== true) return;
  throw new Error(
    `graph: what led to ${source.op.name} was released by backward(); call graph before it, ` +
      'compute under trace(() => …), or pass backward { retainGraph: true }',
  );
}

function describe(tensor: AnyTensor, id: number): GraphNode {
  const { source, name, grad } = tensor;
  const place = source?.place === undefined ? undefined : userLine(source.place);
  return {
    id,
    kind: source !== undefined ? 'op' : tensor.requiresGrad ? 'parameter' : 'leaf',
    op: source?.op.name ?? 'tensor',
    shape: [...tensor.shape],
    dtype: tensor.dtype,
    requiresGrad: tensor.requiresGrad,
    data: preview(tensor),
    ...(name !== undefined && { name }),
    ...(grad !== null && { grad: preview(grad) }),
    ...(source?.milliseconds !== undefined && { milliseconds: source.milliseconds }),
    ...(place !== undefined && { source: place }),
  };
}

/** The first few values; exporters mark that there are more. */
function preview(tensor: AnyTensor): GraphPreview {
  return tensor.ended ? 'freed' : Array.from(tensor.data.subarray(0, previewElements));
}

/** The first stack line outside this package's sources, as `train.ts:12`. */
function userLine(place: Error): string | undefined {
  const lines = (place.stack ?? '').split('\n').slice(1);
  const line = lines.find((entry) => !/[\\/]packages[\\/]tensor[\\/]src|@sonograd[\\/]tensor/.test(entry));
  return line?.match(/([^\\/(]+:\d+):\d+\)?$/)?.[1];
}
