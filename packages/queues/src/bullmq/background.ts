import { context, createContextKey, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { lightContext } from '@clew/spans/internal';

import { withoutTracing, withTracing } from '../suppressed.ts';

// The API makes one key of one name, so copies of this module read what another copy wrote.
const FOREGROUND = createContextKey('clew.bullmq.foreground');

const BARE = withoutTracing(lightContext(ROOT_CONTEXT));

/**
 * A context for what a client does itself: its commands make no spans. There is no span in it either, without which the
 * instrumentations of databases do not even look at a command.
 */
export function inBackground(given: Context): Context {
  return BARE.setValue(FOREGROUND, withTracing(given));
}

/** The context of a client's constant work, which belongs to nobody, wherever it was started. */
export const NOBODY: Context = inBackground(ROOT_CONTEXT);

/**
 * The context for listeners of an event that is emitted in the background.
 *
 * @param ofNoJob events that tell of another job than the one that was handled before, or of none
 */
export function foregroundFor(event: unknown, ofNoJob: ReadonlySet<unknown>): Context | undefined {
  const foreground = context.active().getValue(FOREGROUND) as Context | undefined;
  return foreground !== undefined && ofNoJob.has(event) ? ROOT_CONTEXT : foreground;
}
