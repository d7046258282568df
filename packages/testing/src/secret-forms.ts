/** Base64 of fewer characters is found by chance. */
const MIN_ENCODED_LENGTH = 6;

/** The forms in which bytes can hold a secret, one character for each byte, with the words for each form. */
export function secretForms(secret: string): Map<string, string> {
  const forms = new Map<string, string>();
  const add = (form: string, text: string) => {
    if (!forms.has(text)) forms.set(text, form);
  };
  const utf8 = Buffer.from(secret, 'utf8');
  const wellFormed = utf8.toString('utf8');
  const hex = utf8.toString('hex');
  add('as it is', utf8.toString('latin1'));
  const encoded = encodeURIComponent(wellFormed);
  for (const text of [encoded, encoded.replaceAll('%20', '+'), encodeURIComponent(encoded), encodeURI(wellFormed)]) {
    add('percent-encoded', text);
    add(
      'percent-encoded',
      text.replaceAll(/%[\dA-F]{2}/g, (escape) => escape.toLowerCase()),
    );
  }
  add('percent-encoded', hex.toUpperCase().replaceAll(/../g, '%$&'));
  add('percent-encoded', hex.replaceAll(/../g, '%$&'));
  for (const text of jsonEscaped(secret)) add('escaped as in JSON', Buffer.from(text, 'utf8').toString('latin1'));
  for (const text of base64Within(utf8)) add('in base64', text);
  if (hex.length >= MIN_ENCODED_LENGTH) {
    add('in hex', hex);
    add('in hex', hex.toUpperCase());
  }
  const utf16 = Buffer.from(secret, 'utf16le');
  add('as UTF-16', utf16.toString('latin1'));
  add('as UTF-16', Buffer.from(utf16).swap16().toString('latin1'));
  return forms;
}

function jsonEscaped(secret: string): string[] {
  const plain = JSON.stringify(secret).slice(1, -1);
  const ascii = plain.replaceAll(/[^\x20-\x7e]/g, (letter) => unicodeEscape(letter));
  const html = plain.replaceAll(/[&<>=']/g, (letter) => unicodeEscape(letter)); // as writers do whose JSON goes into a page
  const nested = JSON.stringify(plain).slice(1, -1);
  return [plain, ascii, html, nested, plain.replaceAll('/', '\\/')];
}

function unicodeEscape(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** Returns the base64 of the bytes for each place they may have in a longer text: one of three in a group. */
function base64Within(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((place) => {
    const padded = Buffer.concat([Buffer.alloc(place), bytes]);
    const whole = padded.toString('base64').replace(/=+$/, '');
    // The first characters hold bits of what stands before, the last one of what stands behind.
    const start = [0, 2, 3][place];
    const end = padded.length % 3 === 0 ? whole.length : whole.length - 1;
    const inner = whole.slice(start, end);
    if (inner.length < MIN_ENCODED_LENGTH) return [];
    return [inner, inner.replaceAll('+', '-').replaceAll('/', '_'), encodeURIComponent(inner)];
  });
}
