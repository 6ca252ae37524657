import {
  type AnyTensor,
  engineNames,
  gradientsOf,
  graph,
  memory,
  noGrad,
  scope,
  setEngine,
  type Tensor,
  toDot,
  toHtml,
  toMermaid,
  toSvg,
} from '@sonograd/tensor';
import { poolReady } from '@sonograd/wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Example, inputTensor, type OpCase } from '../caseBuilders.ts';
import { opCases } from '../opCases.ts';
import { elements, expectBits, sizeOf } from './plain.ts';

const cases = Object.entries<OpCase>(opCases);
const differentiable = cases.filter(([, { gradient }]) => gradient !== 'none');

type Results = readonly AnyTensor[];

/** `to` the dtype that is there already is x itself, which a gradient may pass. */
const constant = cases.filter(([name, { gradient }]) => gradient === 'none' && name !== 'to');

/** What can be differentiated: neither whole numbers nor masks alone. */
const recorded = ({ examples }: OpCase): Example[] =>
  examples.filter(({ inputs }) => inputs.map(inputTensor).some(isFloat));

const resultsOf = ({ run }: Example, inputs: readonly Tensor[]): Results => [run(...inputs)].flat();
const isFloat = ({ dtype }: AnyTensor) => dtype === 'float32';

/** Long inputs take their time on the reference, and are compared bit by bit where threads share them. */
const isShort = ({ inputs }: Example) =>
  inputs.reduce((total, input) => total + sizeOf('shape' in input ? input.shape : input), 0) <= 5000;

/** Inputs that ask for gradients wherever they can. */
function leavesOf({ inputs }: Example): Tensor[] {
  return inputs.map((input, index) => {
    const tensor = inputTensor(input, index);
    tensor.requiresGrad = isFloat(tensor);
    return tensor;
  });
}

/** One number that depends on all results that have a gradient. */
function lossOf(results: Results): Tensor {
  const parts = results.filter(({ requiresGrad }) => requiresGrad) as Tensor[];
  const sums = parts.map((part) => part.square().sum() as Tensor);
  return sums.reduce((total, sum) => total.add(sum) as Tensor);
}

const runForward = (given: Example): void => scope(() => void resultsOf(given, leavesOf(given)));
/** Gradients of leaves outlive every scope, so they are taken out by hand. */
function withLeaves(given: Example, body: (leaves: readonly Tensor[]) => void): void {
  scope(() => {
    const leaves = leavesOf(given);
    body(leaves);
    for (const { grad } of leaves) if (grad !== null && !grad.ended) grad.dispose();
  });
}

const runBackward = (given: Example): void =>
  withLeaves(given, (leaves) => lossOf(resultsOf(given, leaves)).backward());

const runTwice = (given: Example): void =>
  withLeaves(given, (leaves) => {
    const results = (resultsOf(given, leaves) as readonly Tensor[]).filter((result) => result.requiresGrad);
    const wanted = leaves.filter(({ requiresGrad }) => requiresGrad);
    const slopes = gradientsOf(lossOf(results), wanted, undefined, { createGraph: true });
    const known = slopes.filter((slope) => slope?.requiresGrad) as Tensor[];
    if (known.length > 0) lossOf(known).backward();
  });

/** Blocks alive now. The first run of anything may make what is kept: kernels, numbers, working memory. */
function blocksLeft(run: () => void): number {
  run();
  const before = memory().liveBlocks;
  run();
  return memory().liveBlocks - before;
}

describe.each(['simd', 'threads'] as const)('no op leaves memory behind on %s', (name) => {
  beforeAll(async () => {
    setEngine(name, { threads: 2 });
    await poolReady();
  });
  afterAll(() => setEngine('simd'));

  test.each(cases)('%s: forward', (_, { examples }) => {
    for (const given of examples) expect(blocksLeft(() => runForward(given))).toBe(0);
  });

  test.each(differentiable)('%s: forward and backward', (_, opCase) => {
    const examples = recorded(opCase);
    for (const given of examples) expect(blocksLeft(() => runBackward(given))).toBe(0);
  });

  test.each(cases)('%s: a wrong call', (_, { errors }) => {
    for (const [call] of errors) {
      const run = () =>
        scope(() => {
          expect(call).toThrow();
        });
      expect(blocksLeft(run)).toBe(0);
    }
  });
});

describe('gradients of gradients', () => {
  beforeAll(() => setEngine('simd'));

  test.each(differentiable)('of %s leave no memory behind', (_, opCase) => {
    const examples = recorded(opCase);
    const small = examples.filter(({ inputs }) => inputs.every((input) => inputTensor(input, 0).size <= 300));
    for (const given of small) expect(blocksLeft(() => runTwice(given))).toBe(0);
  });
});

