import { type Case, type Input, type Settings, sizeOf } from '../case.ts';

export const moves: readonly Case[] = [
  moving('permute', 'transpose 2048x2048', [[2048, 2048]], { axes: [1, 0] }),
  moving('permute', 'heads: 32x64x8x16 to 32x8x64x16', [[32, 64, 8, 16]], { axes: [0, 2, 1, 3] }),
  moving('permute', 'channels last: 16x64x56x56', [[16, 64, 56, 56]], { axes: [0, 2, 3, 1] }),
  moving('permute', 'time first: 32x64x513', [[32, 64, 513]], { axes: [1, 0, 2] }),
  moving(
    'concat',
    'concat channels: 2 of 8x32x112x112',
    [
      [8, 32, 112, 112],
      [8, 32, 112, 112],
    ],
    { axis: 1 },
  ),
  moving('slice', 'slice columns: 64 of 2048x128', [[2048, 128]], { axis: 1, start: 32, end: 96 }),
  {
    ...moving('indexSelect', 'rows by index: 1024 of 60000x784', [[60_000, 784]], {}),
    work: {
      op: 'indexSelect',
      inputs: [{ shape: [60_000, 784] }, { shape: [1024], kind: 'indices', classes: 60_000 }],
      mode: 'forward',
    },
    bytes: 2 * 4 * 1024 * 784,
  },
];

export const random: readonly Case[] = [drawing('rand'), drawing('randn')];

function moving(op: string, name: string, shapes: readonly (readonly number[])[], settings: Settings): Case {
  const inputs: Input[] = shapes.map((shape) => ({ shape }));
  const floats = shapes.reduce((total, shape) => total + sizeOf(shape), 0);
  const kept = op === 'slice' ? 0.5 : 1;
  return {
    suite: 'moves',
    name,
    work: { op, inputs, settings, mode: 'forward' },
    bytes: 2 * 4 * floats * kept,
    limit: 'memory',
  };
}

function drawing(op: string): Case {
  const shape = [1_000_000];
  return {
    suite: 'random',
    name: `${op} 1M`,
    work: { op, inputs: [], settings: { shape }, mode: 'forward' },
    bytes: 4 * sizeOf(shape),
    limit: 'memory',
  };
}
