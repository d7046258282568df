import { signal } from '@preact/signals';
import { beforeEach, expect, test } from 'vitest';

import { ANSWER_TRACE_ID, planAnswer } from '../../test/plan-answer.ts';
import { createApp } from '../app/app.ts';
import { createFixedRouter } from '../app/router.ts';
import { createSavedSource } from '../data/saved-source.ts';
import {
  collapseAll,
  collapseOrUp,
  expandOrDown,
  moveBy,
  reveal,
  revealNext,
  selectRow,
  toggle,
  unfold,
  zoomBy,
  zoomToSelected,
} from './move-in-trace.ts';
import { createOpenTrace, type OpenTrace } from './open-trace.ts';
import { nameOf } from './trace-model.ts';

const query = { name: 'SELECT', kind: 3, system: 'postgresql' };
const trace = planAnswer([
  {
    name: 'root',
    took: 100,
    below: [
      { name: 'call', at: 10, took: 50, below: [{ name: 'deep', at: 20, took: 10, failed: true }] },
      query,
      query,
      query,
      { name: 'last', failed: true },
    ],
  },
]);

let open: OpenTrace;

beforeEach(async () => {
  const saved = { version: '', savedUnixMillis: 0, trace, details: {}, text: '' };
  const source = createSavedSource(saved);
  const app = createApp({ source, router: createFixedRouter(ANSWER_TRACE_ID), theme: signal('system') });
  open = createOpenTrace(app, ANSWER_TRACE_ID);
  open.follow();
  while (open.status.value === 'loading') await Promise.resolve();
});

function names(): string[] {
  const [model, rows] = [open.model.value!, open.rows.value!];
  return Array.from(rows.spans, (index) => nameOf(model, index));
}

function selected(): string {
  const model = open.model.value!;
  return nameOf(model, model.indexOf(open.selected.value ?? '') ?? -1);
}

test('the keyboard walks over the rows and stays at the ends', () => {
  moveBy(open, 1);
  expect(selected()).toBe('root');
  moveBy(open, 3);
  expect(selected()).toBe('SELECT');
  moveBy(open, 1);
  expect(selected()).toBe('last');
  moveBy(open, 10);
  expect(selected()).toBe('last');
  selectRow(open, -5);
  expect(selected()).toBe('root');
});

test('left closes a row, then goes up; right opens it, then goes down', () => {
  selectRow(open, 1);
  collapseOrUp(open);
  expect(names()).toEqual(['root', 'call', 'SELECT', 'last']);
  expandOrDown(open);
  expect(names()).toContain('deep');
  expandOrDown(open);
  expect(selected()).toBe('deep');
  collapseOrUp(open);
  expect(selected()).toBe('call');
});

test('right on a fold shows its spans', () => {
  selectRow(open, 3);
  expandOrDown(open);

  expect(names().filter((name) => name === 'SELECT')).toHaveLength(3);
});

test('going to an error opens what hides it, and goes round', () => {
  collapseAll(open, true);
  const { errors } = open.model.value!;
  expect(names()).not.toContain('deep');

  revealNext(open, errors, 1);
  expect(selected()).toBe('deep');
  expect(names()).toContain('deep');
  revealNext(open, errors, 1);
  expect(selected()).toBe('last');
  revealNext(open, errors, 1);
  expect(selected()).toBe('deep');
});

test('a span within a fold is unfolded when it is gone to', () => {
  reveal(open, 4);

  expect(names().filter((name) => name === 'SELECT')).toHaveLength(3);
  unfold(open, 4);
  expect(names().filter((name) => name === 'SELECT')).toHaveLength(1);
});

test('a row that is toggled twice is as it was', () => {
  toggle(open, 0);
  expect(names()).toEqual(['root']);
  toggle(open, 0);
  expect(names()).toHaveLength(5);
});

test('zooming goes to the span that is selected, and out again to the whole trace', () => {
  selectRow(open, 1);
  zoomToSelected(open);
  expect(open.window.value.from).toBe(7e6);
  expect(open.window.value.to).toBe(63e6);
  zoomBy(open, 100);
  expect(open.zoom.value).toBeUndefined();
});
