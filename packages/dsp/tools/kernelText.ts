/** The character of a byte of zero; those up to `pairsFrom` follow. All can stand in a string as they are, but one. */
const zero = 0x28;

/** Bytes from here on have two characters, the first of them beyond all others. */
const pairsFrom = 0x44;

/**
 * Bytes as text: one character for most, two for the others. Base64 would be shorter, but hides repetitions from
 * gzip; where the pairs begin was found by trying.
 */
export function textOf(bytes: Uint8Array): string {
  const characters = Array.from(bytes, (byte) => {
    const rest = byte - pairsFrom;
    return rest < 0 ? [zero + byte] : [zero + pairsFrom + (rest >> 4), zero + (rest & 15)];
  });
  return String.fromCharCode(...characters.flat());
}

/** The way back, as the published package has it: l to w begin the pairs. */
export const fromText = `export const fromText = (text) =>
  Uint8Array.from(text.match(/[l-w]?./g), (part) => {
    const low = part.charCodeAt(part.length - 1) - ${zero};
    return part.length > 1 ? (part.charCodeAt(0) - ${zero + pairsFrom}) * 16 + ${pairsFrom} + low : low;
  });
`;
