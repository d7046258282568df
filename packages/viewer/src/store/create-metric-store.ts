import type { AttributeValue, Attributes } from '../attribute-value.ts';
import type { MetricPoint, MetricRecord, MetricType } from '../metric-record.ts';
import { serviceName } from '../resource.ts';
import { attributesSize, textSize } from './record-size.ts';

/** The last value of each series of metrics, within bounds. */
export interface MetricStore {
  add(metrics: readonly MetricRecord[]): void;
  /** The series in the order in which they first came, and how many more there are. */
  snapshot(): MetricSnapshot;
  stats(): MetricStats;
  clear(): void;
}

export interface MetricSnapshot {
  readonly metrics: readonly KeptSeries[];
  /** Series that there was no room for; more than 100 000 are not told apart. */
  readonly omitted: number;
}

/** Data points of one metric of a service with the same attributes: its last one. */
export interface KeptSeries extends MetricPoint {
  readonly service: string;
  readonly name: string;
  readonly unit: string;
  readonly description: string;
  readonly type: MetricType;
}

export interface MetricStats {
  /** Data points that came. */
  readonly points: number;
  /** Series that are kept. */
  readonly series: number;
  readonly omitted: number;
}

export interface MetricStoreOptions {
  /** Default: 2000. */
  readonly maxSeries?: number;
  /** Series of one service, so that it does not push out the others. Default: 500. */
  readonly maxSeriesOfService?: number;
  /** Memory, estimated. Default: 8 MiB. */
  readonly maxBytes?: number;
}

const DEFAULTS: Required<MetricStoreOptions> = {
  maxSeries: 2000,
  maxSeriesOfService: 500,
  maxBytes: 8 * 1024 * 1024,
};
const MAX_OMITTED = 100_000;
/** Bytes that a series takes beside its texts and attributes. */
const SERIES_BYTES = 400;
const NO_RECORDED_VALUE = 1;

/** Keeps series as they come until there is no room; those that come then are counted. */
export function createMetricStore(options: MetricStoreOptions = {}): MetricStore {
  const { maxSeries, maxSeriesOfService, maxBytes } = { ...DEFAULTS, ...options };
  const kept = new Map<string, KeptSeries>();
  const ofService = new Map<string, number>();
  const omitted = new Set<number>(); // hashes of their keys
  let points = 0;
  let bytes = 0;

  function keep(key: string, series: KeptSeries): void {
    const size = sizeOf(key, series);
    const siblings = ofService.get(series.service) ?? 0;
    if (kept.size >= maxSeries || siblings >= maxSeriesOfService || bytes + size > maxBytes) {
      if (omitted.size < MAX_OMITTED) omitted.add(hashOf(key));
      return;
    }
    kept.set(key, series);
    ofService.set(series.service, siblings + 1);
    bytes += size;
  }

  function addPoint(service: string, { name, unit, description, type }: MetricRecord, point: MetricPoint): void {
    points += 1;
    if (type === undefined || (point.flags & NO_RECORDED_VALUE) !== 0) return;
    const key = keyOf(service, name, point.attributes);
    const known = kept.get(key);
    if (known === undefined) keep(key, { service, name, unit, description, type, ...point });
    // The first description is kept, so that a series that comes again and again takes no more room.
    else
      kept.set(key, {
        service,
        name,
        unit: known.unit,
        description: known.description,
        type,
        ...point,
        attributes: known.attributes,
      });
  }

  return {
    add(metrics) {
      for (const metric of metrics) {
        const service = serviceName(metric.resource);
        for (const point of metric.points) addPoint(service, metric, point);
      }
    },
    snapshot: () => ({ metrics: [...kept.values()], omitted: omitted.size }),
    stats: () => ({ points, series: kept.size, omitted: omitted.size }),
    clear() {
      kept.clear();
      ofService.clear();
      omitted.clear();
      bytes = 0;
    },
  };
}

function sizeOf(key: string, { service, name, unit, description, attributes }: KeptSeries): number {
  const texts = textSize(key) + textSize(service) + textSize(name) + textSize(unit) + textSize(description);
  return SERIES_BYTES + texts + attributesSize(attributes);
}

/** A text that is the same for the same service, metric and attributes, and for no others. */
function keyOf(service: string, name: string, attributes: Attributes): string {
  return `${JSON.stringify(service)}${JSON.stringify(name)}${keyOfAttributes(attributes)}`;
}

function keyOfAttributes(attributes: Attributes): string {
  const keys = Object.keys(attributes).toSorted();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${keyOfValue(attributes[key] ?? null)}`).join()}}`;
}

function keyOfValue(value: AttributeValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return String(value);
  if (value instanceof Uint8Array) return `x${Buffer.from(value).toString('hex')}`;
  return isList(value) ? `[${value.map(keyOfValue).join()}]` : keyOfAttributes(value);
}

/** FNV-1a, of 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

const isList: (value: object) => value is readonly AttributeValue[] = Array.isArray;
