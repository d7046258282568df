import type { Instrumentation } from '@opentelemetry/instrumentation';

/** Members of upstream's base class that are read and replaced here; a test calls them by way of real libraries. */
export interface InstrumentationPart {
  readonly _modules: readonly ModuleDefinition[];
  _wrap?: (owner: object, name: string, wrapper: unknown) => unknown;
  _unwrap?: (owner: object, name: string) => unknown;
}

/** The part of an instrumentation's definition of a module, or of a file in it, that is read and replaced here. */
export interface Patchable {
  readonly name: string;
  patch?: ((exports: unknown, version?: string) => unknown) | undefined;
  unpatch?: ((exports: unknown, version?: string) => void) | undefined;
}

interface ModuleDefinition extends Patchable {
  readonly files?: readonly Patchable[];
}

/** An instrumentation, and those it is composed of, as redis is. */
export function partsOf(instrumentation: Instrumentation): InstrumentationPart[] {
  const parts = [instrumentation, ...(Object.values(instrumentation) as unknown[])] as Partial<InstrumentationPart>[];
  return parts.filter((part): part is InstrumentationPart => Array.isArray(part?._modules));
}
