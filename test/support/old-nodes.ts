/** Versions that are too old for the preload: the last line without what it needs, and the release before the first with. */
export const OLD_NODES = ['20.20.2', '22.14.0'] as const;

/** The oldest that is supported: its load hooks run in a thread. */
export const OLDEST_NODE = '22.15.0';
