import { expect, test } from 'vitest';

import { planSpan, type SpanPlan } from '../../test/build-trace.ts';
import { messageFacts } from './message-facts.ts';

const KAFKA = { 'messaging.system': 'kafka', 'messaging.destination.name': 'mail' };

test.each<[string, SpanPlan, string]>([
  ['publish mail', { kind: 'producer', attributes: KAFKA }, ''],
  ['publish', { kind: 'producer', attributes: KAFKA }, 'to mail (kafka)'],
  ['process', { kind: 'consumer', attributes: KAFKA }, 'from mail (kafka)'],
  ['publish', { kind: 'producer', attributes: { 'messaging.destination': 'mail' } }, 'to mail'],
  ['poll mail', { kind: 'client', attributes: { ...KAFKA, 'messaging.batch.message_count': 3 } }, 'batch of 3'],
  ['poll mail', { kind: 'client', attributes: { ...KAFKA, 'messaging.batch.message_count': 1 } }, ''],
  [
    'process mail',
    {
      kind: 'consumer',
      attributes: { ...KAFKA, 'clew.messaging.time_in_queue': 1.2, 'clew.messaging.attempt': 2 },
    },
    'waited 1.20s, attempt 2',
  ],
  ['process mail', { kind: 'consumer', attributes: { ...KAFKA, 'clew.messaging.time_in_queue': 0.0004 } }, ''],
  ['process mail', { kind: 'consumer', attributes: { ...KAFKA, 'clew.messaging.attempt': 1 } }, ''],
  ['process mail', { kind: 'consumer', attributes: { 'clew.messaging.redelivered': true } }, 'delivered again'],
  [
    'process undelivered',
    { kind: 'consumer', attributes: { 'clew.messaging.dead_letter_reason': 'rejected' } },
    'dead letter: rejected',
  ],
  ['odd', { attributes: { 'clew.messaging.time_in_queue': Infinity } }, 'waited 11574d'],
  ['odd', { attributes: { 'clew.messaging.time_in_queue': Number.NaN, 'messaging.destination.name': 7 } }, ''],
])('a span named %s with %j adds %j', (name, plan, facts) => {
  expect(messageFacts(planSpan(name, plan))).toBe(facts);
});
