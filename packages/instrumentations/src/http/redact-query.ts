/** Query parameters that hold signatures and credentials of well-known services. */
export const SECRET_PARAMETERS: readonly string[] = [
  'sig',
  'Signature',
  'AWSAccessKeyId',
  'X-Goog-Signature',
  'X-Amz-Signature',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
];

const REDACTED = 'REDACTED';

/** The query as it was sent, without its question mark, but for the values of these parameters. */
export function redactQuery(query: string, names: readonly string[]): string {
  // Most have none of them, and one that is escaped has a percent sign.
  if (!query.includes('%') && !query.includes('+') && !names.some((name) => query.includes(name))) return query;
  return query
    .split('&')
    .map((pair) => {
      const end = pair.indexOf('=');
      return end !== -1 && names.includes(decoded(pair.slice(0, end))) ? `${pair.slice(0, end)}=${REDACTED}` : pair;
    })
    .join('&');
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
