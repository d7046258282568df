import { context } from '@opentelemetry/api';

import type { Carrier } from '../carriers/carrier.ts';
import { copyWith } from '../carriers/copy-with.ts';
import { producing, producingBatch } from '../producing.ts';
import { replaceOnce } from '../replace-once.ts';
import { ownContextOf } from '../sent-context.ts';
import { optionsOf, type Client } from './client.ts';
import { jobOptions } from './job-metadata.ts';
import { producerPlan } from './job-plan.ts';
import { send } from './traced-queue.ts';

/** A flow: the job at its root, with the jobs that it waits for. */
interface FlowNode {
  readonly name?: unknown;
  readonly queueName?: unknown;
  readonly opts?: unknown;
  readonly children?: readonly FlowNode[];
}

/** All jobs of a flow get the same fields; those that have fields of their own keep them. */
const flows: Carrier<FlowNode> = {
  get: () => undefined,
  keys: () => [],
  set: (flow, added) => copyOf(flow, (options) => (hasOwn(options) ? options : jobOptions.set(options, added))),
};

const hasOwn = (options: unknown) => ownContextOf(options, jobOptions, context.active()) !== undefined;

function copyOf(node: FlowNode, change: (options: unknown) => unknown): FlowNode {
  if (typeof node !== 'object' || node === null) return node;
  const copy = copyWith(node, 'opts', change(node.opts));
  return Array.isArray(node.children)
    ? copyWith(
        copy,
        'children',
        node.children.map((child) => copyOf(child as FlowNode, change)),
      )
    : copy;
}

/** The methods of a flow producer that are replaced. */
export const FLOW_METHODS = ['add', 'addBulk'] as const;

/** Traces the flows that are added by a producer, or by all of a prototype: one span for all jobs of a call. */
export function traceFlowProducer(producer: object): void {
  replaceOnce<Client>(producer, 'add', (original) => {
    return function add(this: Client, flow, ...rest) {
      if (optionsOf(this) === undefined || !isFlow(flow)) return original.call(this, flow, ...rest);
      return producing(producerPlan(queueOf(flow), 'add', flows), flow, (sent) =>
        send(() => original.call(this, sent, ...rest)),
      );
    };
  });
  replaceOnce<Client>(producer, 'addBulk', (original) => {
    return function addBulk(this: Client, added, ...rest) {
      if (optionsOf(this) === undefined || !Array.isArray(added) || !added.every(isFlow)) {
        return original.call(this, added, ...rest);
      }
      const [queue, ...others] = new Set(added.map(queueOf));
      const destination = queue !== undefined && others.length === 0 ? queue : '';
      return producingBatch(producerPlan(destination, 'addBulk', flows), added, (sent) =>
        send(() => original.call(this, sent, ...rest)),
      );
    };
  });
}

const isFlow = (flow: unknown): flow is FlowNode => typeof flow === 'object' && flow !== null;
const queueOf = ({ queueName }: FlowNode) => (typeof queueName === 'string' ? queueName : '');
