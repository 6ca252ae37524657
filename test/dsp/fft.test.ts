import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { splitIntoRadices, unitRoot } from '../../packages/dsp/src/fft/radices.ts';
import {
  type Complex,
  type Floats,
  fft,
  ifft,
  irfft,
  rfft,
  setEngine,
} from '../../packages/dsp/src/index.ts';
import { RandomStream } from '../../packages/dsp/src/random.ts';
import { relativeToPeak } from './coreSupport.ts';

const sizes = [
  ...Array.from({ length: 70 }, (_, i) => i + 1),
  97,
  120,
  127,
  128,
  200,
  251,
  256,
  360,
  441,
  509,
  512,
];

function randomDoubles(length: number, seed: number): Float64Array {
  const random = new RandomStream(seed);
  return Float64Array.from({ length }, () => random.uniform(-1, 1));
}

const randomFloats = (length: number, seed: number) => Float32Array.from(randomDoubles(length, seed));

/** The definition, term by term. */
function slowTransform({ re, im }: Complex<Floats>): Complex<Float64Array> {
  const size = re.length;
  const out = { re: new Float64Array(size), im: new Float64Array(size) };
  for (let k = 0; k < size; k++) {
    for (let n = 0; n < size; n++) {
      const angle = (-2 * Math.PI * ((n * k) % size)) / size;
      out.re[k] += re[n] * Math.cos(angle) - im[n] * Math.sin(angle);
      out.im[k] += re[n] * Math.sin(angle) + im[n] * Math.cos(angle);
    }
  }
  return out;
}

const both = ({ re, im }: Complex<Floats>) => [...re, ...im];

test('unit roots are exact on the axes and agree with cos and sin to 1e-15 elsewhere', () => {
  // Adding zero makes a negative zero positive.
  expect([0, 1, 2, 3].map((k) => unitRoot(k, 4).map((part) => part + 0))).toEqual([
    [1, 0],
    [0, -1],
    [-1, 0],
    [0, 1],
  ]);
  for (let k = 0; k < 360; k++) {
    const [re, im] = unitRoot(k, 360);
    expect(Math.abs(re - Math.cos((k * Math.PI) / 180))).toBeLessThan(1e-15);
    expect(Math.abs(im + Math.sin((k * Math.PI) / 180))).toBeLessThan(1e-15);
  }
});

test('sizes split into radices whose product they are, or into none', () => {
  for (let size = 1; size < 500; size++) {
    const hasLargePrime = [7, 11, 13, 17, 19].some((prime) => size % prime === 0) || !isSmooth(size);
    const radices = splitIntoRadices(size);
    if (hasLargePrime) expect(radices).toBeUndefined();
    else expect(radices!.reduce((a, b) => a * b, 1)).toBe(size);
  }
});

function isSmooth(size: number): boolean {
  let rest = size;
  for (const prime of [2, 3, 5]) while (rest % prime === 0) rest /= prime;
  return rest === 1;
}

test('doubles: every size agrees with the definition to 1e-13', () => {
  for (const size of sizes) {
    const input = { re: randomDoubles(size, size), im: randomDoubles(size, 7 * size) };
    const output = fft(input);
    expect(relativeToPeak(both(output), both(slowTransform(input)))).toBeLessThan(1e-13);
    expect(relativeToPeak(both(ifft(output)), both(input))).toBeLessThan(1e-13);
    const real = rfft(input.re);
    const whole = fft({ re: input.re, im: new Float64Array(size) });
    const bins = Math.floor(size / 2) + 1;
    expect(
      relativeToPeak(both(real), [...whole.re.subarray(0, bins), ...whole.im.subarray(0, bins)]),
    ).toBeLessThan(1e-13);
    expect(relativeToPeak(irfft(real, { size }), input.re)).toBeLessThan(1e-13);
  }
});

