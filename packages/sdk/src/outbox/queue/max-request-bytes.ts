/** The longest request that backends take by default. */
export const MAX_REQUEST_BYTES: number = 4 * 1024 * 1024;
