/** Limits on what a peer or a file may make this process hold or do. All have defaults. */
export interface ArrowLimits {
  /** Largest metadata of a message, or footer, in bytes. Default 64 MiB. */
  readonly maxMetadataBytes: number;
  /** Largest body of a message in bytes, compressed and decompressed. Default 1 GiB. */
  readonly maxBatchBytes: number;
  /** Most rows of a batch, or slots of a nested array, that no buffer backs. Default 2^24. */
  readonly maxRows: number;
}

/** The defaults of {@link ArrowLimits}. */
export const defaultArrowLimits: ArrowLimits = {
  maxMetadataBytes: 64 * 2 ** 20,
  maxBatchBytes: 2 ** 30,
  maxRows: 2 ** 24,
};

/** `limits` with a default for each that is missing or `undefined`. */
export function arrowLimits(
  limits: Partial<{ [K in keyof ArrowLimits]: ArrowLimits[K] | undefined }> = {},
): ArrowLimits {
  return {
    maxMetadataBytes: limits.maxMetadataBytes ?? defaultArrowLimits.maxMetadataBytes,
    maxBatchBytes: limits.maxBatchBytes ?? defaultArrowLimits.maxBatchBytes,
    maxRows: limits.maxRows ?? defaultArrowLimits.maxRows,
  };
}