describe.each(['reference', 'simd'] as const)('floats on the %s engine', (name) => {
  beforeAll(() => setEngine(name));

  test.each([1, 2, 4, 5])('every size agrees with doubles to 5e-7, in batches of %i', (rows) => {
    for (const size of [...sizes, 1000, 1021, 2048]) {
      const input = { re: randomFloats(rows * size, size), im: randomFloats(rows * size, 7 * size) };
      const exact = { re: Float64Array.from(input.re), im: Float64Array.from(input.im) };
      const output = fft(input, { size });
      expect(relativeToPeak(both(output), both(fft(exact, { size })))).toBeLessThan(5e-7);
      expect(relativeToPeak(both(ifft(output, { size })), both(input))).toBeLessThan(1e-6);
      const real = rfft(input.re, { size });
      expect(relativeToPeak(both(real), both(rfft(exact.re, { size })))).toBeLessThan(5e-7);
      expect(relativeToPeak(irfft(real, { size }), input.re)).toBeLessThan(1e-6);
    }
  });

  test('round trips hold for signals of any shape', () => {
    const samples = fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: 90 });
    fc.assert(
      fc.property(samples, (values) => {
        const input = Float32Array.from(values);
        const peak = Math.max(...input.map(Math.abs));
        const back = irfft(rfft(input), { size: input.length });
        input.forEach((value, i) => {
          expect(Math.abs(back[i] - value)).toBeLessThanOrEqual(1e-6 * peak + 2 ** -140);
        });
      }),
    );
  });

  test('the transform is linear, and a shift turns phases only', () => {
    const a = randomFloats(60, 1);
    const shifted = a.map((_, i) => a[(i + 59) % 60]);
    const [before, after] = [rfft(a), rfft(shifted)];
    const magnitude = ({ re, im }: Complex) => re.map((value, k) => Math.hypot(value, im[k]));
    expect(relativeToPeak(magnitude(after), magnitude(before))).toBeLessThan(1e-6);
    expect(
      relativeToPeak(
        rfft(a.map((value) => 3 * value)).re,
        before.re.map((value) => 3 * value),
      ),
    ).toBeLessThan(1e-6);
  });

  test('a row gives the same bits wherever it stands in a batch', () => {
    const row = randomFloats(48, 5);
    const batch = new Float32Array(48 * 7);
    for (let i = 0; i < 7; i++) batch.set(i === 3 ? row : randomFloats(48, 50 + i), 48 * i);
    const { re, im } = rfft(batch, { size: 48 });
    expect({ re: re.slice(75, 100), im: im.slice(75, 100) }).toEqual(rfft(row));
  });

  test('results are the caller’s own, and out receives them', () => {
    const input = randomFloats(64, 1);
    const first = rfft(input);
    const kept = { re: first.re.slice(), im: first.im.slice() };
    rfft(randomFloats(64, 2));
    expect(first).toEqual(kept);
    const out = { re: new Float32Array(33), im: new Float32Array(33) };
    expect(rfft(input, { out })).toBe(out);
    expect(out).toEqual(kept);
    const complex = { re: randomFloats(12, 3), im: randomFloats(12, 4) };
    const expected = fft(complex);
    expect(fft(complex, { out: complex })).toEqual(expected);
  });
});

describe('bad input is named', () => {
  const empty = new Float32Array(0);
  const ten = new Float32Array(10);
  test.each([
    ['empty', () => rfft(empty), 'rfft: size must be a whole number of at least 1, size=0'],
    [
      'empty complex',
      () => fft({ re: empty, im: empty }),
      'fft: size must be a whole number of at least 1, size=0',
    ],
    [
      'not an array',
      () => rfft([1, 2] as never),
      'rfft: input must be a Float32Array or Float64Array, object',
    ],
    ['no size', () => rfft(ten, { size: 0 }), 'rfft: size must be a whole number of at least 1, size=0'],
    [
      'half a size',
      () => rfft(ten, { size: 2.5 }),
      'rfft: size must be a whole number of at least 1, size=2.5',
    ],
    [
      'negative',
      () => fft({ re: ten, im: ten }, { size: -5 }),
      'fft: size must be a whole number of at least 1, size=-5',
    ],
    [
      'no whole rows',
      () => rfft(ten, { size: 4 }),
      'rfft: the input must hold one or more whole transforms, 10 values, size=4',
    ],
    ['parts that differ', () => fft({ re: ten, im: empty }), 'fft: im has the wrong length, 0, not 10'],
    [
      'precisions that differ',
      () => fft({ re: ten, im: new Float64Array(10) } as never),
      'fft: im must have the precision of the input, Float64Array',
    ],
    [
      'spectra that are not whole',
      () => irfft({ re: ten, im: ten }, { size: 7 }),
      'irfft: the input must hold one or more whole spectra, 10 values, 4 bins',
    ],
    [
      'out too short',
      () => rfft(ten, { out: { re: empty, im: empty } }),
      'rfft: out.re has the wrong length, 0, not 6',
    ],
  ])('%s', (_, call, message) => {
    expect(call).toThrow(message);
  });
});
