import { type AttributeValue, type Attributes, createAttributes } from './attribute-value.ts';

/** Entity that produced the telemetry: a service, its process, its host. Shared by all records of a batch. */
export interface Resource {
  readonly attributes: Attributes;
}

/** The library that made the record; empty strings where it did not say. */
export interface Scope {
  readonly name: string;
  readonly version: string;
}

/** A resource that a decoder fills in. */
export interface ResourceDraft extends Resource {
  readonly attributes: Record<string, AttributeValue>;
}

const UNKNOWN_SERVICE = 'unknown_service';

export function emptyResource(): ResourceDraft {
  return { attributes: createAttributes() };
}

/** The resource's `service.name`, or `unknown_service` as the specification has it. */
export function serviceName(resource: Resource): string {
  const name = resource.attributes['service.name'];
  return typeof name === 'string' && name !== '' ? name : UNKNOWN_SERVICE;
}
