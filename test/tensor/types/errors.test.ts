import { readdirSync, readFileSync } from 'node:fs';
import * as sonograd from '@sonograd/tensor';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile, type Diagnostic, root } from './compile.ts';
import { type ErrorCase, errors, layerErrors } from './errors.ts';

/** What every program may use, as text for the compiler and as values for the run time. */
const { randn } = sonograd;
const given = { x: randn([32, 784]), image: randn([8, 3, 28, 28]) };
const prelude = `import { ${Object.keys(sonograd).join(', ')} } from '@sonograd/tensor';
const x = randn([32, 784]), image = randn([8, 3, 28, 28]);
`;
const layersPrelude = `import { randn } from '@sonograd/tensor';
import { Conv2d, FlattenLayer, Linear, MaxPool2d, ReLU, Sequential } from '${root}test/tensor/types/layers.ts';
`;
const programs = [
  { file: 'errors.ts', text: prelude, cases: errors },
  { file: 'layerErrors.ts', text: layersPrelude, cases: layerErrors },
];

const assertions = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.types.ts'));

let diagnostics: readonly Diagnostic[];
beforeAll(() => {
  const lines = (cases: readonly ErrorCase[]) => cases.map(({ code }) => code).join(';\n');
  const written = programs.map(({ file, text, cases }) => [file, text + lines(cases)]);
  diagnostics = compile(
    { ...Object.fromEntries(written), 'calculator.ts': calculatorProgram() },
    assertions.map((name) => `test/tensor/types/${name}`),
  );
}, 60_000);

describe.each(programs)('the compiler on $file', ({ file, cases }) => {
  const found = (index: number) =>
    diagnostics.filter((each) => each.file === file && each.line === index + 3);

  cases.forEach(({ code, argument, type, sentence }, index) => {
    test(`refuses ${code}`, () => {
      expect(found(index).map(({ message }) => message)).toEqual([
        `Argument of type '${type}' is not assignable to parameter of type '"${sentence}"'.`,
      ]);
    });

    test(`blames ${argument} in ${code}`, () => {
      expect(code.slice(found(index)[0]!.column - 1)).toMatch(new RegExp(`^${escaped(argument)}`));
    });
  });
});

describe('the run time says the same', () => {
  for (const { code, sentence } of errors) {
    test(`${code}: ${sentence}`, () => {
      const program = new Function(...Object.keys(sonograd), ...Object.keys(given), `return ${code}`);
      const run = () => program(...Object.values(sonograd), ...Object.values(given));
      expect(run).toThrow(new RegExp(`^${escaped(sentence)}`));
    });
  }
});

test('every assertion about types holds', () => {
  const text = assertions.map((name) => readFileSync(new URL(name, import.meta.url), 'utf8')).join('');
  expect(text.match(/\b(Expect<|same<)/g)!.length).toBeGreaterThan(300);
  expect(diagnostics.filter(({ file }) => assertions.includes(file))).toEqual([]);
});

test('200 random sums, differences, products and quotients', () => {
  const wrong = diagnostics.filter(({ file }) => file === 'calculator.ts');
  expect(wrong.map(({ message }) => message)).toEqual([
    "Type 'false' does not satisfy the constraint 'true'.",
  ]);
});

/** The last line is wrong on purpose: it shows that the others would be noticed. */
function calculatorProgram(): string {
  const lines = [
    `import type { DividedBy, Minus, Plus, Times } from '${root}packages/tensor/src/types/arithmetic.ts';`,
    `import type { Equal, Expect } from '${root}test/tensor/types/expect.ts';`,
  ];
  let state = 1;
  const random = (digits: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % 10 ** digits;
  };
  const claim = (operation: string, a: number, b: number, result: number | string) =>
    lines.push(`export type Line${lines.length} = Expect<Equal<${operation}<${a}, ${b}>, ${result}>>;`);
  for (let index = 0; index < 50; index++) {
    const [a, b] = [random(1 + (index % 9)), random(1 + (index % 4))];
    claim('Plus', a, b, a + b);
    claim('Minus', a, b, a >= b ? a - b : 'never');
    claim('Times', a, b, a * b);
    claim('DividedBy', a, b, b > 0 ? Math.floor(a / b) : 'never');
  }
  claim('Plus', 1, 1, 3);
  return lines.join('\n');
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
