import { guard } from '@clew/diagnostics';
import {
  CHILD_CLASS,
  CLASSES,
  markOptions,
  restore,
  type BullmqOptions,
  type ClassTracing,
} from '@clew/queues/bullmq/internal';
import type {
  InstrumentationConfig,
  InstrumentationNodeModuleDefinition as ModuleDefinition,
} from '@opentelemetry/instrumentation';

import { exportsOf } from '../exports-of.ts';
import {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
} from '../instrumentation-api.ts';
import { VERSION } from '../version.ts';

const SUPPORTED = ['>=5 <7'];

/** Runs in the process or thread of a sandboxed processor, which loads nothing else of the package. */
const CHILD_FILE = 'bullmq/dist/cjs/classes/child-processor.js';

/** How jobs are handled, where a worker does not say it itself. */
export interface BullmqConfig extends InstrumentationConfig, BullmqOptions {}

type Exports = Readonly<Record<string, unknown>>;

/**
 * Traces every queue, worker and flow producer of BullMQ, as `tracedQueue()` and its like of `@clew/queues/bullmq` do for
 * one: by the prototypes, so that subclasses and those that are there already are traced too.
 */
export class BullmqInstrumentation extends InstrumentationBase<BullmqConfig> {
  constructor(config: BullmqConfig = {}) {
    super('@clew/instrumentations/bullmq', VERSION, config);
  }

  protected override init(): ModuleDefinition[] {
    const files = [
      new InstrumentationNodeModuleFile(
        CHILD_FILE,
        SUPPORTED,
        (exports: Exports) => patch(exports, [CHILD_CLASS], this.getConfig()),
        (exports?: Exports) => unpatch(exports, [CHILD_CLASS]),
      ),
    ];
    const definition = new InstrumentationNodeModuleDefinition(
      'bullmq',
      SUPPORTED,
      (exports: Exports) => patch(exports, CLASSES, this.getConfig()),
      (exports?: Exports) => unpatch(exports, CLASSES),
      files,
    );
    return [definition];
  }
}

function patch(exports: Exports, classes: readonly ClassTracing[], config: BullmqConfig): Exports {
  for (const each of classes) {
    guard(`instrumenting ${each.name} of BullMQ`, undefined, () => {
      const prototype = prototypeOf(exports, each);
      if (prototype !== undefined) each.trace(markOptions(prototype, config));
    });
  }
  return exports;
}

function unpatch(exports: Exports | undefined, classes: readonly ClassTracing[]): void {
  for (const each of classes) {
    const prototype = exports && prototypeOf(exports, each);
    if (prototype !== undefined) restore(prototype, each);
  }
}

function prototypeOf(exports: Exports, { name }: ClassTracing): object | undefined {
  const found = exportsOf(exports, name)[name];
  return typeof found === 'function' ? (found.prototype as object) : undefined;
}
