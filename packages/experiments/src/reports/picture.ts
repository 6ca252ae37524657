import { compressPng, spectrogramPixels } from '@sonograd/dsp';
import type { ReportPicture } from '../runs/reportData.ts';

export interface Range {
  readonly low: number;
  readonly high: number;
}

/** The smallest and the largest value. */
export function rangeOf({ data }: ReportPicture): Range {
  const low = data.reduce((a, b) => Math.min(a, b), Infinity);
  return { low, high: data.reduce((a, b) => Math.max(a, b), -Infinity) };
}

/** Pictures of one kind are drawn by the range of the first, so that eyes can compare them; others by their own. */
export function sharedRange(picture: ReportPicture, first: Range): Range {
  const own = rangeOf(picture);
  const middle = (own.low + own.high) / 2;
  return middle >= first.low && middle <= first.high ? first : own;
}

/** The picture as a PNG that stands in the page itself. */
export async function pictureUri({ bins, frames, data }: ReportPicture, range: Range): Promise<string> {
  const spectrogram = { bins, frames, data: Float32Array.from(data) };
  return dataUri('image/png', await compressPng(spectrogramPixels(spectrogram, range)));
}

export const dataUri = (type: string, bytes: Uint8Array): string =>
  `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
