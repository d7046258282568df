import { inflated } from './inflated.ts';
import { secretForms } from './secret-forms.ts';

/** A secret was found in exported bytes. Neither the message nor a field of it holds the secret. */
export class ExportedSecretError extends Error {
  override readonly name = 'ExportedSecretError';
  /** Which of the secrets it is, from 0. */
  readonly secret: number;
  /** Which of the bodies it is in, from 0. */
  readonly body: number;
  /** Where it begins, in bytes of the body when it is inflated. */
  readonly offset: number;

  constructor(message: string, { secret, body, offset }: Pick<ExportedSecretError, 'secret' | 'body' | 'offset'>) {
    super(message);
    this.secret = secret;
    this.body = body;
    this.offset = offset;
  }
}

const CONTEXT_LENGTH = 40;
const SHOWN_FROM_LENGTH = 8;

/**
 * Fails a test when exported bytes hold a secret: as it is, percent-encoded, escaped as in JSON, in base64 or hex, alone or
 * within something longer, or as UTF-16. Bodies that are compressed with gzip are inflated first. A secret should have
 * eight characters or more: shorter ones are found by chance.
 *
 * @param exported one body or several, for example `app.viewer.received.map(({ body }) => body)`
 * @throws {ExportedSecretError} that tells which secret it is, in which form, and what stands around it
 * @throws {TypeError} if a secret is empty
 */
export function expectNoSecrets(exported: Uint8Array | readonly Uint8Array[], secrets: readonly string[]): void {
  const bodies = exported instanceof Uint8Array ? [exported] : exported;
  const needles = secrets.flatMap((secret, index) => {
    if (secret === '') throw new TypeError(`secret ${index} is empty`);
    return [...secretForms(secret)].map(([needle, form]) => ({ secret: index, needle, form }));
  });
  for (const [body, bytes] of bodies.entries()) {
    for (const content of inflated(bytes)) {
      const text = Buffer.from(content).toString('latin1'); // one character for each byte
      const found = needles.find(({ needle }) => text.includes(needle));
      if (found === undefined) continue;
      const { secret, needle, form } = found;
      const offset = text.indexOf(needle);
      const what = `secret ${secret} (${masked(secrets[secret] ?? '')}) was exported ${form}`;
      const where = `in body ${body} at byte ${offset}: ${contextOf(text, offset, needle.length, needles)}`;
      throw new ExportedSecretError(`${what} ${where}`, { secret, body, offset });
    }
  }
}

/** Returns the text around a secret, on one line and without any of the secrets. */
function contextOf(
  text: string,
  offset: number,
  length: number,
  needles: readonly { readonly needle: string }[],
): string {
  const hide = (part: string) => needles.reduce((rest, { needle }) => rest.replaceAll(needle, '[secret]'), part);
  const before = hide(text.slice(0, offset)).slice(-CONTEXT_LENGTH);
  const after = hide(text.slice(offset + length)).slice(0, CONTEXT_LENGTH);
  return `${before}[secret]${after}`.replaceAll(/[^\x20-\x7e]/g, '·');
}

/** Enough of a secret to know it by. */
function masked(secret: string): string {
  const start = secret.length >= SHOWN_FROM_LENGTH ? secret.slice(0, 2) : '';
  return `${start}…, ${secret.length} characters`;
}
