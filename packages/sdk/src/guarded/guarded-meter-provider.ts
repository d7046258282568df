import { guard, reportOnce } from '@clew/diagnostics';
import { createNoopMeter, type Meter, type MeterOptions, type MeterProvider } from '@opentelemetry/api';

import { aKindOf } from './usable/input-in-words.ts';
import { usableAttributes } from './usable/usable-attributes.ts';
import { isContext } from './usable/usable-context.ts';
import { usableMetricOptions } from './usable/usable-metric-options.ts';
import { usableName } from './usable/usable-name.ts';
import { usableScope } from './usable/usable-scope.ts';

type Method = (...args: unknown[]) => unknown;
type Methods<Name extends string> = { [Key in Name]?: Method };

const FACTORIES = [
  'createCounter',
  'createUpDownCounter',
  'createGauge',
  'createHistogram',
  'createObservableCounter',
  'createObservableUpDownCounter',
  'createObservableGauge',
] as const satisfies readonly (keyof Meter)[];
/** Their measurements are never negative. */
const ONLY_GROWING: ReadonlySet<string> = new Set(['createCounter', 'createHistogram']);
const MAX_OBSERVABLES = 1000;
const MAX_TEXT_LENGTH = 8192; // that of spans; the SDK has none for metrics
const CALLBACK_METHODS = ['addBatchObservableCallback', 'removeBatchObservableCallback'] as const;

/** The same provider, whose meters and instruments take any call of the application without harm. */
export function guardedMeterProvider<Provider extends MeterProvider>(provider: Provider): Provider {
  const getMeter = (name: string, version?: string, options?: MeterOptions): Meter => {
    return guardedMeter(provider.getMeter(...usableScope(name, version, options)));
  };
  return Object.assign(Object.create(provider) as Provider, { getMeter });
}

function guardedMeter(meter: Meter): Meter {
  const methods: Methods<keyof Meter> = {};
  for (const factory of FACTORIES) {
    methods[factory] = (name, options) => {
      const usable = usableName('metric name', name, 'unknown');
      return guard('making an instrument', createNoopMeter()[factory](usable), () =>
        guardInstrument(meter[factory](usable, usableMetricOptions(options)), ONLY_GROWING.has(factory)),
      );
    };
  }
  for (const method of CALLBACK_METHODS) {
    methods[method] = (callback, observables) => {
      if (!isCallback(callback)) return;
      guard(method, undefined, () =>
        meter[method](callback as never, (observables as unknown[]).slice(0, MAX_OBSERVABLES) as never),
      );
    };
  }
  return Object.assign(Object.create(meter) as Meter, methods);
}

/** The instrument itself, which is made for one caller: batches of observations know it by its identity. */
function guardInstrument<Instrument extends object>(instrument: Instrument, onlyGrows: boolean): Instrument {
  const methods = instrument as Methods<'add' | 'record' | 'addCallback'>;
  const { add, record, addCallback } = methods;
  if (add !== undefined) methods.add = guardedMeasurement(instrument, add, onlyGrows);
  if (record !== undefined) methods.record = guardedMeasurement(instrument, record, onlyGrows);
  if (addCallback !== undefined) {
    methods.addCallback = (callback) => {
      if (isCallback(callback)) addCallback.call(instrument, callback);
    };
  }
  return instrument;
}

function guardedMeasurement(instrument: object, measure: Method, onlyGrows: boolean): Method {
  return (value, attributes, context) => {
    if (typeof value !== 'number' || Number.isNaN(value) || (onlyGrows && value < 0)) {
      const expected = onlyGrows ? 'a number of 0 or more' : 'a number';
      const got = typeof value !== 'number' ? aKindOf(value) : value < 0 ? 'a negative one' : 'NaN';
      reportOnce(`a measurement ${expected}`, `expected ${expected} as measurement, got ${got}; ignored`);
      return;
    }
    guard('a measurement', undefined, () =>
      measure.call(
        instrument,
        value,
        usableAttributes(attributes, MAX_TEXT_LENGTH),
        isContext(context) ? context : undefined,
      ),
    );
  };
}

function isCallback(callback: unknown): boolean {
  if (typeof callback === 'function') return true;
  reportOnce('a callback', `expected a function as metric callback, got ${aKindOf(callback)}; ignored`);
  return false;
}
