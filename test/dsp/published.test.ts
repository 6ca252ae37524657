import { describe, expect, test } from 'vitest';
import { fftModule } from '../../packages/dsp/src/simd/fftModule.ts';
import { inverseModule } from '../../packages/dsp/src/simd/inverseModule.ts';
import { loudnessModule } from '../../packages/dsp/src/simd/loudnessModule.ts';
import { phaseModule } from '../../packages/dsp/src/simd/phaseModule.ts';
import { resampleModule } from '../../packages/dsp/src/simd/resampleModule.ts';
import { canonicalWav } from '../../packages/dsp/src/wav/canonical.ts';
import { decodeSamples } from '../../packages/dsp/src/wav/samples.ts';
import { ByteReader, bytesOfUnsigned } from '../../packages/dsp/tools/byteReader.ts';
import { decoderModule } from '../../packages/dsp/tools/decoderModule.ts';
import { withFewerLocals } from '../../packages/dsp/tools/fewerLocals.ts';
import { fromText, textOf } from '../../packages/dsp/tools/kernelText.ts';

const load = (source: string) => import(`data:text/javascript,${encodeURIComponent(source)}`);

const [i32, get, set, tee, constant, add, mul, loop, branchIf, end] = [
  0x7f, 0x20, 0x21, 0x22, 0x41, 0x6a, 0x6c, 0x03, 0x0d, 0x0b,
];

/** A module of one function `f` of three integers, with two locals, numbers 3 and 4. */
function moduleOf(...code: number[]): Uint8Array<ArrayBuffer> {
  const body = [1, 2, i32, ...code, end];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...[1, 8, 1, 0x60, 3, i32, i32, i32, 1, i32],
    ...[3, 2, 1, 0],
    ...[7, 5, 1, 1, 0x66, 0, 0],
    ...[10, body.length + 2, 1, body.length, ...body],
  ]);
}

function call(bytes: Uint8Array<ArrayBuffer>, ...values: number[]): number {
  const { f } = new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
  return (f as (...values: number[]) => number)(...values);
}

/** Where its section of code begins. */
const codeStart = 29;

/** How many locals the one function declares, all of one type. */
const declared = (bytes: Uint8Array) => bytes[codeStart + 5];

describe('fewer locals', () => {
  test('two that follow one another share a number', () => {
    const original = moduleOf(get, 0, set, 3, get, 3, get, 1, add, set, 4, get, 4, get, 2, add);
    const rewritten = withFewerLocals(original);
    expect([declared(original), declared(rewritten)]).toEqual([2, 1]);
    expect(call(rewritten, 1, 2, 3)).toBe(call(original, 1, 2, 3));
  });

  test('two that are needed at once do not', () => {
    const original = moduleOf(get, 0, set, 3, get, 1, set, 4, get, 3, get, 4, mul);
    const rewritten = withFewerLocals(original);
    expect(declared(rewritten)).toBe(2);
    expect(call(rewritten, 6, 7, 0)).toBe(42);
  });

  test('what a loop found before it began is there in every round', () => {
    const round = [get, 2, get, 3, add, set, 2, get, 1, constant, 0x7f, add, set, 4, get, 4, tee, 1];
    const original = moduleOf(get, 0, set, 3, loop, 0x40, ...round, branchIf, 0, end, get, 2);
    expect(call(original, 10, 3, 0)).toBe(30);
    expect(call(withFewerLocals(original), 10, 3, 0)).toBe(30);
  });

  test('what is read before it is written keeps its zero', () => {
    const original = moduleOf(get, 0, set, 3, get, 3, get, 4, add);
    expect(call(withFewerLocals(original), 5, 0, 0)).toBe(5);
  });

  test('an opcode that no kernel has is refused', () => {
    expect(() => withFewerLocals(moduleOf(0x10, 0))).toThrow('fewerLocals: unknown opcode, 16');
  });

  test.each(Object.entries({ fftModule, inverseModule, loudnessModule, phaseModule, resampleModule }))(
    '%s stays valid with the same doors, and comes back from its text',
    async (_, module) => {
      const rewritten = withFewerLocals(module());
      expect(rewritten.length).toBeLessThan(module().length);
      const doors = (bytes: Uint8Array<ArrayBuffer>) =>
        WebAssembly.Module.exports(new WebAssembly.Module(bytes));
      expect(doors(rewritten)).toEqual(doors(module()));
      const published = await load(fromText);
      expect(published.fromText(textOf(rewritten))).toEqual(rewritten);
    },
  );
});

test('every byte comes back from text that prints', async () => {
  const bytes = Uint8Array.from({ length: 512 }, (_, i) => (i * 37) & 255);
  expect(textOf(bytes)).toMatch(/^[ -~]+$/);
  expect((await load(fromText)).fromText(textOf(bytes))).toEqual(bytes);
});

test('numbers of any length are read as they were written', () => {
  const values = [0, 1, 127, 128, 300, 16_384, 2 ** 28];
  const reader = new ByteReader(Uint8Array.from(values.flatMap(bytesOfUnsigned)));
  expect(values.map(() => reader.unsigned())).toEqual(values);
  expect(reader.isDone()).toBe(true);
});

test.each(['uint8', 'int16', 'int24', 'int32', 'float32', 'float64'] as const)(
  'the published decoder reads %s as wav-decoder does',
  async (sampleFormat) => {
    const sampleBytes = { uint8: 1, int16: 2, int24: 3, int32: 4, float32: 4, float64: 8 }[sampleFormat];
    const data = Uint8Array.from({ length: 12 * sampleBytes }, (_, i) => (i % sampleBytes === 0 ? i : 0x3f));
    const file = canonicalWav({ sampleRate: 8000, channels: 2, sampleFormat, sampleBytes }, data);
    const published = await load(await decoderModule());
    expect(published.decodeSamples(file)).toEqual(decodeSamples(file));
    expect(published.decodeSamples(file)[1]).toHaveLength(6);
  },
);
