import { replaceOnce } from '../replace-once.ts';
import { settling } from '../settling.ts';
import { kafkaRecord } from './kafka-message.ts';
import type { ConsumerSettings } from './run-method.ts';
import { knownTopics } from './known-topics.ts';

/** Traces `commitOffsets`. The commits that the client makes by itself are its own. */
export function traceCommitting(consumer: object, settings: Pick<ConsumerSettings, 'groupId' | 'clientId'>): void {
  const { groupId: group, clientId } = settings;
  const planFor = knownTopics((name) => ({
    destination: { system: 'kafka', name, group, clientId },
    carrier: kafkaRecord,
    operation: 'commit',
  }));
  replaceOnce(consumer, 'commitOffsets', (commit) => {
    return function (...args) {
      return settling(planFor(onlyTopicOf(args[0])), [], () => Reflect.apply(commit, this, args));
    };
  });
}

/** The topic of all offsets; empty where there are several. */
function onlyTopicOf(offsets: unknown): string {
  if (!Array.isArray(offsets)) return '';
  const topics = new Set(offsets.map((each: { topic?: unknown } | undefined) => each?.topic));
  const [topic] = topics;
  return topics.size === 1 && typeof topic === 'string' ? topic : '';
}
