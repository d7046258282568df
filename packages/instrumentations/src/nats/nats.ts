import { traceConnection, traceConsumer, tracePublishing } from '@clew/queues/nats/internal';
import type { NatsOptions } from '@clew/queues/nats';
import { guard, readProperty } from '@clew/diagnostics';
import type {
  InstrumentationConfig,
  InstrumentationNodeModuleDefinition as ModuleDefinition,
  InstrumentationNodeModuleFile as ModuleFile,
} from '@opentelemetry/instrumentation';

import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';

/** Options of `tracedNats`, for every connection that was not traced by hand. */
export interface NatsConfig extends InstrumentationConfig, Omit<NatsOptions, 'headers'> {}

type Headers = NatsOptions['headers'];
type Defaults = (headers: Headers) => () => NatsOptions | undefined;

/**
 * Traces every connection of the clients of NATS, and their JetStream, as `tracedNats` and `tracedJetStream` of
 * `@clew/queues/nats` do for one.
 */
export class NatsInstrumentation extends InstrumentationBase<NatsConfig> {
  constructor(config: NatsConfig = {}) {
    super('@clew/instrumentations/nats', VERSION, config);
  }

  protected override init(): ModuleDefinition[] {
    const defaults: Defaults = (headers) => {
      let config: NatsConfig | undefined;
      let options: NatsOptions | undefined;
      return () => {
        if (!this.isEnabled()) return undefined;
        const current = this.getConfig();
        if (config !== current || options === undefined) options = { ...(config = current), headers };
        return options;
      };
    };
    const core = (path: string, versions: string[]) => file(path, versions, (exports) => patchCore(exports, defaults));
    const jetStream = (folder: string, versions: string[]) =>
      JETSTREAM.map(({ path, exported, trace }) =>
        file(`${folder}/${path}`, versions, (exports) => patchClass(exports, exported, trace)),
      );
    return [
      definition('@nats-io/nats-core', SINCE_3, [core('@nats-io/nats-core/lib/internal_mod.js', SINCE_3)]),
      definition('@nats-io/jetstream', SINCE_3, jetStream('@nats-io/jetstream/lib', SINCE_3)),
      definition('nats', OF_2, [
        core('nats/lib/nats-base-client/internal_mod.js', OF_2),
        ...jetStream('nats/lib/jetstream', OF_2),
      ]),
    ];
  }
}

const SINCE_3 = ['>=3 <4'];
const OF_2 = ['>=2.10 <3'];

interface PatchedClass {
  readonly path: string;
  readonly exported: string;
  trace(prototype: object): void;
}

const JETSTREAM: readonly PatchedClass[] = [
  { path: 'jsclient.js', exported: 'JetStreamClientImpl', trace: tracePublishing },
  { path: 'consumer.js', exported: 'PullConsumerImpl', trace: traceConsumer },
  { path: 'pushconsumer.js', exported: 'PushConsumerImpl', trace: traceConsumer },
];

function definition(name: string, versions: string[], files: ModuleFile[]): ModuleDefinition {
  return new InstrumentationNodeModuleDefinition(name, versions, undefined, undefined, files);
}

function file(path: string, versions: string[], patch: (exports: object) => void): ModuleFile {
  const patched = (exports: object) =>
    guard('instrumenting NATS', exports, () => {
      patch(exports);
      return exports;
    });
  return new InstrumentationNodeModuleFile(path, versions, patched, () => undefined);
}

function patchCore(exports: object, defaults: Defaults): void {
  const { headers } = exports as { headers: Headers };
  patchClass(exports, 'NatsConnectionImpl', (prototype) => traceConnection(prototype, defaults(headers)));
}

function patchClass(exports: object, name: string, trace: (prototype: object) => void): void {
  const prototype = readProperty(readProperty(exports, name), 'prototype');
  if (typeof prototype === 'object' && prototype !== null) trace(prototype);
}
