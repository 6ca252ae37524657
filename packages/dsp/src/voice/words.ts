import type { PhoneName } from './phones.ts';

/** One sound for a time. */
export interface Segment {
  phone: PhoneName;
  /** At a middle tempo. */
  milliseconds: number;
}

const word = (...sounds: [PhoneName, number][]): Segment[] =>
  sounds.map(([phone, milliseconds]) => ({ phone, milliseconds }));

/** The ten digits, as they are read from a list. */
export const digitWords: readonly Segment[][] = [
  word(['z', 95], ['ih', 85], ['r', 70], ['ow', 210]),
  word(['w', 85], ['ah', 150], ['n', 130]),
  word(['closure', 15], ['t', 14], ['tBreath', 75], ['uw', 230]),
  word(['th', 95], ['r', 75], ['iy', 230]),
  word(['f', 110], ['ao', 190], ['er', 100]),
  word(['f', 110], ['ay', 240], ['v', 95]),
  word(['s', 125], ['ih', 95], ['velarClosure', 60], ['k', 18], ['s', 160]),
  word(['s', 115], ['eh', 100], ['v', 60], ['schwa', 65], ['n', 115]),
  word(['ey', 190], ['closure', 70], ['t', 16], ['tBreath', 50]),
  word(['n', 95], ['ay', 220], ['n', 130]),
];