describe.each(engineNames)('every op on %s', (name) => {
  beforeAll(() => setEngine(name, { threads: 2 }));
  afterAll(() => setEngine('simd'));

  test.each(cases)('%s: changes none of its inputs', (_, { examples }) => {
    for (const given of examples.filter(isShort)) {
      scope(() => {
        const inputs = given.inputs.map(inputTensor);
        const before = inputs.map(elements);
        resultsOf(given, inputs);
        inputs.forEach((input, index) => {
          expectBits(input, before[index]!);
        });
      });
    }
  });

  test.each(cases)('%s: gives the same bits twice', (_, { examples }) => {
    for (const given of examples.filter(isShort)) {
      scope(() => {
        const inputs = given.inputs.map(inputTensor);
        const first = resultsOf(given, inputs).map(elements);
        resultsOf(given, inputs).forEach((result, index) => {
          expectBits(result, first[index]!);
        });
      });
    }
  });

  test.each(cases)('%s: the same bits whether a graph is recorded or not', (_, { examples }) => {
    for (const given of examples.filter(isShort)) {
      scope(() => {
        const recorded = resultsOf(given, leavesOf(given)).map(elements);
        const plain = noGrad(() => resultsOf(given, leavesOf(given)));
        plain.forEach((result, index) => {
          expectBits(result, recorded[index]!);
        });
      });
    }
  });
});

describe('what every op records', () => {
  beforeAll(() => setEngine('simd'));

  test.each(differentiable)('%s: results ask for a gradient, and not under noGrad', (_, opCase) => {
    const examples = recorded(opCase);
    const given = examples[0]!;
    scope(() => {
      const leaves = leavesOf(given);
      expect(resultsOf(given, leaves).some(({ requiresGrad }) => requiresGrad)).toBe(true);
      const plain = noGrad(() => resultsOf(given, leaves));
      expect(plain.filter((result) => result.source !== undefined)).toEqual([]);
    });
  });

  test.each(constant)('%s: no gradient reaches its inputs', (_, { examples }) => {
    for (const given of examples) {
      withLeaves(given, (leaves) => {
        const results = resultsOf(given, leaves).filter(({ requiresGrad }) => requiresGrad);
        if (results.length > 0) lossOf(results).backward();
        const reached = leaves.flatMap(({ grad }) => (grad === null ? [] : elements(grad)));
        expect(reached.filter((value) => value !== 0)).toEqual([]);
      });
    }
  });

  test.each(differentiable)('%s: gradients have the shapes of the inputs', (_, opCase) => {
    const examples = recorded(opCase);
    for (const given of examples) {
      scope(() => {
        const leaves = leavesOf(given);
        lossOf(resultsOf(given, leaves)).backward();
        for (const leaf of leaves) if (leaf.grad !== null) expect(leaf.grad.shape).toEqual(leaf.shape);
      });
    }
  });

  test.each(differentiable)(
    '%s: backward twice over one graph gives twice the gradient',
    (_, { examples }) => {
      const given = examples[0]!;
      scope(() => {
        const leaves = leavesOf(given);
        const loss = lossOf(resultsOf(given, leaves));
        loss.backward(undefined, { retainGraph: true });
        const once = leaves.map(({ grad }) => (grad === null ? [] : elements(grad)));
        loss.backward();
        leaves.forEach(({ grad }, index) => {
          if (grad !== null)
            expectBits(
              grad,
              once[index]!.map((value) => 2 * value),
            );
        });
      });
    },
  );
});

describe('a drawing of every op', () => {
  beforeAll(() => setEngine('simd'));

  test.each(differentiable)('%s: names the inputs and ends in one result', (_, opCase) => {
    const examples = recorded(opCase);
    const given = examples[0]!;
    scope(() => {
      const { nodes, edges } = graph(lossOf(resultsOf(given, leavesOf(given))));
      const fed = new Set(edges.map(({ from }) => from));
      expect(nodes.filter(({ id }) => !fed.has(id))).toHaveLength(1);
      expect(nodes.some(({ kind }) => kind === 'parameter')).toBe(true);
    });
  });

  test.each(differentiable)(
    '%s: as picture, page, Graphviz and Mermaid, with a line for every node',
    (_, { examples }) => {
      const given = examples[0]!;
      scope(() => {
        const description = graph(lossOf(resultsOf(given, leavesOf(given))));
        for (const { id } of description.nodes) {
          expect(toDot(description)).toContain(`  n${id} [label=`);
          expect(toMermaid(description)).toMatch(new RegExp(`^ {2}n${id}[([]`, 'm'));
        }
        expect(toSvg(description)).toMatch(/^<svg[\s\S]*<\/svg>\s*$/);
        expect(toHtml(description)).toContain('</html>');
      });
    },
  );
});
