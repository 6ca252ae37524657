import type { Tensor } from '@sonograd/tensor';
import { add, mul, scope, sum } from '@sonograd/tensor';
import type { StoredOutput } from '../golden/cases.ts';
import { difference, type Expected, largestError, type Resolved } from '../golden/readGolden.ts';
import { inputTensor } from '../tensor/goldenOps.ts';

/** A tensor whose shape and dtype only the golden file knows. */
export type FoundTensor = Tensor<readonly number[], 'float32' | 'int32' | 'bool'>;

/** What a comparison with PyTorch came to. */
export interface Parity {
  readonly problems: readonly string[];
  /** As a fraction of the expected value, or of the tensor's root mean square where that is larger. */
  readonly largest: number;
  readonly cases: number;
}

/** Collects what differs from PyTorch, and by how much at most. */
export class Comparison {
  readonly problems: string[] = [];
  largest = 0;

  constructor(private readonly tolerance: number) {}

  check(what: string, received: FoundTensor | null | undefined, expected: Expected): void {
    if (received === null || received === undefined) {
      this.problems.push(`${what}: there is none`);
      return;
    }
    this.largest = Math.max(this.largest, largestError(received, expected));
    const problem = difference(received, expected, this.tolerance);
    if (problem !== undefined) this.problems.push(`${what}: ${problem}`);
  }
}

/** Runs each case in a scope of its own and names it in front of what is wrong with it. */
export function compareCases<Case extends { readonly tolerance: number }>(
  cases: readonly Case[],
  title: (golden: Case, index: number) => string,
  run: (golden: Case, comparison: Comparison) => void,
): Parity {
  const done = cases.map((golden, index) => {
    const comparison = new Comparison(golden.tolerance);
    try {
      scope(() => run(golden, comparison));
    } catch (error) {
      comparison.problems.push(`threw ${error instanceof Error ? error.message : String(error)}`);
    }
    const named = comparison.problems.map((problem) => `${title(golden, index)}: ${problem}`);
    return { named, largest: comparison.largest };
  });
  return {
    problems: done.flatMap(({ named }) => named),
    largest: Math.max(...done.map(({ largest }) => largest)),
    cases: cases.length,
  };
}

/** One output gets its gradient directly; several are weighed into one loss. */
export function backwardAll(
  received: readonly (FoundTensor | undefined)[],
  outputs: readonly Resolved<StoredOutput>[],
): void {
  const pairs = outputs.flatMap(({ dOut }, k) =>
    dOut === undefined ? [] : [[received[k] as Tensor, inputTensor(dOut) as Tensor] as const],
  );
  const [first] = pairs;
  if (first === undefined) return;
  if (pairs.length === 1) first[0].backward(first[1]);
  else
    pairs
      .map(([output, dOut]) => sum(mul(output, dOut)) as Tensor)
      .reduce((total, part) => add(total, part) as Tensor)
      .backward();
}

/** One output is the result itself, several are its members. */
export function outputOf(result: unknown, { field }: Resolved<StoredOutput>): FoundTensor | undefined {
  return (field === undefined ? result : (result as Record<string, unknown>)[field]) as
    | FoundTensor
    | undefined;
}
