/** The longest request that backends take by default. */
export const MAX_REQUEST_BYTES: number = 4 * 1024 * 1024;

/** The most records of one request: scopes and lengths take room in it beside them, less than a tenth. */
export const MAX_BATCH_BYTES: number = MAX_REQUEST_BYTES * 0.9;

/** Bytes and items of what is taken for one request, unless one item is longer: to put together more holds up the application. */
export const MAX_TAKEN_BYTES: number = 1024 * 1024;
export const MAX_TAKEN_ITEMS = 4096;
