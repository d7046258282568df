import { createRequire } from 'node:module';

type Api = typeof import('@opentelemetry/instrumentation');

// The CommonJS copy, as the instrumentations of OpenTelemetry have it: each copy of this package hooks `require` anew,
// so an ES-module copy beside it would make every `require` of the application slower for nothing.
const api = createRequire(import.meta.url)('@opentelemetry/instrumentation') as Api;

export const InstrumentationBase: Api['InstrumentationBase'] = api.InstrumentationBase;
export const InstrumentationNodeModuleDefinition: Api['InstrumentationNodeModuleDefinition'] =
  api.InstrumentationNodeModuleDefinition;
export const InstrumentationNodeModuleFile: Api['InstrumentationNodeModuleFile'] = api.InstrumentationNodeModuleFile;
export const isWrapped: Api['isWrapped'] = api.isWrapped;
