/** A diagnostic message of OpenTelemetry's packages as we pass it on. */
export interface UpstreamMessage {
  readonly text: string;
  /** Whether nobody can act upon it: for those who debug us only. */
  readonly isNoise: boolean;
}

/** Takes out of a message what it quotes from a backend, a file or an error. */
export function upstreamMessage(message: string): UpstreamMessage {
  const row = ROWS.find(({ pattern }) => pattern.test(message));
  if (row === undefined) return { text: message, isNoise: false };
  return { text: row.tell?.(message) ?? message, isNoise: row.isNoise ?? false };
}

interface Row {
  readonly pattern: RegExp;
  readonly isNoise?: true;
  tell?(message: string): string;
}

const MAX_SAID_LENGTH = 200;

const ROWS: readonly Row[] = [
  // A directory without a package.json, or a version in it: a bundle, a function of Lambda.
  { pattern: /^Failed extracting version/, isNoise: true },
  // Attributes that a detector could not find out, as under `--permission`.
  {
    pattern:
      /^dropping invalid resource attribute value for key "(?:host|os|process|container|cloud|faas|k8s|aws|gcp|azure)\./,
    isNoise: true,
  },
  { pattern: /^Schema URL merge conflict/, isNoise: true },
  { pattern: /^Accessing resource attributes before async attributes settled/, isNoise: true },
  { pattern: /^Failed to parse \w{1,20} export response/, tell: untilColon },
  { pattern: /^Failed to (?:inject|extract) with /, tell: (message) => before(message, ' Err:') },
  // A stub or a fork in place of the library, of which the instrumentation hands over what it was given.
  {
    pattern: /^Failed to load oracledb module/,
    tell: () => 'the instrumentation oracledb could not patch oracledb, which is not traced:',
  },
  { pattern: /^Failed to record an exception/, tell: () => 'Failed to record an exception' },
  { pattern: /^(?:non-number|negative) value provided to /, tell: untilColon },
  { pattern: /^Zipkin request payload: /, tell: (message) => `Zipkin request payload of ${message.length} characters` },
  { pattern: /^Zipkin response status code: /, tell: (message) => message.slice(0, MAX_SAID_LENGTH) },
  // Behind the first line the parser shows the file around the mistake.
  { pattern: /^Could not (?:load|create) OpenTelemetry/, tell: (message) => before(message, '\n') },
  { pattern: /^\{"/, tell: errorInJson },
];

function untilColon(message: string): string {
  return before(message, ':');
}

function before(message: string, end: string): string {
  const at = message.indexOf(end);
  return at === -1 ? message : message.slice(0, at);
}

/** OpenTelemetry's error handler writes all that an error has. */
function errorInJson(message: string): string {
  try {
    const { name = 'Error', message: said = '' } = JSON.parse(message) as { name?: string; message?: string };
    return `${name}: ${said}`.slice(0, MAX_SAID_LENGTH);
  } catch {
    return message.slice(0, MAX_SAID_LENGTH);
  }
}
