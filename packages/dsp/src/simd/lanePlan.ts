import { chirp, wrappedChirp } from '../fft/chirp.ts';
import { nextSmoothSize, splitIntoRadices, stageRoots } from '../fft/radices.ts';
import { recursiveTransform } from '../fft/recursiveTransform.ts';
import { fftModule } from './fftModule.ts';
import { allocate, floats, kernelsOf, type LaneKernel, place, placeWords, remember } from './runtime.ts';

export type FftKernelName =
  | 'radix2'
  | 'radix3'
  | 'radix4'
  | 'radix5'
  | 'gather'
  | 'gatherHalves'
  | 'move'
  | 'unpack'
  | 'multiply'
  | 'power'
  | 'squareRoot'
  | 'filter';

/** The kernels of the transforms. */
export const fftLanes = kernelsOf<FftKernelName>(fftModule);

/** Bytes of four complex numbers, one in each lane. */
export const complexBytes = 32;

/** Room behind an input, for kernels that write in fours. */
const slack = 3;

/** Four forward complex transforms of one size, from the address `input`, which is lost, to `result`. */
export interface LanePlan {
  readonly size: number;
  readonly input: number;
  readonly result: number;
  transform(): void;
}

/** Kernels to call one after the other, with their parameters in place. */
type Program = readonly (readonly [kernel: LaneKernel, args: number, items: number])[];

function run(program: Program): void {
  for (const [kernel, args, items] of program) kernel(args, 0, items);
}

export function lanePlan(size: number): LanePlan {
  return remember(`complex ${size}`, () => {
    const radices = splitIntoRadices(size);
    return radices === undefined ? bluesteinLanes(size) : stagesFrom(size, radices);
  });
}

/** The stages from one of that stride on; numbers in its order are their input. */
export function stagesFrom(size: number, radices: readonly number[], stride = 1): LanePlan {
  const input = allocate(complexBytes * (size + slack));
  let from = input;
  let to = allocate(complexBytes * (size + slack));
  const program: Program = radices.map((radix) => {
    const count = size / (stride * radix);
    // The last stage has one group, whose numbers it leaves where it finds them: half the memory to have at hand.
    if (count === 1) to = from;
    const args = placeWords(from, to, count, stride, place(stageRoots(radix, count)));
    [from, to] = [to, from];
    stride *= radix;
    return [fftLanes()[`radix${radix}` as FftKernelName], args, count];
  });
  return { size, input, result: from, transform: () => run(program) };
}

/** As in fft/bluestein.ts, with the scale of the inverse inside the kernel's spectrum. */
function bluesteinLanes(size: number): LanePlan {
  const inner = lanePlan(nextSmoothSize(2 * size - 1));
  const input = allocate(complexBytes * (size + slack));
  const factors = chirp(size);
  const conjugated = factors.map((value, i) => (i % 2 === 0 ? value : -value));
  const factorsAt = place(factors);
  const { multiply } = fftLanes();
  const args = (from: number, to: number, table: number, sign: number) => {
    const address = placeWords(from, to, table, 0);
    floats[address / 4 + 3] = sign;
    return address;
  };
  const spectrum = recursiveTransform(wrappedChirp(factors, inner.size)).map((value) => value / inner.size);
  const enter = args(input, inner.input, factorsAt, 1);
  const convolve = args(inner.result, inner.input, place(spectrum), -1);
  const leave = args(inner.result, input, place(conjugated), -1);
  const rest = (inner.input + complexBytes * size) / 4;
  const transform = () => {
    multiply(enter, 0, size);
    floats.fill(0, rest, (inner.input + complexBytes * inner.size) / 4);
    inner.transform();
    multiply(convolve, 0, inner.size);
    inner.transform();
    multiply(leave, 0, size);
  };
  return { size, input, result: input, transform };
}
