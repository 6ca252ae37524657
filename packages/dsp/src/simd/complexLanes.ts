import { type F32x4, f32x4, type I32, type KernelBuilder } from '@sonograd/wasm';

/**
 * Four transforms at once, one in each lane. A complex number is two vectors side by side: 32 bytes, four
 * real parts and four imaginary ones. The arithmetic is that of fft/butterflies.ts and fft/realPlan.ts,
 * which say where it comes from; here every number stands for four.
 */
export interface ComplexLanes {
  readonly re: F32x4;
  readonly im: F32x4;
}

export const complexBytes = 32;
export const imaginary = 16;

export const add = (a: ComplexLanes, b: ComplexLanes) => ({ re: a.re.add(b.re), im: a.im.add(b.im) });
export const sub = (a: ComplexLanes, b: ComplexLanes) => ({ re: a.re.sub(b.re), im: a.im.sub(b.im) });
export const scale = (a: ComplexLanes, factor: number) => ({ re: a.re.mul(factor), im: a.im.mul(factor) });
export const addTurned = (a: ComplexLanes, b: ComplexLanes) => ({ re: a.re.add(b.im), im: a.im.sub(b.re) });
export const subTurned = (a: ComplexLanes, b: ComplexLanes) => ({ re: a.re.sub(b.im), im: a.im.add(b.re) });
export const mul = (a: ComplexLanes, b: ComplexLanes) => ({
  re: a.re.mul(b.re).sub(a.im.mul(b.im)),
  im: a.re.mul(b.im).add(a.im.mul(b.re)),
});

export const load = (at: I32) => ({ re: f32x4.load(at), im: f32x4.load(at, imaginary) });
/** One complex number of a table, the same in all lanes. */
export const loadRoot = (at: I32, index = 0) => ({
  re: f32x4.loadSplat(at, 8 * index),
  im: f32x4.loadSplat(at, 8 * index + 4),
});

export function keep(k: KernelBuilder, { re, im }: ComplexLanes): ComplexLanes {
  return { re: k.let(re), im: k.let(im) };
}

export function store(k: KernelBuilder, at: I32, { re, im }: ComplexLanes): void {
  k.store(at, re);
  k.store(at, im, imaginary);
}

/** Rows become columns: 4 x 4 values. */
export function transpose([a, b, c, d]: readonly F32x4[]): F32x4[] {
  const low = a.shuffle(b, 0, 4, 1, 5);
  const high = a.shuffle(b, 2, 6, 3, 7);
  const low2 = c.shuffle(d, 0, 4, 1, 5);
  const high2 = c.shuffle(d, 2, 6, 3, 7);
  return [
    low.shuffle(low2, 0, 1, 4, 5),
    low.shuffle(low2, 2, 3, 6, 7),
    high.shuffle(high2, 0, 1, 4, 5),
    high.shuffle(high2, 2, 3, 6, 7),
  ];
}

export const rowNames = ['row0', 'row1', 'row2', 'row3'] as const;
export const rowParameters = { row0: 'i32', row1: 'i32', row2: 'i32', row3: 'i32' } as const;
