/**
 * Bytes as text: one character below 0x30, which most are, and two from there on. Base64 would be shorter, but
 * hides repetitions from gzip.
 */
export function textOf(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) =>
    byte < 0x30 ? [byte + 0x30] : [0x60 + (byte >> 4), 0x30 + (byte & 15)],
  );
  return String.fromCharCode(...characters.flat());
}

/** The way back, as the published package has it. */
export const fromText = `export const fromText = (text) =>
  Uint8Array.from(text.match(/[c-o]?./g), (part) => {
    const low = part.charCodeAt(part.length - 1) - 48;
    return part.length > 1 ? (part.charCodeAt(0) - 96) * 16 + low : low;
  });
`;
