/** Bytes of one area: 10 000 positions, written with all their digits. */
export const AREA_BODY = 1024 * 1024;

/** Bytes of a map to import. */
export const IMPORT_BODY = 4 * 1024 * 1024;
