/** Names of the fields on a line; `false` leaves a field out. */
export interface FieldNames {
  readonly traceId: string | false;
  readonly spanId: string | false;
  readonly traceFlags: string | false;
  readonly parentId: string | false;
  readonly localRoot: string | false;
}

/**
 * Names and notation as a backend expects them: `snake` (OpenTelemetry's, `trace_id`), `camel` (`traceId`), `ecs`
 * (Elastic, `trace.id`), `datadog` (`dd.trace_id`, decimal, of the trace id its lower 64 bits), `gcp` (Google Cloud,
 * `logging.googleapis.com/trace` with the project).
 */
export type FieldPreset = 'snake' | 'camel' | 'ecs' | 'datadog' | 'gcp';

/** How the fields are called and written. */
export interface FieldLayout {
  readonly names: FieldNames;
  readonly writeTraceId: (traceId: string) => string;
  readonly writeSpanId: (spanId: string) => string;
  readonly writeFlags: (traceFlags: number) => string | boolean;
}

/** A mistake in the options of trace fields, found when they are first used. */
export class FieldOptionsError extends Error {
  override readonly name = 'FieldOptionsError';
}

const SNAKE: FieldLayout = {
  names: {
    traceId: 'trace_id',
    spanId: 'span_id',
    traceFlags: 'trace_flags',
    parentId: 'parent_id',
    localRoot: 'local_root',
  },
  writeTraceId: asIs,
  writeSpanId: asIs,
  writeFlags: twoHexDigits,
};

const PRESETS: Readonly<Record<Exclude<FieldPreset, 'gcp'>, FieldLayout>> = {
  snake: SNAKE,
  camel: {
    ...SNAKE,
    names: {
      traceId: 'traceId',
      spanId: 'spanId',
      traceFlags: 'traceFlags',
      parentId: 'parentId',
      localRoot: 'localRoot',
    },
  },
  ecs: {
    ...SNAKE,
    names: {
      traceId: 'trace.id',
      spanId: 'span.id',
      traceFlags: false,
      parentId: 'parent.id',
      localRoot: 'transaction.name',
    },
  },
  datadog: {
    names: {
      traceId: 'dd.trace_id',
      spanId: 'dd.span_id',
      traceFlags: false,
      parentId: 'dd.parent_id',
      localRoot: 'local_root',
    },
    writeTraceId: (traceId) => decimal(traceId.slice(16)),
    writeSpanId: decimal,
    writeFlags: twoHexDigits,
  },
};

/**
 * Looks up a preset, or puts names of one's own over OpenTelemetry's.
 *
 * @param gcpProject the id of the Google Cloud project, which the preset `gcp` needs
 * @throws {FieldOptionsError} if there is no such preset, or no project for `gcp`
 * @see https://www.elastic.co/docs/reference/ecs/ecs-tracing
 * @see https://docs.datadoghq.com/tracing/other_telemetry/connect_logs_and_traces/opentelemetry/
 * @see https://cloud.google.com/logging/docs/structured-logging#structured_logging_special_fields
 */
export function fieldLayout(keys: FieldPreset | Partial<FieldNames>, gcpProject: string | undefined): FieldLayout {
  if (typeof keys === 'object') return { ...SNAKE, names: { ...SNAKE.names, ...keys } };
  if (keys === 'gcp') return googleCloud(gcpProject);
  if (!Object.hasOwn(PRESETS, keys)) {
    throw new FieldOptionsError(
      `keys is ${JSON.stringify(keys)}, expected snake, camel, ecs, datadog, gcp or an object of names`,
    );
  }
  return PRESETS[keys];
}

const PROJECT_ID = /^[\w.:-]+$/; // with a domain before it in old ones: `example.com:shop`

function googleCloud(project: string | undefined): FieldLayout {
  if (!PROJECT_ID.test(project ?? ''))
    throw new FieldOptionsError('gcpProject is missing or invalid, expected the id of the project for keys: gcp');
  return {
    names: {
      ...SNAKE.names,
      traceId: 'logging.googleapis.com/trace',
      spanId: 'logging.googleapis.com/spanId',
      traceFlags: 'logging.googleapis.com/trace_sampled',
    },
    writeTraceId: (traceId) => `projects/${project}/traces/${traceId}`,
    writeSpanId: asIs,
    writeFlags: (traceFlags) => (traceFlags & SAMPLED) !== 0,
  };
}

const SAMPLED = 1;

function asIs(id: string): string {
  return id;
}

function decimal(hex: string): string {
  return BigInt(`0x${hex}`).toString();
}

function twoHexDigits(traceFlags: number): string {
  if (traceFlags === SAMPLED) return '01'; // nearly always
  return (traceFlags & 0xff).toString(16).padStart(2, '0');
}
