import { fieldOf, namesOf, textOf, type Carrier } from '../carriers/carrier.ts';
import { copyWith } from '../carriers/copy-with.ts';
import { objectIn } from '../carriers/json-field.ts';

/**
 * `telemetry.metadata` of a job's options: one string, in which trace fields stand as JSON. BullMQ stores it beside the
 * data of the job, and other implementations of its `Telemetry` write the same.
 */
export const jobMetadata: Carrier<unknown> = {
  get: (metadata, name) => textOf(fieldOf(objectIn(metadata), name)),
  keys: (metadata) => namesOf(objectIn(metadata)),
  set: (metadata, added) => JSON.stringify({ ...objectIn(metadata), ...added }),
};

/** The same on the options of a job. Those that ask for no context, or hold metadata of another format, stay as they are. */
export const jobOptions: Carrier<unknown> = {
  get: (options, name) => jobMetadata.get(metadataOf(options), name),
  keys: (options) => jobMetadata.keys(metadataOf(options)),
  set(options, added) {
    if (typeof (options ?? {}) !== 'object') return options;
    const telemetry = fieldOf(options, 'telemetry') as object | undefined;
    const metadata = metadataOf(options);
    if (fieldOf(telemetry, 'omitContext') === true) return options;
    if (metadata !== undefined && objectIn(metadata) === undefined) return options;
    return copyWith((options as object | null | undefined) ?? {}, 'telemetry', {
      ...telemetry,
      metadata: jobMetadata.set(metadata, added),
    });
  },
};

/** The metadata that options of a job hold, whatever it is. */
export function metadataOf(options: unknown): unknown {
  return fieldOf(fieldOf(options, 'telemetry'), 'metadata');
}

/** The fields that metadata holds. Metadata that is there and cannot be read counts as a `traceparent` that cannot. */
export function fieldsIn(metadata: unknown): object | undefined {
  if (metadata === undefined || metadata === null || metadata === '') return undefined;
  return objectIn(metadata) ?? { traceparent: '' };
}
