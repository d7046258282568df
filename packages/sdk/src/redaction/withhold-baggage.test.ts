import { baggageEntryMetadataFromString, defaultTextMapSetter, propagation, ROOT_CONTEXT } from '@opentelemetry/api';

import { forgetReports } from '@clew/diagnostics';
import { expect, test } from 'vitest';

import { stderrOf } from '../../test/stderr-of.ts';
import { baggagePropagator } from '../propagation/baggage-propagator.ts';
import { DEFAULTS } from '../options/options.ts';
import { createRedactor } from './redactor.ts';
import { withholdSecretBaggage } from './withhold-baggage.ts';

const redactor = createRedactor({ ...DEFAULTS.redact, attributes: ['customer.email'] });
const propagator = withholdSecretBaggage(baggagePropagator, redactor);

function sent(entries: Readonly<Record<string, string>>): string | undefined {
  const members = Object.entries(entries).map(([name, value]) => [name, { value }]);
  const baggage = propagation.createBaggage(Object.fromEntries(members));
  const carrier: { baggage?: string } = {};
  propagator.inject(propagation.setBaggage(ROOT_CONTEXT, baggage), carrier, defaultTextMapSetter);
  return carrier.baggage;
}

test('a member with the name of a secret stays here, and its name is told once', () => {
  forgetReports();
  const headers: unknown[] = [];

  const lines = stderrOf(() => {
    headers.push(sent({ 'user.tier': 'gold', access_token: 'abc', session: 'def' }));
    headers.push(sent({ 'user.tier': 'gold', access_token: 'abc' }));
  });

  expect(headers).toEqual(['user.tier=gold', 'user.tier=gold']);
  expect(lines).toEqual(['clew: the baggage member access_token looks like a secret; not sent on']);
});

test.each([
  { link: 'https://x.com/?token=abc' },
  { note: 'Bearer abc' },
  { 'customer.email': 'ann@example.com' },
  { 'app.password': 'pw' },
])('%o stays here', (entries) => {
  expect(sent(entries)).toBeUndefined();
});

test('members without a secret are sent as they are, with their properties', () => {
  expect(sent({ 'session.id': 'abc', 'tenant.code': '7', region: 'eu' })).toBe(
    'session.id=abc,tenant.code=7,region=eu',
  );
});

test.each(['api.key', 'private.key', 'aws.secret.access.key', 'password1', 'db_pw', 'passwords'])(
  'a member with the name %s stays here',
  (name) => {
    expect(sent({ [name]: 'abc' })).toBeUndefined();
  },
);

test.each([
  ['meta=x;token=SECRET', 'a=1;meta=x'],
  ['token = SECRET ; meta=x', 'a=1;meta=x'],
  ['api.key=SECRET', 'a=1'],
  ['link=https%3A%2F%2Fu%3ASECRET%40h', 'a=1'],
  ['meta=x;flag', 'a=1;meta=x;flag'],
])('of the properties %s those with a secret stay here', (metadata, header) => {
  const entry = { value: '1', metadata: baggageEntryMetadataFromString(metadata) };
  const carrier: { baggage?: string } = {};

  propagator.inject(
    propagation.setBaggage(ROOT_CONTEXT, propagation.createBaggage({ a: entry })),
    carrier,
    defaultTextMapSetter,
  );

  expect(carrier.baggage?.replaceAll(/\s/g, '')).toBe(header);
});

test('what is received is not looked at', () => {
  const context = propagator.extract(
    ROOT_CONTEXT,
    { baggage: 'token=abc' },
    { get: (c, k) => c[k as 'baggage'], keys: Object.keys },
  );

  expect(propagation.getBaggage(context)?.getEntry('token')?.value).toBe('abc');
});
