/**
 * What a spectrum looks like everywhere in this package: row-major [bin][frame], so that the value
 * of a bin at a frame stands at `data[bin * frames + frame]`, and one bin's history is contiguous.
 */
export interface Spectrogram {
  readonly data: Float32Array;
  readonly bins: number;
  readonly frames: number;
}

/** A spectrum with phase: real and imaginary parts apart, each laid out as in `Spectrogram`. */
export interface ComplexSpectrogram {
  readonly re: Float32Array;
  readonly im: Float32Array;
  readonly bins: number;
  readonly frames: number;
}

/** Single or double precision; what a function is given decides what it gives back. */
export type Floats = Float32Array | Float64Array;

/** Real and imaginary parts of one spectrum, or of a batch of spectra one after the other. */
export interface Complex<F extends Floats = Float32Array> {
  readonly re: F;
  readonly im: F;
}
