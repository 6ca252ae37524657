import { gemm } from '../ops/gemm.ts';
import { permute } from '../ops/permute.ts';
import { reshape } from '../ops/reshape.ts';
import { slice } from '../ops/slice.ts';
import { sum } from '../ops/sum.ts';
import { showShape, sizeOf } from '../shape/shape.ts';
import type { AnyTensor, Tensor } from '../tensor.ts';
import type { Einsum } from '../types/einsum.ts';
import type { ShapesOf } from '../types/join.ts';
import type { Fits, Out } from '../types/shape.ts';

/** A tensor whose axes have letters. */
interface Labelled {
  readonly tensor: AnyTensor;
  readonly labels: string;
}

/**
 * Products and sums named by letters: `einsum('ij,jk->ik', a, b)` is the matrix product, `'ii->'` the trace.
 * Without `->` the result has the letters that occur once, in alphabetical order. Operands meet pairwise from
 * the left, each pair as one batched matrix product.
 */
export function einsum<const Equation extends string, const Tensors extends readonly Tensor[]>(
  equation: Fits<Equation, Einsum<Equation, ShapesOf<Tensors>>>,
  ...tensors: Tensors
): Tensor<Out<Einsum<Equation, ShapesOf<Tensors>>>> {
  return contracted(equation as Equation, tensors) as Tensor<Out<Einsum<Equation, ShapesOf<Tensors>>>>;
}

function contracted(equation: string, tensors: readonly AnyTensor[]): AnyTensor {
  const { inputs, output } = parse(equation, tensors);
  const operands = tensors.map((tensor, index) => diagonal({ tensor, labels: inputs[index]! }));
  let left = operands[0]!;
  for (let index = 1; index < operands.length; index++) {
    const later =
      operands
        .slice(index + 1)
        .map((operand) => operand.labels)
        .join('') + output;
    left = contract(left, operands[index]!, later);
  }
  const summed = sumAway(left, output);
  return permute(
    summed.tensor,
    [...output].map((label) => summed.labels.indexOf(label)),
  );
}

function parse(equation: string, tensors: readonly AnyTensor[]): { inputs: string[]; output: string } {
  const [left, right, ...rest] = equation.replaceAll(' ', '').split('->') as [string, string?, ...string[]];
  const inputs = left.split(',');
  if (rest.length > 0 || !/^[a-zA-Z,]*$/.test(left) || !/^[a-zA-Z]*$/.test(right ?? '')) {
    throw new SyntaxError(`einsum: the equation must look like 'ij,jk->ik', got '${equation}'`);
  }
  if (inputs.length !== tensors.length) {
    throw new RangeError(`einsum: '${equation}' names ${inputs.length} operands, got ${tensors.length}`);
  }
  const sizes = new Map<string, number>();
  for (const [index, labels] of inputs.entries()) checkSizes(equation, labels, tensors[index]!, sizes);
  const output =
    right ??
    [...sizes.keys()]
      .filter((label) => left.split(label).length === 2)
      .sort()
      .join('');
  for (const label of output) {
    if (!sizes.has(label) || output.split(label).length > 2) {
      throw new RangeError(
        `einsum: '${label}' must occur in an operand, and once in the result, got '${equation}'`,
      );
    }
  }
  return { inputs, output };
}

function checkSizes(equation: string, labels: string, tensor: AnyTensor, sizes: Map<string, number>): void {
  if (labels.length !== tensor.rank) {
    throw new RangeError(`einsum: '${labels}' needs ${labels.length} axes, got ${showShape(tensor.shape)}`);
  }
  [...labels].forEach((label, axis) => {
    const size = tensor.shape[axis]!;
    const known = sizes.get(label) ?? size;
    if (known !== size) throw new RangeError(`einsum: '${label}' of '${equation}' is ${known} and ${size}`);
    sizes.set(label, size);
  });
}

/** Where a letter stands twice in one operand, only the diagonal counts: every (n + 1)-th element. */
function diagonal({ tensor, labels }: Labelled): Labelled {
  const double = [...labels].find((label, axis) => labels.indexOf(label) !== axis);
  if (double === undefined) return { tensor, labels };
  const rest = [...labels].flatMap((label, axis) => (label === double ? [] : [axis]));
  const twins = [...labels].flatMap((label, axis) => (label === double ? [axis] : [])).slice(0, 2);
  const others = rest.concat(
    [...labels].flatMap((label, axis) => (label === double && !twins.includes(axis) ? [axis] : [])),
  );
  const size = tensor.shape[twins[0]!]!;
  const kept = others.map((axis) => tensor.shape[axis]!);
  const flat = reshape(permute(tensor, [...others, ...twins]), [...kept, size * size]);
  const picked = slice(flat, others.length, 0, size * size, size + 1);
  return diagonal({ tensor: picked, labels: others.map((axis) => labels[axis]).join('') + double });
}

function sumAway({ tensor, labels }: Labelled, wanted: string): Labelled {
  const axes = [...labels].flatMap((label, axis) => (wanted.includes(label) ? [] : [axis]));
  if (axes.length === 0) return { tensor, labels };
  return {
    tensor: sum(tensor, axes),
    labels: [...labels].filter((label) => wanted.includes(label)).join(''),
  };
}

/** One pair as a batched matrix product: shared letters still wanted later are the batch, the others are summed. */
function contract(a: Labelled, b: Labelled, later: string): Labelled {
  const left = sumAway(a, b.labels + later);
  const right = sumAway(b, a.labels + later);
  const shared = [...left.labels].filter((label) => right.labels.includes(label));
  const batch = shared.filter((label) => later.includes(label));
  const inner = shared.filter((label) => !later.includes(label));
  const rows = [...left.labels].filter((label) => !shared.includes(label));
  const columns = [...right.labels].filter((label) => !shared.includes(label));
  const size = (operand: Labelled, labels: readonly string[]) =>
    labels.map((label) => operand.tensor.shape[operand.labels.indexOf(label)]!);
  const matrixA = arrange(left, [batch, rows, inner]);
  const matrixB = arrange(right, [batch, inner, columns]);
  const shape = [...size(left, batch), ...size(left, rows), ...size(right, columns)];
  return { tensor: reshape(gemm(matrixA, matrixB), shape), labels: [...batch, ...rows, ...columns].join('') };
}

/** The axes in groups, each group joined into one axis. */
function arrange({ tensor, labels }: Labelled, groups: readonly string[][]): AnyTensor {
  const order = groups.flat().map((label) => labels.indexOf(label));
  const sizes = groups.map((group) => sizeOf(group.map((label) => tensor.shape[labels.indexOf(label)]!)));
  return reshape(permute(tensor, order), sizes);
}
