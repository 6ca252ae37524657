export { type FftOptions, fft, ifft } from './fft/fft.ts';
export { type IrfftOptions, irfft, rfft } from './fft/rfft.ts';
export { type FrameOptions, frame, frameCount } from './stft/frame.ts';
export { type IstftOptions, istft } from './stft/istft.ts';
export { type StftOptions, stftFrameCount } from './stft/options.ts';
export { type PadMode, padSignal } from './stft/pad.ts';
export { type SpectrogramOptions, spectrogram } from './stft/spectrogram.ts';
export { type StftCallOptions, stft } from './stft/stft.ts';
export type { Complex, ComplexSpectrogram, Floats, Spectrogram } from './types.ts';
export { makeWindow, type WindowName, type WindowOptions, type WindowShape } from './window/window.ts';

// The lines below belong to resampling, silence, filters, features, noise, measures, augmentation, streams and pictures.
