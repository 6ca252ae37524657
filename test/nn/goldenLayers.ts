import * as nn from '@sonograd/nn';
import { type AnyTensor, scope } from '@sonograd/tensor';
import { type LayerIndex, placeInputs, showCall } from '../golden/cases.ts';
import { generate, type Input } from '../golden/formulas.ts';
import { type Expected, readGolden } from '../golden/readGolden.ts';
import { inputTensor } from '../tensor/goldenOps.ts';
import {
  backwardAll,
  type Comparison,
  compareCases,
  type FoundTensor,
  outputOf,
  type Parity,
} from './parity.ts';

export type LayerFolder = 'nn/layers' | 'nn/audio';

interface AnyLayer extends nn.Module {
  forward(...call: unknown[]): unknown;
}

// Golden files name layers and their arguments as data, so that types cannot follow.
const layers = nn as unknown as Record<string, (new (...given: unknown[]) => AnyLayer) | undefined>;

type Golden = ReturnType<typeof readGolden<LayerIndex>>['cases'][number];

/** A case that went forward and backward. */
interface Run {
  readonly layer: AnyLayer;
  readonly inputs: readonly FoundTensor[];
  readonly outputs: readonly (FoundTensor | undefined)[];
}

function runCase(name: string, golden: Golden): Run {
  const layer = makeLayer(name, golden.arguments, golden.options).train(golden.training);
  nn.loadStateDict(layer, stateOf({ ...golden.parameters, ...golden.buffers }));
  const inputs = golden.inputs.map(inputTensor);
  const result = layer.forward(...(placeInputs(golden.call, inputs) as unknown[]));
  const outputs = golden.outputs.map((output) => outputOf(result, output));
  backwardAll(outputs, golden.outputs);
  return { layer, inputs, outputs };
}

/** Output, gradients and running statistics of a layer against PyTorch's. */
export function layerParity(folder: LayerFolder, name: string): Parity {
  const { cases } = readGolden<LayerIndex>(folder, name);
  return compareCases(
    cases,
    ({ arguments: given, options, training, call, inputs }) =>
      `${name}(${[...given, options].map((part) => JSON.stringify(part)).join(', ')}) ` +
      `${training ? 'training' : 'evaluation'} (${showCall(call, inputs)})`,
    (golden, comparison) => {
      const { layer, inputs, outputs } = runCase(name, golden);
      golden.outputs.forEach((output, k) => {
        comparison.check(`output ${output.field ?? ''}`, outputs[k], output);
      });
      for (const gradient of golden.inputGradients) {
        comparison.check(`gradient of input ${gradient.input}`, inputs[gradient.input]?.grad, gradient);
      }
      checkGradients(comparison, layer, golden.parameterGradients);
      checkBuffers(comparison, layer, golden.buffersAfter);
    },
  );
}

/** All numbers of all cases of a layer on the present engine, to be compared bit for bit. */
export function layerBits(folder: LayerFolder, name: string): number[] {
  return readGolden<LayerIndex>(folder, name).cases.flatMap((golden) =>
    scope(() => {
      const { layer, inputs, outputs } = runCase(name, golden);
      const gradients = [...inputs, ...layer.parameters()].map(({ grad }) => grad);
      return [...outputs, ...gradients].flatMap((tensor) => [...(tensor?.data ?? [])]);
    }),
  );
}

/** PyTorch's order of arguments, options last. */
function makeLayer(name: string, given: readonly unknown[], options: Record<string, unknown>): AnyLayer {
  const Constructor = layers[name];
  if (Constructor === undefined) throw new Error(`@sonograd/nn does not export ${name}`);
  return Object.keys(options).length === 0 ? new Constructor(...given) : new Constructor(...given, options);
}

function stateOf(formulas: Readonly<Record<string, Input>>): nn.StateDict {
  return new Map(
    Object.entries(formulas).map(([name, input]) => [
      name,
      { dtype: input.dtype, shape: input.shape, data: generate(input) },
    ]),
  );
}

/** The gradients of all parameters, in PyTorch's order and under its names. */
export function checkGradients(
  comparison: Comparison,
  module: nn.Module,
  expected: Readonly<Record<string, Expected>>,
): void {
  const parameters = module.namedParameters();
  const [received, wanted] = [parameters.map(([name]) => name), Object.keys(expected)];
  if (received.join() !== wanted.join()) {
    comparison.problems.push(`parameters are ${received.join(', ')}, not ${wanted.join(', ')}`);
  }
  for (const [name, parameter] of parameters) {
    const gradient = expected[name];
    if (gradient !== undefined) comparison.check(`gradient of ${name}`, parameter.grad, gradient);
  }
}

export function checkBuffers(
  comparison: Comparison,
  module: nn.Module,
  expected: Readonly<Record<string, Expected>>,
): void {
  const buffers = new Map<string, AnyTensor>(module.namedBuffers());
  for (const [name, own] of Object.entries(expected)) {
    comparison.check(`${name} afterwards`, buffers.get(name), own);
  }
}
