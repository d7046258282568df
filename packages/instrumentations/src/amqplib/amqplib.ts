import { guard } from '@clew/diagnostics';
import { tracedChannel, type TracedChannelOptions } from '@clew/queues/amqplib';
import { replaceMethod } from '@clew/spans/internal';
import type {
  InstrumentationConfig,
  InstrumentationNodeModuleDefinition as ModuleDefinition,
} from '@opentelemetry/instrumentation';

import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';

const SUPPORTED = ['>=0.5.5 <3'];

/** Where the promise API and the callback API have their channels. */
const FILES = ['amqplib/lib/channel_model.js', 'amqplib/lib/callback_model.js'];

interface ChannelModule {
  readonly Channel: { readonly prototype: OpenedChannel };
}

/** Every channel is opened by this method, whoever asked for it, before anybody has it in hand. */
interface OpenedChannel {
  open(...args: unknown[]): unknown;
}

/**
 * Traces every channel of amqplib, as `tracedChannel()` of `@clew/queues/amqplib` does for one. Channels that are opened
 * while this is enabled stay traced.
 */
export class AmqplibInstrumentation extends InstrumentationBase<InstrumentationConfig & TracedChannelOptions> {
  constructor(config: InstrumentationConfig & TracedChannelOptions = {}) {
    super('@clew/instrumentations/amqplib', VERSION, config);
  }

  protected override init(): ModuleDefinition {
    const trace = (channel: object) => {
      if (this.isEnabled()) tracedChannel(channel, this.getConfig());
    };
    const patch = (exports: ChannelModule) =>
      guard('instrumenting amqplib', exports, () => {
        replaceMethod(exports.Channel.prototype, 'open', (open) => {
          return function (this: OpenedChannel, ...args) {
            trace(this);
            return Reflect.apply(open, this, args);
          };
        });
        return exports;
      });
    const files = FILES.map((name) => new InstrumentationNodeModuleFile(name, SUPPORTED, patch, () => {}));
    return new InstrumentationNodeModuleDefinition('amqplib', SUPPORTED, undefined, undefined, files);
  }
}
