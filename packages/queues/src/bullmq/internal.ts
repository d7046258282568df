// For the instrumentation of BullMQ in @clew/instrumentations; nothing here is for applications.
import { restoreReplaced } from '../replace-once.ts';
import { CHILD_METHODS, traceChildProcessor } from './sandbox.ts';
import { FLOW_METHODS, traceFlowProducer } from './traced-flow-producer.ts';
import { QUEUE_METHODS, traceEvents, traceQueue } from './traced-queue.ts';
import { traceBackground, traceWorker, WORKER_METHODS } from './traced-worker.ts';

export { markOptions } from './options-mark.ts';
export type { BullmqOptions } from './job-plan.ts';

/** How the instances of one class are traced by its prototype, and what is taken back when they no longer are. */
export interface ClassTracing {
  readonly name: string;
  readonly methods: readonly string[];
  trace(prototype: object): void;
}

const inNobodysContext = (name: string, methods: readonly string[]): ClassTracing => ({
  name,
  methods: [...methods, 'emit'],
  trace(prototype) {
    for (const method of methods) traceBackground(prototype, method);
    traceEvents(prototype);
  },
});

/** The classes that the package exports. */
export const CLASSES: readonly ClassTracing[] = [
  { name: 'Queue', methods: QUEUE_METHODS, trace: traceQueue },
  { name: 'Worker', methods: WORKER_METHODS, trace: traceWorker },
  { name: 'FlowProducer', methods: FLOW_METHODS, trace: traceFlowProducer },
  inNobodysContext('QueueEvents', ['run']), // reads a stream all the time
  inNobodysContext('RedisConnection', ['init']), // says hello
];

/** The class of a file of its own, in the process or thread of a sandboxed processor. */
export const CHILD_CLASS: ClassTracing = { name: 'ChildProcessor', methods: CHILD_METHODS, trace: traceChildProcessor };

/** Takes back what was replaced. */
export function restore(prototype: object, { methods }: ClassTracing): void {
  for (const method of methods) restoreReplaced(prototype, method);
}
