import { expect, test } from 'vitest';

import type { SpanDetails } from '../../src/api/answers.ts';
import { ANSWER_TRACE_ID, planAnswer } from '../../test/plan-answer.ts';
import { createSavedSource } from './saved-source.ts';

const span: SpanDetails = {
  traceId: ANSWER_TRACE_ID,
  spanId: 'aa',
  label: 'charge',
  name: 'charge',
  kind: 1,
  service: 'payments',
  startUnixNano: '1',
  endUnixNano: '2',
  status: { code: 0, message: '' },
  attributes: [['card.brand', 'Visa']],
  droppedAttributes: 0,
  events: [],
  droppedEvents: 0,
  links: [],
  droppedLinks: 0,
  resource: [],
  scope: { name: '', version: '' },
  logs: [],
};
const source = createSavedSource({
  version: '1.0.0',
  savedUnixMillis: 0,
  trace: planAnswer([{ id: 'aa', name: 'charge' }]),
  details: { aa: span },
  text: 'the waterfall',
});

test('a saved page answers with its trace, its spans and its text', async () => {
  expect((await source.trace(ANSWER_TRACE_ID)).names).toEqual(['charge']);
  expect((await source.span(ANSWER_TRACE_ID, 'aa')).span.service).toBe('payments');
  expect(await source.text(ANSWER_TRACE_ID)).toBe('the waterfall');
});

test('attributes are found without a server', async () => {
  expect((await source.find(ANSWER_TRACE_ID, 'visa')).spans).toEqual(['aa']);
  expect((await source.find(ANSWER_TRACE_ID, 'amex')).spans).toEqual([]);
});

test('everything else is not there', async () => {
  await expect(source.trace('other')).rejects.toThrow('saved trace');
  await expect(source.span(ANSWER_TRACE_ID, 'bb')).rejects.toMatchObject({ status: 404 });
  await expect(source.traces('')).rejects.toThrow('saved trace');
});
