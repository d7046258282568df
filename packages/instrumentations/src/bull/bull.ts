import { guard } from '@clew/diagnostics';
import { restoreBullQueue, traceBullQueue } from '@clew/queues/bull/internal';
import { markOptions } from '@clew/queues/bullmq/internal';
import type { InstrumentationNodeModuleDefinition as ModuleDefinition } from '@opentelemetry/instrumentation';

import type { BullmqConfig } from '../bullmq/bullmq.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';

/** The class of queues, or a namespace of an ES module that has it as `default`. */
type Exports = { readonly prototype: object } | { readonly default: { readonly prototype: object } };

/** Traces every queue of Bull, as `tracedQueue()` of `@clew/queues/bull` does for one: by the prototype. */
export class BullInstrumentation extends InstrumentationBase<BullmqConfig> {
  constructor(config: BullmqConfig = {}) {
    super('@clew/instrumentations/bull', VERSION, config);
  }

  protected override init(): ModuleDefinition {
    return new InstrumentationNodeModuleDefinition(
      'bull',
      ['>=4 <5'],
      (exports: Exports) => {
        guard('instrumenting Bull', undefined, () =>
          traceBullQueue(markOptions(prototypeOf(exports), this.getConfig())),
        );
        return exports;
      },
      (exports?: Exports) => {
        if (exports !== undefined) restoreBullQueue(prototypeOf(exports));
      },
    );
  }
}

function prototypeOf(exports: Exports): object {
  return 'default' in exports ? exports.default.prototype : exports.prototype;
}
