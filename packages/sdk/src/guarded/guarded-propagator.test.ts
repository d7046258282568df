import {
  createContextKey,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type TextMapPropagator,
} from '@opentelemetry/api';
import { expect, test } from 'vitest';

import { guardedPropagator } from './guarded-propagator.ts';

const KEY = createContextKey('word');

/** Carries one word. */
const propagator: TextMapPropagator = {
  fields: () => ['word'],
  inject: (context, carrier, setter) => setter.set(carrier, 'word', String(context.getValue(KEY))),
  extract: (context, carrier, getter) => context.setValue(KEY, getter.get(carrier, 'word')),
};
const guarded = guardedPropagator(propagator);

const refuse = () => {
  throw null; // as nobody should
};

test('a propagator works as before', () => {
  const carrier = {};

  guarded.inject(ROOT_CONTEXT.setValue(KEY, 'clew'), carrier, defaultTextMapSetter);
  const context = guarded.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter);

  expect(guarded.fields()).toEqual(['word']);
  expect(carrier).toEqual({ word: 'clew' });
  expect(context.getValue(KEY)).toBe('clew');
});

test('what a carrier throws stays here', () => {
  guarded.inject(ROOT_CONTEXT, {}, { set: refuse });
  guarded.inject(ROOT_CONTEXT, Object.freeze({}), defaultTextMapSetter);

  expect(guarded.extract(ROOT_CONTEXT, {}, { get: refuse, keys: refuse })).toBe(ROOT_CONTEXT);
});

test.each([undefined, null, 'text', {}] as never[])('%o instead of a context is the active one', (given) => {
  guarded.inject(given, {}, defaultTextMapSetter);

  expect(guarded.extract(given, { word: 'clew' }, defaultTextMapGetter).getValue(KEY)).toBe('clew');
});

test('a propagator that makes no context changes nothing', () => {
  const broken = guardedPropagator({ ...propagator, extract: () => undefined as never });

  expect(broken.extract(ROOT_CONTEXT, {}, defaultTextMapGetter)).toBe(ROOT_CONTEXT);
});

test('a carrier with more headers than anybody sends is not searched', () => {
  const context = guarded.extract(ROOT_CONTEXT, 'text'.repeat(10_000), defaultTextMapGetter);

  expect(context).toBe(ROOT_CONTEXT);
});

test.each([
  ['user name', 'x'],
  ['a\r\nX', 'x'],
  ['ключ', 'x'],
  ['', 'x'],
  ['ok', 'a\r\nX: 1'],
  ['ok', 'ключ'],
  ['ok', '\0'],
  ['x'.repeat(300), 'x'],
  ['ok', 'x'.repeat(100_000)],
])('a field that HTTP does not allow is left out, whichever propagator makes it: %j %j', (name, value) => {
  const careless: TextMapPropagator = {
    ...propagator,
    inject(_context, carrier, setter) {
      setter.set(carrier, name, value);
      setter.set(carrier, 'traceparent', 'sound');
    },
  };
  const carrier = {};

  guardedPropagator(careless).inject(ROOT_CONTEXT, carrier, defaultTextMapSetter);

  expect(carrier).toEqual({ traceparent: 'sound' });
});
