import type { BullmqOptions } from './job-plan.ts';

// The preload and the application may each have a copy of this module.
const OPTIONS: unique symbol = Symbol.for('clew.bullmq.options') as never;

/** Marks a telemetry, a worker, or the prototype of workers, as ours, with its options. */
export function markOptions<Marked extends object>(object: Marked, options: BullmqOptions): Marked {
  Reflect.defineProperty(object, OPTIONS, { value: options, configurable: true });
  return object;
}

/** The options of an object itself, and not of its prototype. */
export function optionsOn(object: object): BullmqOptions | undefined {
  return Object.hasOwn(object, OPTIONS) ? markedOptions(object) : undefined;
}

/** The options of what is ours, or of its prototype; `undefined` for everything else. */
export function markedOptions(object: object): BullmqOptions | undefined {
  return (object as { [OPTIONS]?: BullmqOptions })[OPTIONS];
}
