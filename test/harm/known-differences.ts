/** A place in which a library differs under the preload, and why that is borne. */
interface KnownDifference {
  readonly library: string;
  readonly path: RegExp;
  readonly reason: string;
}

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    library: 'mongoose',
    path: /\/\.Model\/\.(?:insertMany|bulkWrite)\/prototype$/,
    reason:
      'an ordinary function stands for an async one, so it has a prototype; ends with an instrumentation of our own',
  },
];
