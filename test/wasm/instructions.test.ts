import { describe, expect, test } from 'vitest';
import { type Instruction, instructions } from '../../packages/wasm/src/assembler/instructions.ts';
import type { Kind } from '../../packages/wasm/src/assembler/kinds.ts';
import {
  f32,
  f32x4,
  f64,
  f64x2,
  heap,
  i8x16,
  i16x8,
  i32,
  i32x4,
  i64,
  i64x2,
  kernelFamily,
} from '../../packages/wasm/src/index.ts';
import type { AnyValue, I32 } from '../../packages/wasm/src/language/values.ts';
import { type Lane, laneCount, meanings } from './instructionMeaning.ts';

const types = { i32, i64, f32, f64, i8x16, i16x8, i32x4, i64x2, f32x4, f64x2 };
const arrays = {
  i32: Int32Array,
  i64: BigInt64Array,
  f32: Float32Array,
  f64: Float64Array,
  i8x16: Int8Array,
  i16x8: Int16Array,
  i32x4: Int32Array,
  i64x2: BigInt64Array,
  f32x4: Float32Array,
  f64x2: Float64Array,
};
const kinds = Object.keys(types) as Kind[];
const slots = heap.allocate(64);
const view = (kind: Kind, slot: number) =>
  new arrays[kind](heap.buffer as ArrayBuffer, slots + 16 * slot, laneCount[kind]);

type AnyMethod = (...operands: unknown[]) => AnyValue;

/** A kernel that reads the operands from slots 1 and 2 and leaves the result in slot 0. */
function kernelsFor(kind: Kind) {
  const table: Record<string, Instruction> = instructions[kind];
  return kernelFamily(`instructions-${kind}`, (family) =>
    Object.fromEntries(
      Object.entries(table).flatMap(([name, [, , ...operands]]) =>
        laneVariants(kind, operands.includes('lane')).map((lane) => [
          `${name}${lane}`,
          family.kernel({ at: 'i32' }, (k, { at }) => {
            const receiver = types[kind].load(at, 16) as unknown as Record<string, AnyMethod>;
            const further = operands.map((operand) => (operand === 'lane' ? lane : loadSecond(operand, at)));
            k.store(at, receiver[name]!(...further));
          }),
        ]),
      ),
    ),
  );
}

function loadSecond(kind: Kind, at: I32): AnyValue {
  return types[kind].load(at, 32);
}

function laneVariants(kind: Kind, hasLane: boolean): (number | '')[] {
  return hasLane ? Array.from({ length: laneCount[kind] }, (_, lane) => lane) : [''];
}

const interesting: Record<'float' | 'integer', readonly number[]> = {
  float: [
    0,
    -0,
    1,
    -1,
    0.5,
    1.5,
    2.5,
    -2.5,
    3e9,
    -3e9,
    1e-40,
    1e38,
    -1e38,
    Infinity,
    -Infinity,
    Number.NaN,
    127.7,
  ],
  integer: [0, 1, -1, 2, 31, 33, 127, -128, 255, 32767, -32768, 65535, 2 ** 31 - 1, -(2 ** 31), 0x3f80_0000],
};

function pick(kind: Kind, random: () => number): Lane {
  const isFloat = kind.startsWith('f');
  const some = interesting[isFloat ? 'float' : 'integer'];
  const known = some[Math.floor(random() * some.length)]!;
  if (!isFloat) {
    const integer = random() < 0.5 ? known : Math.floor((random() - 0.5) * 2 ** 32);
    if (!kind.startsWith('i64')) return integer;
    return random() < 0.5 ? BigInt(integer) : BigInt(integer) * 0x1_2345_6789n;
  }
  return random() < 0.5 ? known : (random() - 0.5) * 2 ** Math.floor(random() * 40 - 8);
}

function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Writes random lanes and reads back what the kind can hold of them. */
function fillSlot(kind: Kind, slot: number, random: () => number): readonly Lane[] {
  const lanes = view(kind, slot);
  for (let lane = 0; lane < lanes.length; lane++) lanes[lane] = pick(kind, random) as never;
  return [...lanes];
}

function traps(name: string, [a, b]: readonly (readonly Lane[])[]): boolean {
  if (!/^(div|rem)U?$/.test(name)) return false;
  return Number(b![0]) === 0 || (Number(b![0]) === -1 && Number(a![0]) < -1e9);
}

describe.each(kinds)('%s', (kind) => {
  const kernels = kernelsFor(kind);
  const table: Record<string, Instruction> = instructions[kind];

  test('validates as one module', () => {
    expect(WebAssembly.validate(Object.values(kernels)[0]!.moduleBytes)).toBe(true);
  });

  test.each(Object.keys(table))('%s means what JavaScript makes of it', (name) => {
    const [, result, ...operands] = table[name]!;
    const meaning = meanings[kind][name];
    expect(meaning, `${kind}.${name} needs a meaning in instructionMeaning.ts`).toBeDefined();
    const random = randomNumbers(name.length * 7919 + kind.length);
    const secondKind = operands.find((operand) => operand !== 'lane') as Kind | undefined;
    for (let round = 0; round < 100; round++) {
      const given = [fillSlot(kind, 1, random)];
      if (secondKind) given.push(fillSlot(secondKind, 2, random));
      if (kind.startsWith('i') && traps(name, given)) continue;
      for (const lane of laneVariants(kind, operands.includes('lane'))) {
        kernels[`${name}${lane}`]!.run(1, [slots]);
        expect([...view(result, 0)], `${given.join(' ; ')} lane ${lane}`).toEqual(
          wrapped(result, meaning!(given, Number(lane))),
        );
      }
    }
  });
});

/** Meanings may speak of an unsigned or a wider number: what the result kind makes of it counts. */
function wrapped(kind: Kind, lanes: readonly Lane[]): Lane[] {
  const array = new arrays[kind](lanes.length);
  lanes.forEach((lane, index) => {
    array[index] = (kind.startsWith('i64') ? BigInt(lane) : lane) as never;
  });
  return [...array];
}

test('integer division by zero traps', () => {
  const family = kernelFamily('division', (declare) => ({
    div: declare.kernel({ at: 'i32' }, (k, { at }) => k.store(at, i32.load(at, 16).div(i32.load(at, 32)))),
  }));
  view('i32', 1)[0] = 7;
  view('i32', 2)[0] = 0;
  expect(() => family.div.run(1, [slots])).toThrow(WebAssembly.RuntimeError);
});
