import { guard } from '@clew/diagnostics';
import { severityOfLevel } from '@clew/logs/severity';
import { context } from '@opentelemetry/api';
import type { InstrumentationNodeModuleDefinition as ModuleDefinition } from '@opentelemetry/instrumentation';

import { readBunyanRecord, type BunyanRecord } from './bunyan-record.ts';
import { exportsOf } from '../exports-of.ts';
import { InstrumentationBase, InstrumentationNodeModuleDefinition } from '../instrumentation-api.ts';
import { createLineObserver } from '../lines/line-observer.ts';
import type { LoggerConfig } from '../lines/logger-config.ts';
import { replaceMethod } from '@clew/spans/internal';
import { fieldsToAdd } from '../lines/trace-ids.ts';
import { VERSION } from '../version.ts';
import { whileWritingLine } from '../lines/writing-line.ts';

/** bunyan's own method that gives a record to the streams; with `noemit` it only makes the text. */
type Emit = (this: object, record: BunyanRecord, noemit?: boolean) => unknown;

interface BunyanExports {
  readonly prototype: { _emit: Emit };
  /** An old version has none. */
  readonly nameFromLevel?: Readonly<Record<number, string>>;
}

/**
 * Puts the trace ids of the active span on every record of every bunyan logger. Where a logger provider is registered
 * each record becomes a log record of OpenTelemetry too.
 */
export class BunyanInstrumentation extends InstrumentationBase<LoggerConfig> {
  constructor(config: LoggerConfig = {}) {
    super('@clew/instrumentations/bunyan', VERSION, config);
  }

  protected override init(): ModuleDefinition {
    return new InstrumentationNodeModuleDefinition('bunyan', ['>=1 <2'], (exports: BunyanExports) => {
      guard('instrumenting bunyan', undefined, () => this.#patch(exports));
      return exports;
    });
  }

  #patch(exports: BunyanExports): void {
    const { prototype, nameFromLevel } = exportsOf(exports, 'prototype');
    const config = () => this.getConfig();
    const observer = createLineObserver('bunyan', config, () => this.logger);
    const isEnabled = () => this.isEnabled();

    replaceMethod(prototype, '_emit', (emit) => {
      return function _emit(this: object, record, noemit) {
        if (noemit === true || !isEnabled()) return emit.call(this, record, noemit);
        if (config().disableLogCorrelation !== true) Object.assign(record, fieldsToAdd(record)); // bunyan made it for us
        const name = nameFromLevel?.[record.level];
        const severityNumber = severityOfLevel(record.level, name);
        if (observer.wants(severityNumber)) {
          const known = { severityNumber, severityText: name, context: context.active() };
          observer.observe(() => readBunyanRecord(record, known));
        }
        return whileWritingLine(() => emit.call(this, record, noemit));
      };
    });
  }
}
