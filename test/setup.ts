import fc from 'fast-check';

// The same cases every time, so that a red run is red again; SONOGRAD_FUZZ_SEED looks further.
fc.configureGlobal({ seed: Number(process.env.SONOGRAD_FUZZ_SEED ?? 20261121) });
