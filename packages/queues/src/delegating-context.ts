import type { Context } from '@opentelemetry/api';

/** A context that is made active before it is known what it stands for. */
export interface DelegatingContext extends Context {
  /** The context that it stands for now. */
  target: Context;
}

/** Makes a context that stands for another one, which can be replaced until somebody asks. */
export function createDelegatingContext(target: Context): DelegatingContext {
  const delegating: DelegatingContext = {
    target,
    getValue: (key) => delegating.target.getValue(key),
    setValue: (key, value) => delegating.target.setValue(key, value),
    deleteValue: (key) => delegating.target.deleteValue(key),
  };
  return delegating;
}
