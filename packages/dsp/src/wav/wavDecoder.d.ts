declare module 'wav-decoder' {
  export interface Decoded {
    readonly sampleRate: number;
    readonly channelData: Float32Array[];
  }
  export const decode: {
    sync(bytes: ArrayBuffer, options?: { symmetric?: boolean }): Decoded;
  };
}
