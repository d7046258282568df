import type { Instrumentation } from '@opentelemetry/instrumentation';

import type { ResolvedOptions } from '../options/options.ts';

/** Everything that is known of one library. A row of the table is all that a new library needs here. */
export type LibraryRow = OwnRow | CatalogueRow;

/** A row for an instrumentation of our own. */
export interface OwnRow extends CatalogueRow {
  /** Loads the instrumentation's class. Runs once, when the instrumentation starts. */
  load(part: LoadPart): InstrumentationClass;
  /** Packages and builtins; the instrumentation starts before the first of them is loaded. Default: none. */
  readonly modules?: readonly string[];
  /** Those of `modules` in which it patches files besides the entry. Default: none. */
  readonly withFiles?: readonly string[];
  /** Short names of the instrumentations of the catalogue that it stands in for. Default: none. */
  readonly replaces?: readonly string[];
}

/** A row for an instrumentation of the catalogue, which knows class and modules: the row has what is special about it. */
interface CatalogueRow {
  /** Short name, as in `OTEL_NODE_ENABLED_INSTRUMENTATIONS` and the `instrumentations` option. */
  readonly name: string;
  /** Default: with its module. */
  readonly starts?: Start;
  /** Whether it is on where the options do not name it. Default: true. */
  readonly isOnByDefault?: boolean;
  /** Whether the one of the catalogue injects into messages, from the context of a producer span. Default: false. */
  readonly sendsMessages?: boolean;
  /** Takes harm out of the one of the catalogue; runs when it is constructed, before it patches. Default: nothing. */
  mend?(instrumentation: Instrumentation): void;
  /** Whether there is anything for it to do; if not, it stays off, whatever the options say of it. Default: there is. */
  wants?(surroundings: Surroundings): boolean;
  /** Makes the constructor's argument of what the `instrumentations` option has for this library. Default: just that. */
  config?(surroundings: Surroundings, own: object): object;
}

/** When an instrumentation is loaded: before its first module, at the start of the process, or by a message. */
export type Start = 'with its module' | 'at once' | FirstMessage;

/**
 * The instrumentation is loaded with the first message on one of these channels of `diagnostics_channel`, unless one of its modules
 * came before.
 */
export interface FirstMessage {
  readonly channels: readonly string[];
  /** Gives it that message, which it was too late for. */
  handOn(instrumentation: Instrumentation, message: unknown): void;
}

/** Loads the bundle of one library's instrumentation, by the library's short name; gives what it exports. */
export type LoadPart = (name: string) => unknown;

/** The process that instrumentations are started in. */
export interface Surroundings {
  readonly options: ResolvedOptions;
  readonly env: NodeJS.ProcessEnv;
  /** Whether the process still belongs to the trace that started it. */
  isStartingUp(): boolean;
  readonly loadPart: LoadPart;
}

export type InstrumentationClass = new (config: never) => Instrumentation;
