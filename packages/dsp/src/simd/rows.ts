import type { Complex } from '../types.ts';
import { complexBytes, fftLanes, lanePlan } from './lanePlan.ts';
import { realLanes } from './realLanes.ts';
import { allocate, floats, placeWeights, placeWords, withScratch, words } from './runtime.ts';

/** Row-major data with rows of one length. */
interface Rows {
  readonly data: Float32Array;
  readonly length: number;
}

/** Four addresses of rows into the first four parameters of a kernel. */
function setRows(args: number, addresses: readonly number[]): void {
  words.set(addresses, args / 4);
}

const ones = (length: number) => new Float32Array(length).fill(1);

/** `rfft` in single precision. */
export function realRows(input: Float32Array, size: number, out: Complex): void {
  withScratch(
    () => realLanes(size),
    (lanes) => {
      const { gather, scatter } = fftLanes();
      const { bins, spectrum } = lanes;
      const gatherArgs = placeWords(
        0,
        0,
        0,
        0,
        placeWeights(ones(size), lanes.forwardScale),
        lanes.time,
        lanes.timeStep,
      );
      const weights = placeWeights(ones(bins), 1);
      const reArgs = placeWords(0, 0, 0, 0, weights, spectrum, complexBytes);
      const imArgs = placeWords(0, 0, 0, 0, weights, spectrum + 16, complexBytes);
      const outputs = [out.re, out.im].map((data) => ({ data, length: bins }));
      eachFourRows([{ data: input, length: size }], outputs, ([from], [re, im]) => {
        lanes.clear();
        setRows(gatherArgs, from);
        gather(gatherArgs, 0, size);
        lanes.forward();
        setRows(reArgs, re);
        scatter(reArgs, 0, bins);
        setRows(imArgs, im);
        scatter(imArgs, 0, bins);
      });
    },
  );
}

/** `irfft` in single precision. */
export function inverseRealRows(input: Complex, size: number, out: Float32Array): void {
  withScratch(
    () => realLanes(size),
    (lanes) => {
      const { gather, scatter } = fftLanes();
      const { bins, spectrumIn } = lanes;
      const weights = placeWeights(ones(bins), 1);
      const spectrum = allocateLanes(bins);
      const reArgs = placeWords(0, 0, 0, 0, weights, spectrum, complexBytes);
      const imArgs = placeWords(0, 0, 0, 0, weights, spectrum + 16, complexBytes);
      const outArgs = placeWords(
        0,
        0,
        0,
        0,
        placeWeights(ones(size), 1 / size),
        lanes.timeOut,
        lanes.timeStep,
      );
      const inputs = [input.re, input.im].map((data) => ({ data, length: bins }));
      eachFourRows(inputs, [{ data: out, length: size }], ([re, im], [to]) => {
        setRows(reArgs, re);
        gather(reArgs, 0, bins);
        setRows(imArgs, im);
        gather(imArgs, 0, bins);
        // Gathering in fours writes past the last bin, so it happens beside the plan's own memory.
        floats.copyWithin(spectrumIn / 4, spectrum / 4, (spectrum + complexBytes * bins) / 4);
        lanes.inverse();
        setRows(outArgs, to);
        scatter(outArgs, 0, size);
      });
    },
  );
}

/** Lanes for so many complex numbers, with room for a gather. */
function allocateLanes(count: number): number {
  return allocate(complexBytes * (count + 3));
}

/** `fft` and, with re and im swapped, `ifft` in single precision. */
export function complexRows(input: Complex, size: number, scale: number, out: Complex): void {
  withScratch(
    () => lanePlan(size),
    (plan) => {
      const { gather, scatter } = fftLanes();
      const weights = placeWeights(ones(size), 1);
      const scaled = placeWeights(ones(size), scale);
      const parts = [0, 16];
      const gathers = parts.map((part) => placeWords(0, 0, 0, 0, weights, plan.input + part, complexBytes));
      const scatters = parts.map((part) => placeWords(0, 0, 0, 0, scaled, plan.result + part, complexBytes));
      const rowsOf = ({ re, im }: Complex): Rows[] => [re, im].map((data) => ({ data, length: size }));
      eachFourRows(rowsOf(input), rowsOf(out), (from, to) => {
        gathers.forEach((args, part) => {
          setRows(args, from[part]);
          gather(args, 0, size);
        });
        plan.transform();
        scatters.forEach((args, part) => {
          setRows(args, to[part]);
          scatter(args, 0, size);
        });
      });
    },
  );
}

/** So many values of a row set stand in the lanes' memory at once. */
const chunkValues = 1 << 16;

/**
 * Carries rows into the lanes' memory and results out again, some at a time, and calls `visit` with the
 * addresses of four input rows and four output rows of each array. Where fewer are left the last
 * input row stands for the missing ones, and their results go where nobody looks.
 */
function eachFourRows(
  inputs: readonly Rows[],
  outputs: readonly Rows[],
  visit: (from: number[][], to: number[][]) => void,
): void {
  const [{ data, length }] = inputs;
  const count = data.length / length;
  const longest = Math.max(...inputs.map((rows) => rows.length), ...outputs.map((rows) => rows.length));
  const chunk = Math.min(count, Math.max(4, 4 * Math.floor(chunkValues / longest / 4)));
  const from = inputs.map((rows) => allocate(4 * chunk * rows.length + 12));
  const to = outputs.map((rows) => allocate(4 * chunk * rows.length));
  const nowhere = allocate(4 * longest);
  for (let first = 0; first < count; first += chunk) {
    const here = Math.min(chunk, count - first);
    inputs.forEach(({ data, length }, i) => {
      floats.set(data.subarray(first * length, (first + here) * length), from[i] / 4);
    });
    for (let row = 0; row < here; row += 4) {
      const lanes = [row, row + 1, row + 2, row + 3];
      visit(
        inputs.map((rows, i) => lanes.map((lane) => from[i] + 4 * rows.length * Math.min(lane, here - 1))),
        outputs.map((rows, i) =>
          lanes.map((lane) => (lane < here ? to[i] + 4 * rows.length * lane : nowhere)),
        ),
      );
    }
    outputs.forEach(({ data, length }, i) => {
      data.set(floats.subarray(to[i] / 4, to[i] / 4 + here * length), first * length);
    });
  }
}
