import type { Target } from '@clew/spans';
import { expect, test } from 'vitest';

import { stderrOf } from '../../test/stderr-of.ts';
import { partsByTarget, type Propagate } from './share.ts';

const OPEN: Propagate = { trace: 'all', baggage: 'all', messages: 'all', children: 'all' };
const MESSAGE: Target = { kind: 'message', system: 'kafka', destination: 'orders' };
const CHILD: Target = { kind: 'child' };

/** The parts that a target gets, in words. */
function partsOf(target: Target | undefined, propagate: Partial<Propagate>): string {
  const { trace, baggage } = partsByTarget({ ...OPEN, ...propagate })(target);
  return [trace && 'trace', baggage && 'baggage'].filter(Boolean).join(' and ') || 'nothing';
}

test.each<[host: string, propagate: Partial<Propagate>, parts: string]>([
  ['a.internal', {}, 'trace and baggage'],
  ['a.internal', { messages: 'none', children: 'none' }, 'trace and baggage'],
  ['a.internal', { trace: ['a.internal'] }, 'trace and baggage'],
  ['A.Internal', { trace: ['a.iNTERNAL'] }, 'trace and baggage'],
  ['b.internal', { trace: ['a.internal'] }, 'baggage'],
  ['b.internal', { baggage: ['a.internal'] }, 'trace'],
  ['b.internal', { trace: [], baggage: [] }, 'nothing'],
  ['a.internal', { trace: ['*.internal'], baggage: ['*.internal'] }, 'trace and baggage'],
  ['internal', { trace: ['*.internal'], baggage: ['*.internal'] }, 'nothing'],
  ['evil-internal', { trace: ['*.internal'], baggage: ['*.internal'] }, 'nothing'],
  ['::1', { trace: ['[::1]'], baggage: ['0::1'] }, 'trace and baggage'],
  ['::12', { trace: ['::1'], baggage: ['[::1]'] }, 'nothing'],
])('the host %s gets with %j: %s', (host, propagate, parts) => {
  expect(partsOf({ kind: 'http', host }, propagate)).toBe(parts);
});

test.each<[target: Target, propagate: Partial<Propagate>, parts: string]>([
  [MESSAGE, { messages: 'trace', children: 'none' }, 'trace'],
  [MESSAGE, { messages: 'none' }, 'nothing'],
  [MESSAGE, { trace: [], baggage: [], messages: 'all' }, 'trace and baggage'],
  [CHILD, { children: 'trace', messages: 'none' }, 'trace'],
  [CHILD, { children: 'none' }, 'nothing'],
  [CHILD, { trace: [], baggage: [], children: 'all' }, 'trace and baggage'],
])('%j gets with %j: %s', (target, propagate, parts) => {
  expect(partsOf(target, propagate)).toBe(parts);
});

test('a target that is not known is in no list, and gets what is not listed', () => {
  expect(partsOf(undefined, { messages: 'none', children: 'none' })).toBe('trace and baggage');
  expect(partsOf(undefined, { trace: ['a.internal'] })).toBe('baggage');
  expect(partsOf(undefined, { trace: ['a.internal'], baggage: ['a.internal'] })).toBe('nothing');
});

test('a function decides by the target', () => {
  const messages = (target: Target) => (target.kind === 'message' && target.destination === 'orders' ? 'all' : 'none');

  expect(partsOf(MESSAGE, { messages })).toBe('trace and baggage');
  expect(partsOf({ ...MESSAGE, destination: 'public' }, { messages })).toBe('nothing');
});

test.each([undefined, true, 'All', ['all'], Promise.resolve('all'), { toString: () => 'all' }])(
  'a function that returns %o gives nothing',
  (share) => {
    expect(partsOf(CHILD, { children: () => share as never })).toBe('nothing');
  },
);

test('a function that throws gives nothing, and is told of', () => {
  const children = () => {
    throw new Error('no decision');
  };

  const lines = stderrOf(() => expect(partsOf(CHILD, { children })).toBe('nothing'));

  expect(lines).toEqual([
    expect.stringMatching(/^clew: the propagate\.children option failed: Error at \S+share\.test\.ts:\d+:\d+$/),
  ]);
});
