import { createContextKey, defaultTextMapGetter, ROOT_CONTEXT, type TextMapPropagator } from '@opentelemetry/api';
import { incomingOf, withIncoming, type Incoming } from '@clew/spans';
import { expect, test } from 'vitest';

import { createTrustBoundary, withAnsweredIncoming } from './trust-boundary.ts';

const WORD = createContextKey('word');
const propagator: TextMapPropagator = {
  fields: () => ['word'],
  inject: () => {},
  extract: (context, carrier, getter) => context.setValue(WORD, getter.get(carrier, 'word')),
};
const ORDERS = messageFrom('orders');
const trustsOrders = (incoming: Incoming) => incoming.kind === 'message' && incoming.destination === 'orders';
const boundary = createTrustBoundary(propagator, trustsOrders, () => undefined);

const extract = (context = ROOT_CONTEXT, by = boundary) => by.extract(context, { word: 'clew' }, defaultTextMapGetter);

test('the sender that the context names is asked about', () => {
  expect(extract(withIncoming(ROOT_CONTEXT, ORDERS)).getValue(WORD)).toBe('clew');
  expect(extract(withIncoming(ROOT_CONTEXT, messageFrom('public'))).getValue(WORD)).toBeUndefined();
  expect(extract().getValue(WORD)).toBeUndefined();
});

test('the sender that is known by the carrier is asked about where the context names none', () => {
  const byCarrier = createTrustBoundary(propagator, trustsOrders, () => ORDERS);

  expect(extract(ROOT_CONTEXT, byCarrier).getValue(WORD)).toBe('clew');
  expect(extract(withIncoming(ROOT_CONTEXT, messageFrom('public')), byCarrier).getValue(WORD)).toBeUndefined();
});

test('a trusted sender stays on the context, and does not answer for what is extracted while it is handled', () => {
  const handling = extract(withIncoming(ROOT_CONTEXT, ORDERS));

  expect(incomingOf(handling)).toBe(ORDERS);
  expect(extract(handling.deleteValue(WORD)).getValue(WORD)).toBeUndefined();
  expect(extract(withIncoming(handling.deleteValue(WORD), messageFrom('orders'))).getValue(WORD)).toBe('clew');
});

test('the parent process does not answer for what is extracted while we start up', () => {
  const trustsAll = createTrustBoundary(
    propagator,
    () => true,
    () => undefined,
  );

  expect(extract(withAnsweredIncoming(ROOT_CONTEXT, { kind: 'child' }), trustsAll).getValue(WORD)).toBeUndefined();
});

function messageFrom(destination: string): Incoming {
  return { kind: 'message', system: 'kafka', destination, header: () => undefined };
}

test('it prints whom it trusts', () => {
  const named = { ...propagator, toString: () => 'propagator(word)' };

  expect(String(createTrustBoundary(named, 'none', () => undefined))).toBe('propagator(word), trust none');
  expect(String(createTrustBoundary(named, trustsOrders, () => undefined))).toBe('propagator(word), trust by function');
});
