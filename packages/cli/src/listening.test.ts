import { hostname } from 'node:os';

import { expect, test } from 'vitest';

import { listeningOf, pageUrl, senderVariables } from './listening.ts';

test.each([{}, { host: '127.0.0.1' }, { host: 'localhost' }, { host: '::1' }])(
  'with %j no token is made',
  (options) => {
    expect(listeningOf(options)).toEqual(options);
  },
);

test('a host that others can reach gets a token, another one each time', () => {
  const [first, second] = [0, 1].map(() => listeningOf({ host: '0.0.0.0' }));

  expect(first?.token).toMatch(/^[\w-]{24}$/);
  expect(first?.token).not.toBe(second?.token);
});

test('a token that is given is kept', () => {
  const own = { host: '10.0.0.7', token: 'a token of sixteen' };

  expect(listeningOf(own)).toEqual(own);
  expect(pageUrl('http://10.0.0.7:4318', own)).toBe('http://10.0.0.7:4318/?token=a%20token%20of%20sixteen');
  expect(senderVariables('http://10.0.0.7:4318', own)).toBe(
    'OTEL_EXPORTER_OTLP_ENDPOINT=http://10.0.0.7:4318 OTEL_EXPORTER_OTLP_HEADERS=authorization=Bearer%20a%20token%20of%20sixteen',
  );
});

test('without a token there is an address and no more', () => {
  expect(pageUrl('http://127.0.0.1:4318', {})).toBe('http://127.0.0.1:4318');
  expect(senderVariables('http://127.0.0.1:4318', {})).toBe('OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318');
});

test.each(['0.0.0.0', '::'])('the name of the machine stands for all addresses of %s', (host) => {
  expect(pageUrl(host === '::' ? 'http://[::]:4318' : 'http://0.0.0.0:4318', { host })).toBe(
    `http://${hostname()}:4318`,
  );
});
