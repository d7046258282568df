/** What stands where a secret stood, in upper case and of this length in every signal. */
export const REDACTED = 'REDACTED';
