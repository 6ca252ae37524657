/**
 * As much of the zip format (PKWARE APPNOTE 6.3) as npz files use: no encryption, no splitting, no zip64. Each
 * file has a header of its own before its bytes; a directory of all of them follows, and an ending says where.
 */
export const LOCAL = { signature: 0x04034b50, bytes: 30 };
export const CENTRAL = { signature: 0x02014b50, bytes: 46 };
export const ENDING = { signature: 0x06054b50, bytes: 22 };

export const STORED = 0;
export const DEFLATED = 8;

export const ENCRYPTED = 1;
/** Sizes and checksum stand behind the file's bytes, not before. */
export const SIZES_FOLLOW = 8;
export const UTF8_NAMES = 0x800;

/** In a size or an offset: the true one does not fit, and stands in an extra field. */
export const ZIP64 = 0xffffffff;
