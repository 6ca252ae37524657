import { type AnyTensor, engineNames, gradCheck, scope, setEngine, type Tensor } from '@sonograd/tensor';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Example, inputTensor, type OpCase } from './caseBuilders.ts';
import { onEveryEngine } from './engines.ts';
import { opCases } from './opCases.ts';

const cases = Object.entries<OpCase>(opCases);
const compiled = engineNames.filter((name) => name !== 'reference');
const smallEnough = 24;

describe('every op gives the reference values', () => {
  describe.each(compiled)('on %s', (name) => {
    test.each(cases)('%s, fixed shapes', (_, { examples }) => {
      for (const example of examples) expect(differences(example, name)).toEqual([]);
    });

    test.each(cases.filter(([, { random }]) => random !== undefined))(
      '%s, random shapes',
      (_, { random }) => {
        fc.assert(
          fc.property(random!, (example) => {
            expect(differences(example, name)).toEqual([]);
          }),
          { numRuns: 40 },
        );
      },
    );
  });
});

onEveryEngine('every op', () => {
  const differentiable = cases.filter(([, { gradient }]) => gradient !== 'none');

  test.each(differentiable)('%s: gradients', (name, { examples }) => {
    const small = examples.filter(({ inputs }) => isSmall(inputs.map(inputTensor)));
    expect(small.length).toBeGreaterThan(0);
    for (const example of small) checkGradients(name, example);
  });

  test.each(cases.filter(([, { errors }]) => errors.length > 0))('%s: errors', (name, { errors }) => {
    for (const [call, message] of errors) expect(messageOf(call)).toBe(`${name}: ${message}`);
  });
});

const isFloat = ({ dtype }: Tensor) => dtype === 'float32';

/** Whether there is something to differentiate by, and little enough to do so element by element. */
function isSmall(inputs: readonly Tensor[]): boolean {
  return inputs.some(isFloat) && inputs.every((input) => !isFloat(input) || input.size <= smallEnough);
}

function checkGradients(name: string, { inputs, run }: Example): void {
  const tensors = inputs.map(inputTensor);
  const f = (...floats: Tensor[]) => {
    const waiting = [...floats];
    return weighed(run(...tensors.map((tensor) => (isFloat(tensor) ? waiting.shift()! : tensor))));
  };
  gradCheck(f, tensors.filter(isFloat), { name: `${name} ${showShapes(inputs)}` });
}

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was thrown';
}

/** What differs between an engine and the reference, in words. */
function differences(example: Example, engine: (typeof engineNames)[number]): string[] {
  const expected = valuesOn('reference', example);
  const received = valuesOn(engine, example);
  const title = showShapes(example.inputs);
  if (expected.length !== received.length) return [`${title}: ${received.length} results`];
  return expected.flatMap((one, index) =>
    compare(one, received[index]!).map((problem) => `${title}: ${problem}`),
  );
}

interface Values {
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly data: readonly number[];
}

function valuesOn(engine: (typeof engineNames)[number], { inputs, run }: Example): Values[] {
  setEngine(engine, { threads: 2 });
  const values: Values[] = [];
  scope('example', () => {
    const result = run(...inputs.map(inputTensor));
    for (const { shape, dtype, data } of listOf(result)) values.push({ shape, dtype, data: [...data] });
  });
  return values;
}

/** Relative to the largest element, for sums of large ones may be small. Integers and masks agree to the bit. */
function compare(expected: Values, received: Values): string[] {
  if (String(expected.shape) !== String(received.shape))
    return [`shape [${received.shape}], not [${expected.shape}]`];
  if (expected.dtype !== received.dtype) return [`${received.dtype}, not ${expected.dtype}`];
  const largest = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const allowed = expected.dtype === 'float32' ? 1e-5 * largest : 0;
  const wrong = expected.data.findIndex(
    (value, index) => !(Math.abs(value - received.data[index]!) <= allowed),
  );
  return wrong < 0 ? [] : [`${received.data[wrong]}, not ${expected.data[wrong]}, at ${wrong}`];
}

/** One tensor of several, each with a weight of its own. */
function weighed(result: AnyTensor | readonly AnyTensor[]): Tensor {
  const parts = listOf(result) as readonly Tensor[];
  if (parts.length === 1) return parts[0]!;
  return parts
    .map((part, index) => part.sum().mul(index + 1) as Tensor)
    .reduce((total, part) => total.add(part) as Tensor);
}

function listOf(result: AnyTensor | readonly AnyTensor[]): readonly AnyTensor[] {
  return Array.isArray(result) ? result : [result as AnyTensor];
}

function showShapes(inputs: Example['inputs']): string {
  return inputs
    .map((input) => ('shape' in input ? `${input.dtype ?? ''}[${input.shape}]` : `[${input}]`))
    .join(' ');
}
