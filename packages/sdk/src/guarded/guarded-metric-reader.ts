import { askGuarded, readProperty, runGuarded } from '@clew/diagnostics';
import {
  AggregationTemporality,
  AggregationType,
  type AggregationOption,
  type IMetricReader,
} from '@opentelemetry/sdk-metrics';

const TASK = 'a metric reader of the application';
const CARDINALITY_LIMIT = 2000; // the SDK's own

/** A metric reader of the application, which throws neither into what measures nor into its neighbours. */
export function guardedMetricReader(reader: IMetricReader): IMetricReader {
  return {
    setMetricProducer: (producer) => runGuarded(TASK, () => reader.setMetricProducer(producer)),
    selectAggregation: (type) =>
      askGuarded<AggregationOption>(
        TASK,
        isAggregation,
        () => ({ type: AggregationType.DEFAULT }),
        () => reader.selectAggregation(type),
      ),
    selectAggregationTemporality: (type) =>
      askGuarded(
        TASK,
        isTemporality,
        () => AggregationTemporality.CUMULATIVE,
        () => reader.selectAggregationTemporality(type),
      ),
    selectCardinalityLimit: (type) =>
      askGuarded(
        TASK,
        isLimit,
        () => CARDINALITY_LIMIT,
        () => reader.selectCardinalityLimit?.(type) ?? CARDINALITY_LIMIT, // an older one has no such method
      ),
    collect: async (options) => reader.collect(options),
    forceFlush: async (options) => reader.forceFlush(options),
    shutdown: async (options) => reader.shutdown(options),
  };
}

const TYPES: readonly unknown[] = Object.values(AggregationType);

const isAggregation = (value: unknown): value is AggregationOption => TYPES.includes(readProperty(value, 'type'));

const isTemporality = (value: unknown): value is AggregationTemporality =>
  value === AggregationTemporality.CUMULATIVE || value === AggregationTemporality.DELTA;

const isLimit = (value: unknown): value is number => typeof value === 'number' && value > 0;
