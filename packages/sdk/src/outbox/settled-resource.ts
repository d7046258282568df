import type { AttributeValue } from '@opentelemetry/api';
import { resourceFromAttributes, type Resource } from '@opentelemetry/resources';

/** Attributes of a resource that are known by now: asked too early, a resource itself writes a warning. */
export function settledResource(resource: Resource): Resource {
  if (!resource.asyncAttributesPending) return resource;
  const raw = resource.getRawAttributes().filter(([, value]) => !(value instanceof Promise));
  const settled = raw.toReversed() as [string, AttributeValue][]; // the first of a name counts
  return resourceFromAttributes(Object.fromEntries(settled), {
    ...(resource.schemaUrl && { schemaUrl: resource.schemaUrl }),
  });
}
