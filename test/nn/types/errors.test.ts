import { readFileSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { compile, type Diagnostic } from '../../tensor/types/compile.ts';

const prelude = `import { Conv2d, Conv1d, Flatten, Linear, LowRankLinear, MaxPool2d, ReLU, Sequential } from '@sonograd/nn';
import { randn } from '@sonograd/tensor';
`;

/** What must not compile, and the sentence that the compiler prints instead. */
const errors: readonly (readonly [code: string, sentence: string])[] = [
  ['new Linear(784, 10).forward(randn([32, 785]))', 'Linear: last size must be 784, got [32, 785]'],
  [
    'new Sequential(new Linear(784, 128), new ReLU(), new Linear(129, 10))',
    'Sequential: layer 2: Linear: last size must be 129, got [..., 128]',
  ],
  [
    'new Sequential(new LowRankLinear(9, 8, 2), new Linear(9, 1))',
    'Sequential: layer 1: Linear: last size must be 9, got [..., 8]',
  ],
  [
    'new Conv2d(3, 8, 3).forward(randn([2, 4, 9, 9]))',
    'Conv2d: channels differ, [2, 4, 9, 9] x [8, 3, 3, 3]',
  ],
  [
    'new Conv2d(3, 8, 11).forward(randn([2, 3, 9, 9]))',
    'Conv2d: the kernel does not fit into the padded input, [2, 3, 9, 9] x [8, 3, 11, 11]',
  ],
  ['new Conv1d(3, 8, 3).forward(randn([2, 3, 9, 9]))', 'Conv1d: ranks differ, [2, 3, 9, 9] x [8, 3, 3]'],
  [
    'new Sequential(new Conv2d(1, 4, 3), new MaxPool2d(2), new Flatten(), new Linear(676, 10)).forward(randn([8, 1, 30, 30]))',
    'Sequential: layer 3: Linear: last size must be 676, got [8, 784]',
  ],
];

let diagnostics: readonly Diagnostic[];
beforeAll(() => {
  const program = prelude + errors.map(([code]) => code).join(';\n');
  diagnostics = compile({ 'layerErrors.ts': program }, ['test/nn/types/layers.types.ts']);
}, 60_000);

test.each(errors.map(([code, sentence], index) => [code, sentence, index + 3] as const))(
  '%s: %s',
  (_code, sentence, line) => {
    const found = diagnostics.filter((each) => each.file === 'layerErrors.ts' && each.line === line);
    expect(found.map(({ message }) => message)).toEqual([
      expect.stringContaining(`is not assignable to parameter of type '"${sentence}"'.`),
    ]);
  },
);

test('every assertion about the types of chains holds', () => {
  const text = readFileSync(new URL('layers.types.ts', import.meta.url), 'utf8');
  expect(text.match(/\bsame</g)?.length).toBeGreaterThan(9);
  expect(diagnostics.filter(({ file }) => file === 'layers.types.ts')).toEqual([]);
});
