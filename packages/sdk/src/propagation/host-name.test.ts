import { expect, test } from 'vitest';

import { hostName, hostWithoutPort } from './host-name.ts';

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

test.each([
  ['a.internal:8080', 'a.internal'],
  ['a.internal', 'a.internal'],
  ['127.0.0.1:80', '127.0.0.1'],
  ['[::1]:8080', '::1'],
  ['[::1]', '::1'],
  ['::1', '::1'],
  ['fe80::1', 'fe80::1'],
])('the host of %s is %s', (authority, host) => {
  expect(hostWithoutPort(authority)).toBe(host);
});
