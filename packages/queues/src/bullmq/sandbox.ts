import { context, propagation, ROOT_CONTEXT, type Context } from '@opentelemetry/api';
import { guard } from '@clew/diagnostics';
import { withIncoming, withTarget } from '@clew/spans';

import { textMap } from '../carriers/text-map.ts';
import { replaceOnce } from '../replace-once.ts';
import { withHandling } from './handling.ts';
import { fieldsIn, metadataOf } from './job-metadata.ts';
import type { HandledJob } from './job-plan.ts';

/** A job as it is sent to the process or thread of a sandboxed processor. */
interface SandboxedJob extends HandledJob {
  readonly opts?: { readonly telemetry?: object } | undefined;
  readonly queueName?: unknown;
}

/** Says that the fields beside it are those of the span of the job itself. */
const IN_SPAN = 'clew-in-span';

/** The context of a job's span, where it was taken into the sandbox that this is. */
export function contextInSandbox(job: HandledJob): Context | undefined {
  const fields = fieldsIn(metadataOf(job.opts));
  return fields !== undefined && IN_SPAN in fields ? contextOf(fields) : undefined;
}

/** Has a job take the context of its span along into a sandbox, in the place of the one that it was added with. */
export function takeIntoSandbox(job: object, inSpan: Context, method = 'asJSONSandbox'): void {
  replaceOnce<unknown>(job, method, (original) => {
    return function toSandbox(this: unknown, ...args) {
      const json = original.apply(this, args) as SandboxedJob;
      return guard('taking the context into a sandbox', json, () => {
        const fields: Record<string, string> = {};
        propagation.inject(withTarget(inSpan, { kind: 'child' }), fields);
        const metadata = JSON.stringify({ ...fields, [IN_SPAN]: 'true' });
        const telemetry = { ...json.opts?.telemetry, metadata };
        return { ...json, opts: { ...json.opts, telemetry } };
      });
    };
  });
}

/** The methods of the class `ChildProcessor` that are replaced: it runs in the sandbox. */
export const CHILD_METHODS = ['start'] as const;

/** Has sandboxed processors run in the context that a traced worker hands to them. */
export function traceChildProcessor(prototype: object): void {
  replaceOnce<unknown>(prototype, 'start', (original) => {
    return function start(this: unknown, ...args) {
      const inSpan = guard('the context of a sandboxed job', undefined, () => sandboxContext(args[0] as SandboxedJob));
      return inSpan === undefined ? original.apply(this, args) : context.with(inSpan, () => original.apply(this, args));
    };
  });
}

function sandboxContext(job: SandboxedJob): Context | undefined {
  const received = contextInSandbox(job);
  return received !== undefined && typeof job.queueName === 'string' ? withHandling(received, job.queueName) : received;
}

function contextOf(fields: object): Context {
  return propagation.extract(withIncoming(ROOT_CONTEXT, { kind: 'child' }), fields, {
    get: (each, name) => textMap.get(each as Record<string, unknown>, name),
    keys: (each) => Object.keys(each),
  });
}
