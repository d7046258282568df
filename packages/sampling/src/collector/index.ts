export {
  type AndPolicy,
  type CollectorConfig,
  type CompositePolicy,
  type DropPolicy,
  type KeepPolicy,
  type Pipeline,
  type PlainPolicy,
  type SubPolicy,
  type TailPolicy,
  type TailSamplingConfig,
} from './collector-config.ts';
export { type CollectorNote } from './collector-note.ts';
export {
  compileToCollector,
  type CollectorOptions,
  type CollectorTier,
  type CompiledPolicy,
} from './compile-to-collector.ts';
