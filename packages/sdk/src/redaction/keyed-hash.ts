const PREFIX = 'hmac-sha256:';
const HASHED = /^hmac-sha256:[\da-f]{64}$/;

/** Returns what computes the HMAC-SHA256 of a text with `key`, as `hmac-sha256:<hex>`. What is one stays as it is. */
export function keyedHash(key: string): (text: string) => string {
  const { createHmac } = process.getBuiltinModule('node:crypto'); // only who asks for it loads it
  return (text) => (HASHED.test(text) ? text : PREFIX + createHmac('sha256', key).update(text).digest('hex'));
}
