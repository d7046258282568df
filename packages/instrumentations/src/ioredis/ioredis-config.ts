import type { Span } from '@opentelemetry/api';
import type { InstrumentationConfig } from '@opentelemetry/instrumentation';

import type { CommandArgs } from './query-text.ts';

/** Options, with the names of OpenTelemetry's `IORedisInstrumentationConfig`. What a function throws is reported. */
export interface IoredisInstrumentationConfig extends InstrumentationConfig {
  /** Makes `db.query.text`. Default: the name, and the arguments that hold no values. */
  dbStatementSerializer?(name: string, args: CommandArgs): string;
  /** Called with the span of a command before the command is sent. */
  requestHook?(span: Span, info: IoredisRequest): void;
  /** Called with what the server has answered. */
  responseHook?(span: Span, name: string, args: CommandArgs, response: unknown): void;
  /** Whether a command outside of any span has none. Default: true. */
  requireParentSpan?: boolean;
}

export interface IoredisRequest {
  readonly moduleVersion?: string;
  readonly cmdName: string;
  readonly cmdArgs: CommandArgs;
}
