/** A place in which a library or a program differs under the preload, and why that is borne. */
export interface KnownDifference {
  /** Name of the library, or of the program. */
  readonly library: string;
  /** Keys from the outermost to the innermost, as `differences` gives them. */
  readonly path: RegExp;
  /** In the words of the table in the README. */
  readonly reason: string;
  readonly ends: End;
  /** It is seen in what the library exports, and not in a program. */
  readonly isOfExports?: true;
}

/** The change that will end a difference. */
type End =
  | 'our own span and channels' // an instrumentation of ours that listens to what the library tells, and patches nothing
  | 'harmless hands' // a patch of ours in the place of upstream's
  | 'nothing, it is wanted'
  | 'nothing, an exception on a span has its stack'; // V8 forgets where an error was thrown when its stack is read

// Node shows none, or one of the instrumentation; the error is the same.
const POSITION = 'another line of code above an error that ends the process';
const LISTENERS = 'listeners of the instrumentation are counted';
const IDS = 'lines carry the ids of the trace';

const position = (library: string, ends: End = 'our own span and channels'): KnownDifference => ({
  library,
  path: /^\/thrownAt$/,
  reason: POSITION,
  ends,
});

const ids = (
  library: string,
  path = /^\/observed\/lines\/\d+\/(?:trace_id|span_id|trace_flags)$/,
): KnownDifference => ({
  library,
  path,
  reason: IDS,
  ends: 'nothing, it is wanted',
});

export const KNOWN_DIFFERENCES: readonly KnownDifference[] = [
  {
    library: 'mongoose',
    path: /\/\.Model\/\.(?:insertMany|bulkWrite)\/prototype$/,
    reason: 'an ordinary function stands for an async one, so it has a prototype',
    ends: 'our own span and channels',
    isOfExports: true,
  },
  position('bull'),
  position('bullmq'),
  {
    library: 'connect',
    path: /^\/observed\/use of nothing\/threw\/message$/,
    reason: 'another message for a wrong argument',
    ends: 'harmless hands',
  },
  {
    library: 'koa',
    path: /^\/observed\/use of nothing\/threw\/message$/,
    reason: 'another message for a wrong argument',
    ends: 'harmless hands',
  },
  {
    library: 'hapi',
    path: /^\/observed\/a route without a path\/threw\/message$/,
    reason: 'the message quotes the function that stands for the handler',
    ends: 'harmless hands',
  },
  {
    library: 'hapi',
    path: /^\/observed\/a plugin after that\/1$/,
    reason: '`register` of a plugin is replaced in the plugin itself',
    ends: 'harmless hands',
  },
  position('restify'),
  {
    library: 'nest',
    path: /^\/observed\/a module that is none\//,
    reason: '`create()` without a module throws, where it should reject',
    ends: 'harmless hands',
  },
  {
    library: 'nest',
    path: /^\/(?:thrownAt|stderr\/0)$/,
    reason: '`create()` without a module throws, where it should reject',
    ends: 'harmless hands',
  },
  {
    library: 'grpc',
    path: /^\/observed\/a call( \d)?\/1\/metadata$/,
    reason: LISTENERS,
    ends: 'our own span and channels',
  },
  position('socket-io'),
  position('ioredis', 'nothing, an exception on a span has its stack'),
  {
    library: 'pg',
    path: /^\/observed\/a callback with an error\/args\/1$/,
    reason: 'a callback with an error has a second argument, `undefined`',
    ends: 'our own span and channels',
  },
  {
    library: 'pg',
    path: /^\/shape\/\d\/\.native$/,
    reason:
      'in the oldest version `native`, which is not installed, is `undefined` and not `null` where it is imported',
    ends: 'our own span and channels',
    isOfExports: true,
  },
  position('knex'),
  {
    library: 'mysql',
    path: /^\/observed\/a (?:query as an emitter|pool)\/1\//,
    reason: LISTENERS,
    ends: 'our own span and channels',
  },
  {
    library: 'mysql',
    path: /^\/observed\/nothing\//,
    reason: 'another message for a wrong argument',
    ends: 'harmless hands',
  },
  {
    library: 'mysql2',
    path: /^\/observed\/a query as an emitter\/1\//,
    reason: LISTENERS,
    ends: 'our own span and channels',
  },
  {
    library: 'mysql2',
    path: /^\/observed\/nothing\/threw\/message$/,
    reason: 'another message for a wrong argument',
    ends: 'harmless hands',
  },
  position('mongoose'),
  {
    library: 'memcached',
    path: /^\/observed\/a callback that is none\//,
    reason: 'a callback that is no function is borne, where it should throw',
    ends: 'harmless hands',
  },
  {
    library: 'memcached',
    path: /^\/stderr\/0$/,
    reason: 'one line says that what the library calls back with is no error that can be recorded',
    ends: 'harmless hands',
  },
  position('aws-sdk'),
  {
    library: 'graphql',
    path: /^\/observed\/a resolver \d\/1$/,
    reason: 'without a context value, resolvers are given an empty object',
    ends: 'our own span and channels',
  },
  {
    library: 'graphql',
    path: /^\/observed\/is the same after that\//,
    reason: 'resolvers are replaced in the schema of the application',
    ends: 'our own span and channels',
  },
  position('dataloader'),
  position('generic-pool'),
  ids('pino'),
  ids('pino', /^\/stdout\/0$/),
  ids('winston'),
  ids('winston', /^\/stdout\/0$/),
  ids('bunyan'),
];

/**
 * Lines on stderr that the oldest versions cause when they are imported: their files require each other in circles, and
 * are patched before they are complete. Ends when a patch waits for the whole of a module.
 */
export const KNOWN_LINES_OF_OLDEST: readonly RegExp[] = [
  /^\(node\) Warning: Accessing non-existent property '(?:Symbol\(Symbol\.toStringTag\)|createConnection|createPool|createPoolCluster|RedisClient)' of module exports inside circular dependency$/,
  /^clew: the instrumentation redis could not patch redis, which is not traced: /,
  // Node leaves it out for packages, which it tells by the frames of the stack.
  /^\(node\) \[DEP0040\] DeprecationWarning: The `punycode` module is deprecated\./,
];
