import { expect, test } from 'vitest';

import { hostName } from './host-name.ts';

test.each([
  ['A.Internal', 'a.internal'],
  ['::1', '::1'],
  ['[::1]', '::1'],
  ['0:0:0:0:0:0:0:1', '::1'],
  ['[2001:DB8:0::7]', '2001:db8::7'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  ['[no address]', '[no address]'],
  ['', ''],
])('%s is written %s', (host, written) => {
  expect(hostName(host)).toBe(written);
});
