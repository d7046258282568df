import { expect, test } from 'vitest';

import { selectApps } from './requests-apps.ts';
import { type Selection, selectContenders } from './requests-contenders.ts';

const namesOf = (selection: Partial<Selection>) =>
  selectContenders({ isQuick: false, withPeers: false, only: [], ...selection }).map(({ name }) => name);

test('a quick run has five contenders, upstream among them, and peers come when they are asked for', () => {
  expect(namesOf({ isQuick: true })).toEqual(['bare', 'clew', 'clew-1', 'clew-policy', 'upstream']);
  expect(namesOf({})).toEqual(['bare', 'clew', 'clew-1', 'clew-policy', 'upstream', 'upstream-minimal']);
  expect(namesOf({ withPeers: true })).toEqual([...namesOf({}), 'dd-trace', 'elastic', 'sentry', 'autotel']);
});

test('the bare application is there whoever is chosen, and first', () => {
  expect(namesOf({ only: ['sentry', 'clew'] })).toEqual(['bare', 'clew', 'sentry']);
  expect(namesOf({ only: ['bare'] })).toEqual(['bare']);
});

test('a name that is none is refused, with those that are', () => {
  expect(() => namesOf({ only: ['clue'] })).toThrow(/no contender clue; there are bare, clew,/);
  expect(() => selectApps(['D'])).toThrow('no application D');
});

test('without a name all applications are measured', () => {
  expect(selectApps([]).map(({ name }) => name)).toEqual(['A', 'B', 'C']);
  expect(selectApps(['C']).map(({ name }) => name)).toEqual(['C']);
});
