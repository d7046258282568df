import { guard, writeLine } from '@clew/diagnostics';
import { tracedConsumer, tracedProducer, type TracedConsumerOptions } from '@clew/queues/kafkajs';
import { replaceMethod } from '@clew/spans/internal';
import type {
  InstrumentationConfig,
  InstrumentationNodeModuleDefinition as ModuleDefinition,
} from '@opentelemetry/instrumentation';

import { exportsOf } from '../exports-of.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition, isWrapped } from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';

type Config = InstrumentationConfig & Omit<TracedConsumerOptions, 'groupId' | 'clientId'>;

interface KafkaExports {
  readonly Kafka: { readonly prototype: Kafka };
}

interface Kafka {
  producer(...args: unknown[]): object;
  consumer(...args: [config?: { readonly groupId?: string }, ...more: unknown[]]): object;
}

/**
 * Traces every producer and consumer of kafkajs, as `tracedProducer()` and `tracedConsumer()` of `@clew/queues/kafkajs` do
 * for one. Those that are made while this is enabled stay traced.
 */
export class KafkajsInstrumentation extends InstrumentationBase<Config> {
  constructor(config: Config = {}) {
    super('@clew/instrumentations/kafkajs', VERSION, config);
  }

  protected override init(): ModuleDefinition {
    const isOurs = (kafka: Kafka, name: keyof Kafka) => this.isEnabled() && !isTakenByOthers(kafka[name]);
    const config = () => this.getConfig();
    const patch = (exports: KafkaExports) =>
      guard('instrumenting kafkajs', exports, () => {
        const { prototype } = exportsOf(exports, 'Kafka').Kafka;
        replaceMethod(prototype, 'producer', (create) => {
          return function (this: Kafka, ...args) {
            const producer = Reflect.apply(create, this, args);
            return isOurs(this, 'producer') ? tracedProducer(producer) : producer;
          };
        });
        replaceMethod(prototype, 'consumer', (create) => {
          return function (this: Kafka, ...args) {
            const consumer = Reflect.apply(create, this, args);
            return isOurs(this, 'consumer')
              ? tracedConsumer(consumer, { ...config(), groupId: args[0]?.groupId })
              : consumer;
          };
        });
        return exports;
      });
    return new InstrumentationNodeModuleDefinition('kafkajs', ['>=1 <3'], patch);
  }
}

let isTold = false; // a second copy of this module tells it once more

/** Where another instrumentation has put a method of its own over ours, it traces what ours returns. */
function isTakenByOthers(method: unknown): boolean {
  if (!isWrapped(method)) return false;
  if (!isTold) writeLine('another instrumentation traces kafkajs; @clew/instrumentations leaves it alone');
  isTold = true;
  return true;
}
