/** Runs of one probe in a block: a day at one run in 15 s is 90 blocks. */
export const BLOCK_RUNS = 64;
