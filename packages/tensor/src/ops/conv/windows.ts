import type { ConvSizes, Pair } from './sizes.ts';

/** Sums over windows of a source, each window a list of taps: what a convolution and its input gradient both are. */
export interface WindowSum {
  readonly batch: number;
  readonly groups: number;
  /** Of one group. */
  readonly channels: number;
  readonly outputs: number;
  /** Rows and columns of the source. */
  readonly source: Pair;
  /** How many windows stand below and beside each other. */
  readonly windows: Pair;
  readonly stride: Pair;
  /** Rows and columns that a window reads, counted from `stride` times its own place. */
  readonly tapRows: readonly number[];
  readonly tapColumns: readonly number[];
  /** The whole output, and which of its places the windows fill: from `first`, every `step`-th. */
  readonly out: Pair;
  readonly first: Pair;
  readonly step: Pair;
}

/** The forward product: taps are the filter's numbers in their order. */
export function forwardWindows(sizes: ConvSizes): WindowSum {
  const { kernel, dilation, padding, image, out } = sizes;
  const taps = (axis: 0 | 1) =>
    Array.from({ length: kernel[axis] }, (_, tap) => tap * dilation[axis] - padding[axis]);
  const { batch, groups, channels, outputs, stride } = sizes;
  return {
    batch,
    groups,
    channels,
    outputs,
    source: image,
    windows: out,
    stride,
    tapRows: taps(0),
    tapColumns: taps(1),
    out,
    first: [0, 0],
    step: [1, 1],
  };
}

/** Windows, and which numbers of each filter they multiply with. */
export interface Phase extends WindowSum {
  readonly filterTaps: readonly number[];
}

/**
 * The input gradient. With stride 1 it is a convolution with the filters turned round. With stride s, image rows
 * 0, s, 2s … meet other filter rows than rows 1, s + 1 …: each of these s * s phases is such a convolution, with
 * the filter numbers that belong to it and no zeros in between.
 */
export function inputGradientPhases(sizes: ConvSizes): Phase[] {
  const { batch, groups, channels, outputs, image, kernel, out, stride, padding, dilation } = sizes;
  const meeting = (axis: 0 | 1, phase: number) =>
    Array.from({ length: kernel[axis] }, (_, tap) => ({
      tap,
      place: (phase + padding[axis] - tap * dilation[axis]) / stride[axis],
    })).filter(({ place }) => Number.isInteger(place));
  const phases: Phase[] = [];
  for (let down = 0; down < Math.min(stride[0], image[0]); down++) {
    for (let across = 0; across < Math.min(stride[1], image[1]); across++) {
      const [rows, columns] = [meeting(0, down), meeting(1, across)];
      phases.push({
        batch,
        groups,
        channels: outputs,
        outputs: channels,
        source: out,
        windows: [Math.ceil((image[0] - down) / stride[0]), Math.ceil((image[1] - across) / stride[1])],
        stride: [1, 1],
        tapRows: rows.map(({ place }) => place),
        tapColumns: columns.map(({ place }) => place),
        out: image,
        first: [down, across],
        step: stride,
        filterTaps: rows.flatMap((row) => columns.map((column) => row.tap * kernel[1] + column.tap)),
      });
    }
  }
  return phases;
}

/** How the planes of a block lie that windows read, and where in them each tap reads. */
export interface Planes {
  /** Row and column of the first window's first number, which may be before the image. */
  readonly corner: Pair;
  readonly phases: Pair;
  readonly rows: number;
  readonly columns: number;
  readonly bytesPerChannel: number;
  readonly tapBytes: readonly number[];
}

type Read = Pick<WindowSum, 'tapRows' | 'tapColumns' | 'stride'>;

/** Planes for a block of so many windows down and across, with zeros around the image and columns sorted by phase. */
export function copiedPlanes({ tapRows, tapColumns, stride }: Read, [down, across]: Pair): Planes {
  const corner: Pair = [least(tapRows), least(tapColumns)];
  const span: Pair = [most(tapRows) - corner[0], most(tapColumns) - corner[1]];
  const phases: Pair = [Math.min(stride[0], span[0] + 1), Math.min(stride[1], span[1] + 1)];
  const rows = down + Math.floor(span[0] / stride[0]);
  const columns = across + Math.floor(span[1] / stride[1]);
  const tapBytes = tapRows.flatMap((tapRow) => {
    const [row, rowPhase] = divide(tapRow - corner[0], stride[0]);
    return tapColumns.map((tapColumn) => {
      const [column, columnPhase] = divide(tapColumn - corner[1], stride[1]);
      return 4 * (((rowPhase * phases[1] + columnPhase) * rows + row) * columns + column);
    });
  });
  return {
    corner,
    phases,
    rows,
    columns,
    bytesPerChannel: 4 * phases[0] * phases[1] * rows * columns,
    tapBytes,
  };
}

/** The image itself, where windows move by 1 and never leave it. */
export function planesOfImage({
  tapRows,
  tapColumns,
  stride,
  source,
  windows,
}: Read & WindowSum): Planes | undefined {
  const corner: Pair = [least(tapRows), least(tapColumns)];
  const isInside =
    corner[0] >= 0 &&
    corner[1] >= 0 &&
    most(tapRows) + windows[0] <= source[0] &&
    most(tapColumns) + windows[1] <= source[1];
  if (stride[0] !== 1 || stride[1] !== 1 || !isInside) return undefined;
  const tapBytes = tapRows.flatMap((row) =>
    tapColumns.map((column) => 4 * ((row - corner[0]) * source[1] + column - corner[1])),
  );
  const [rows, columns] = source;
  return { corner, phases: [1, 1], rows, columns, bytesPerChannel: 4 * rows * columns, tapBytes };
}

const divide = (a: number, b: number): Pair => [Math.floor(a / b), a % b];
const least = (list: readonly number[]): number => (list.length === 0 ? 0 : Math.min(...list));
const most = (list: readonly number[]): number => (list.length === 0 ? 0 : Math.max(...list));
