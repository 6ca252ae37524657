/** What is wrong with a WAV file, and where: the chunk's four letters and the byte's place in the file. */
export class WavError extends Error {
  override readonly name = 'WavError';
  readonly chunk: string;
  readonly offset: number;

  constructor(rule: string, chunk: string, offset: number) {
    super(`decodeWav: ${rule}, chunk '${chunk}' at byte ${offset}`);
    this.chunk = chunk;
    this.offset = offset;
  }
}
