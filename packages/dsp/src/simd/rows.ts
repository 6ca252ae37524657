import type { Complex } from '../types.ts';
import { backLanes, inverseLanes } from './inverseLanes.ts';
import { complexBytes, fftLanes, lanePlan } from './lanePlan.ts';
import { realLanes } from './realLanes.ts';
import { allocate, floats, placeWeights, placeWords, pointRows, remember, withScratch } from './runtime.ts';

/**
 * A transform of four rows: each input and output is the address of a kernel's parameters, of which the
 * first four are the rows to read or to write.
 */
interface RowProgram {
  readonly inputs: readonly RowPort[];
  readonly outputs: readonly RowPort[];
  run(): void;
}

interface RowPort {
  readonly args: number;
  readonly length: number;
}

const imaginary = 16;

/** `rfft` in single precision. */
export function realRows(input: Float32Array, size: number, out: Complex): void {
  runRows(() => remember(`rfft ${size}`, () => realProgram(size)), [input], [out.re, out.im]);
}

/** `irfft` in single precision. */
export function inverseRealRows(input: Complex, size: number, out: Float32Array): void {
  runRows(() => remember(`irfft ${size}`, () => inverseRealProgram(size)), [input.re, input.im], [out]);
}

/** `fft` and, with re and im swapped, `ifft` in single precision. */
export function complexRows(input: Complex, size: number, scale: number, out: Complex): void {
  const program = () => remember(`fft ${size} ${scale}`, () => complexProgram(size, scale));
  runRows(program, [input.re, input.im], [out.re, out.im]);
}

function port(length: number, scale: number, lanes: number, step: number): RowPort {
  return { args: placeWords(0, 0, 0, 0, placeOnes(length, scale), lanes, step), length };
}

function placeOnes(length: number, scale: number): number {
  return placeWeights(new Float32Array(length).fill(1), scale);
}

/** Real and imaginary parts of complex lanes, row for row. */
function complexPorts(length: number, scale: number, lanes: number): RowPort[] {
  return [0, imaginary].map((part) => port(length, scale, lanes + part, complexBytes));
}

function realProgram(size: number): RowProgram {
  const lanes = realLanes(size);
  const args = lanes.rows(placeOnes(size, lanes.forwardScale));
  const outputs = complexPorts(lanes.bins, 1, lanes.spectrum);
  const run = () => {
    lanes.forward(args);
    outputs.forEach(scatter);
  };
  return { inputs: [{ args, length: size }], outputs, run };
}

function inverseRealProgram(size: number): RowProgram {
  const lanes = inverseLanes(size);
  const bins = Math.floor(size / 2) + 1;
  const spectrum = allocate(complexBytes * (bins + 3));
  const inputs = complexPorts(bins, 1, spectrum);
  const output = port(size, 1 / size, lanes.timeOut, lanes.timeStep);
  const run = () => {
    inputs.forEach(gather);
    lanes.inverse(spectrum);
    scatter(output);
  };
  return { inputs, outputs: [output], run };
}

function complexProgram(size: number, scale: number): RowProgram {
  const plan = lanePlan(size);
  const inputs = complexPorts(size, 1, plan.input);
  const outputs = complexPorts(size, scale, plan.result);
  const run = () => {
    inputs.forEach(gather);
    plan.transform();
    outputs.forEach(scatter);
  };
  return { inputs, outputs, run };
}

function gather({ args, length }: RowPort): void {
  fftLanes().gather(args, 0, length);
}

function scatter({ args, length }: RowPort): void {
  backLanes().scatter(args, 0, length);
}

/** So many values of a row set stand in the lanes' memory at once. */
const chunkValues = 1 << 15;

/** Carries rows into the lanes' memory, transforms them by fours, and carries the results out again. */
function runRows(
  plan: () => RowProgram,
  inputs: readonly Float32Array[],
  outputs: readonly Float32Array[],
): void {
  withScratch(plan, (program) => {
    const count = inputs[0].length / program.inputs[0].length;
    const longest = Math.max(program.inputs[0].length, program.outputs[0].length);
    const chunk = Math.min(count, Math.max(4, 4 * Math.floor(chunkValues / longest / 4)));
    const from = program.inputs.map(({ length }) => allocate(4 * chunk * length + 12));
    const to = program.outputs.map(({ length }) => allocate(4 * chunk * length));
    const nowhere = allocate(4 * longest);
    for (let first = 0; first < count; first += chunk) {
      const here = Math.min(chunk, count - first);
      program.inputs.forEach(({ length }, i) => {
        floats.set(inputs[i].subarray(first * length, (first + here) * length), from[i] / 4);
      });
      for (let row = 0; row < here; row += 4) {
        // Where fewer than four rows are left, the first stands for the missing, and their results go nowhere.
        program.inputs.forEach(({ args, length }, i) => {
          pointRows(args, from[i], 4 * length, row, here, from[i]);
        });
        program.outputs.forEach(({ args, length }, i) => {
          pointRows(args, to[i], 4 * length, row, here, nowhere);
        });
        program.run();
      }
      program.outputs.forEach(({ length }, i) => {
        outputs[i].set(floats.subarray(to[i] / 4, to[i] / 4 + here * length), first * length);
      });
    }
  });
}
