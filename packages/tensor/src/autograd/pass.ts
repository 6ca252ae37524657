import { sumTo } from '../functions/sumTo.ts';
import { scopeOfList } from '../memory/scope.ts';
import { add } from '../ops/add.ts';
import { sameShape, showShape } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import { runHooks } from './hooks.ts';
import type { GraphNode } from './node.ts';
import type { BackwardContext, Gradients } from './op.ts';

export interface PassOptions {
  /** Record the gradients themselves, so that they have gradients in turn. */
  readonly createGraph: boolean;
  /** Keep what the graph holds for another pass. */
  readonly retainGraph: boolean;
}

/**
 * One walk from a result back to what it was made of. Gradients meet at each tensor, are added up there and
 * go on once every contribution has come; a gradient that is no longer needed is freed on the spot.
 */
export class BackwardPass {
  /** The total gradient of each leaf and each tensor asked for. */
  readonly results = new Map<Tensor, Tensor>();
  private readonly pending = new Map<GraphNode, (Tensor | undefined)[]>();
  /** How many places still need a gradient that this pass made. */
  private readonly uses = new Map<AnyTensor, number>();

  constructor(
    private readonly wanted: ReadonlySet<AnyTensor>,
    private readonly options: PassOptions,
  ) {}

  run(root: Tensor, seed: Tensor): void {
    this.deliver(root, seed);
    for (const node of nodesBehind(root, this.wanted)) this.visit(node);
  }

  /** Whether the pass made this gradient, and so nobody else holds it. */
  owns(gradient: Tensor): boolean {
    return this.uses.has(gradient);
  }

  private visit(node: GraphNode): void {
    const arrived = this.pending.get(node);
    if (arrived === undefined) return;
    this.pending.delete(node);
    node.checkInputsUnchanged();
    const dOuts = arrived.map((dOut, index) => dOut && runHooks(node.outputs[index] as Tensor, dOut));
    const gradients = this.gradientsOf(node, dOuts);
    for (let index = 0; index < gradients.length; index++) {
      const gradient = gradients[index];
      if (gradient !== undefined) this.deliver(node.inputs[index] as Tensor, gradient);
    }
    for (const dOut of arrived) if (dOut !== undefined) this.letGo(dOut);
    if (!this.options.retainGraph) node.release();
  }

  private gradientsOf(node: GraphNode, dOuts: readonly (Tensor | undefined)[]): Gradients {
    const compute = () =>
      node.op.backward!(contextOf(node, dOuts) as never).map((gradient, index) => {
        const input = node.inputs[index]!;
        if (gradient === undefined || !input.requiresGrad) return undefined;
        return sameShape(gradient.shape, input.shape) ? gradient : sumTo(gradient, input.shape);
      });
    if (this.options.createGraph) return compute();
    const { list, made } = scopeOfList<Tensor>(`backward of ${node.op.name}`, compute);
    for (const gradient of made) this.uses.set(gradient, 0);
    return list;
  }

  private deliver(target: Tensor, gradient: Tensor): void {
    this.use(gradient);
    const source = target.source;
    if (source === undefined || this.wanted.has(target)) {
      this.results.set(target, this.sum(this.results.get(target), gradient));
      return;
    }
    const slots = this.pending.get(source) ?? source.outputs.map(() => undefined);
    slots[target.outputIndex] = this.sum(slots[target.outputIndex], gradient);
    this.pending.set(source, slots);
  }

  private sum(before: Tensor | undefined, gradient: Tensor): Tensor {
    if (before === undefined) return gradient;
    const total = add(before, gradient);
    if (!this.options.createGraph) this.uses.set(total, 1);
    this.letGo(before);
    this.letGo(gradient);
    return total;
  }

  private use(gradient: Tensor): void {
    const uses = this.uses.get(gradient);
    if (uses !== undefined) this.uses.set(gradient, uses + 1);
  }

  private letGo(gradient: Tensor): void {
    const uses = this.uses.get(gradient);
    if (uses === undefined) return;
    this.uses.set(gradient, uses - 1);
    if (uses > 1 || gradient.kept) return;
    this.uses.delete(gradient);
    gradient.end('backward()');
  }
}

/** Every op that `root` depends on, latest first. An explicit stack: chains may be of any length. */
function nodesBehind(root: Tensor, wanted: ReadonlySet<AnyTensor>): GraphNode[] {
  const found = new Set<GraphNode>();
  const open: GraphNode[] = [];
  const visit = (tensor: AnyTensor) => {
    const node = tensor.source;
    if (node === undefined || found.has(node) || wanted.has(tensor)) return;
    if (node.released) {
      throw new Error(
        `backward: the graph behind ${node.op.name} ${showShape(tensor.shape)} was released by an earlier backward(); ` +
          'pass { retainGraph: true } to the first call to run it again',
      );
    }
    found.add(node);
    open.push(node);
  };
  visit(root);
  for (let node = open.pop(); node !== undefined; node = open.pop()) node.inputs.forEach(visit);
  return [...found].sort((a, b) => b.id - a.id);
}

function contextOf(node: GraphNode, dOuts: readonly (Tensor | undefined)[]): BackwardContext<unknown> {
  return {
    inputs: node.inputs as readonly Tensor[],
    outputs: node.outputs as readonly Tensor[],
    out: node.outputs[0] as Tensor,
    dOut: dOuts[0] as Tensor,
    dOuts,
    params: node.params,
    needs: (index) => node.inputs[index]?.requiresGrad ?? false,
  };
}
