import { readProperty } from '@clew/diagnostics';
import { ValueType, type MetricOptions } from '@opentelemetry/api';

import { usableName } from './usable-name.ts';

const MAX_BOUNDARIES = 1000;

/** Returns the options of an instrument that can be used. */
export function usableMetricOptions(options: unknown): MetricOptions {
  const valueType = readProperty(options, 'valueType');
  const boundaries = usableBoundaries(readProperty(readProperty(options, 'advice'), 'explicitBucketBoundaries'));
  return {
    ...textOf(options, 'description'),
    ...textOf(options, 'unit'),
    ...((valueType === ValueType.INT || valueType === ValueType.DOUBLE) && { valueType }),
    ...(boundaries !== undefined && { advice: { explicitBucketBoundaries: boundaries } }),
  };
}

function textOf(options: unknown, key: 'description' | 'unit'): MetricOptions {
  const text = readProperty(options, key);
  return text === undefined ? {} : { [key]: usableName(`metric ${key}`, text, '') };
}

function usableBoundaries(boundaries: unknown): number[] | undefined {
  try {
    const copy: unknown[] = Array.isArray(boundaries) ? boundaries.slice(0, MAX_BOUNDARIES) : [];
    return copy.length > 0 && copy.every((each) => typeof each === 'number' && !Number.isNaN(each))
      ? (copy as number[])
      : undefined;
  } catch {
    return undefined;
  }
}
