/** The longest request that backends take by default. */
export const MAX_REQUEST_BYTES: number = 4 * 1024 * 1024;

/** The most records of one request: scopes and lengths take room in it beside them, less than a tenth. */
export const MAX_BATCH_BYTES: number = MAX_REQUEST_BYTES * 0.9;
