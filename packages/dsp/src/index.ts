// biome-ignore-all assist/source/organizeImports: in groups, by what they are for; alike beside alike also packs better.

// Spectra, and the way back.
export { type FftOptions, fft, ifft } from './fft/fft.ts';
export { type IrfftOptions, irfft, rfft } from './fft/rfft.ts';
export { type FrameOptions, frame, frameCount } from './stft/frame.ts';
export { type IstftOptions, istft } from './stft/istft.ts';
export { type StftOptions, stftFrameCount } from './stft/options.ts';
export { type PadMode, padSignal } from './stft/pad.ts';
export { type SpectrogramOptions, spectrogram } from './stft/spectrogram.ts';
export { type StftCallOptions, stft } from './stft/stft.ts';
export { IstftStream, type SampleSink } from './stream/istftStream.ts';
export { type FrameSink, StftStream } from './stream/stftStream.ts';
export { type DctOptions, dct, idct } from './mel/dct.ts';
export { amplitudeToDb, type DecibelOptions, dbToAmplitude, dbToPower, powerToDb } from './mel/decibel.ts';
export { type DeltaOptions, delta } from './mel/delta.ts';
export { type MelFilterbank, type MelOptions, melFilterbank } from './mel/filterbank.ts';
export { type InverseMelOptions, inverseMel } from './mel/inverseMel.ts';
export { type LogMelOptions, logMel, type MelLog } from './mel/logMel.ts';
export { type MelSpectrogramOptions, melSpectrogram } from './mel/melSpectrogram.ts';
export { cepstrum, type MfccOptions, mfcc } from './mel/mfcc.ts';
export type { MelNorm, Preset } from './mel/presets.ts';
export { hzToMel, type MelScale, melFrequencies, melToHz } from './mel/scale.ts';
export {
  type GriffinLimOptions,
  type GriffinLimProgress,
  type GriffinLimResult,
  griffinLim,
} from './griffinLim/griffinLim.ts';
export { type MelToAudioOptions, melToAudio } from './griffinLim/melToAudio.ts';

// Sampling rates and windows.
export {
  type ResampleFilter,
  type ResampleFilterName,
  resampleFilters,
} from './resample/filter.ts';
export { type ResampleOptions, resample } from './resample/resample.ts';
export { makeWindow, type WindowName, type WindowOptions, type WindowShape } from './window/window.ts';

// Files and pictures.
export { type DecodedWav, decodeWav, type Wav, wavChunks } from './wav/decode.ts';
export { type EncodeWavOptions, encodeWav } from './wav/encode.ts';
export { WavError } from './wav/error.ts';
export type { SampleFormat } from './wav/format.ts';
export { mixToMono } from './wav/mono.ts';
export type { RiffChunk } from './wav/riff.ts';
export { type ColorMapName, colorMap, colorMapNames } from './picture/colorMap.ts';
export { compressPng, encodePng, type PngSource } from './picture/png.ts';
export { type Picture, type PictureOptions, spectrogramPixels } from './picture/spectrogramPixels.ts';

// What a signal is like.
export { type FrameOptions as LevelOptions, rms } from './features/rms.ts';
export {
  type SpectralOptions,
  spectralBandwidth,
  spectralCentroid,
  spectralFlatness,
  spectralRolloff,
} from './features/spectral.ts';
export { zeroCrossingRate, zeroCrossings } from './features/zeroCrossings.ts';
export { type Interval, type SilenceOptions, splitSilence, trimSilence } from './silence/silence.ts';
export { type PitchTrack, type YinOptions, yin } from './pitch/yin.ts';

// Filters and measures.
export {
  type Biquad,
  type BiquadDesign,
  bandpassBiquad,
  biquadFilter,
  highpassBiquad,
  highShelfBiquad,
  lowpassBiquad,
} from './filter/biquad.ts';
export {
  deemphasis,
  type PreemphasisOptions,
  type PreemphasisStart,
  preemphasis,
} from './filter/preemphasis.ts';
export { integratedLoudness, type LoudnessTarget, normalizeLevel } from './measure/loudness.ts';
export { type SegmentalSnrOptions, segmentalSnr, siSdr, snr } from './measure/quality.ts';
export { logSpectralDistance } from './measure/spectralDistance.ts';

// Noise and variation.
export { type Mix, type MixOptions, mixAtSnr } from './noise/mix.ts';
export {
  type BabbleOptions,
  babbleNoise,
  brownNoise,
  type ColoredNoiseOptions,
  type NoiseOptions,
  pinkNoise,
  whiteNoise,
} from './noise/noise.ts';
export { type AugmentOptions, applyGain, augment, type Range, timeShift } from './augment/augment.ts';
export { type SpecAugmentOptions, specAugment } from './augment/specAugment.ts';
export {
  changeSpeed,
  type PitchShiftOptions,
  pitchShift,
  type TimeStretchOptions,
  timeStretch,
} from './augment/timeStretch.ts';
export { RandomStream } from './random.ts';

// What computes, and on what.
export { type DspEngine, engine, setEngine } from './engine.ts';
export type { Complex, ComplexSpectrogram, Floats, Spectrogram } from './types.ts';
