export interface Input {
  readonly shape: readonly number[];
  /** Standard normal unless said; uniform from 0 to 1; labels and indices are whole numbers below `classes`. */
  readonly kind?: 'normal' | 'uniform' | 'labels' | 'indices';
  readonly classes?: number;
}

export type Settings = Readonly<Record<string, number | boolean | string | readonly number[]>>;

/** What every engine can be asked to do, as plain data: peers in other processes get it as JSON. */
export interface Work {
  readonly op: string;
  readonly inputs: readonly Input[];
  readonly settings?: Settings;
  /** `backward` runs through a graph recorded beforehand, `both` records it anew. */
  readonly mode: 'forward' | 'backward' | 'both';
  /** The inputs whose gradients are wanted; all that are not labels, unless said. */
  readonly by?: readonly number[];
}

export interface Case {
  readonly suite: string;
  readonly name: string;
  readonly work: Work;
  readonly flops?: number;
  /** What must be read and written at least. */
  readonly bytes?: number;
  /** What limits the work on a perfect machine; `none` where neither arithmetic nor memory does. */
  readonly limit: 'compute' | 'memory' | 'none';
  /** Left out of quick runs. */
  readonly isLong?: boolean;
  /** Why it cannot be run here, where that is so. */
  readonly missing?: () => string | undefined;
  /** For what is no op on tensors: how we do it. */
  readonly own?: () => Prepared;
}

/** Work with its inputs made, so that only the work itself is on the clock. */
export type Prepared = {
  release(): void;
} & (
  | {
      run(): void;
      /** Units of work in one run; times are of one unit. */
      readonly units?: number;
    }
  /** Holds its own watch: the milliseconds of a run. */
  | { watch(): number }
);

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

export function gradientInputs({ inputs, by }: Work): readonly number[] {
  return by ?? inputs.flatMap(({ kind }, index) => (kind === 'labels' || kind === 'indices' ? [] : [index]));
}

export function fullName({ suite, name }: Case): string {
  return `${suite}/${name}`;
}
