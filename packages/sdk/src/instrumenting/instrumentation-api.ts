// A bundle of its own: the base of every instrumentation that hooks modules, loaded with the first of them.
export {
  InstrumentationBase,
  InstrumentationNodeModuleDefinition,
  InstrumentationNodeModuleFile,
  isWrapped,
  registerInstrumentations,
  safeExecuteInTheMiddle,
  safeExecuteInTheMiddleAsync,
  SemconvStability,
  semconvStabilityFromStr,
} from '@opentelemetry/instrumentation';
