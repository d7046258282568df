import type { Instrumentation } from '@opentelemetry/instrumentation';

import { bearingHooks } from './bearing-hooks.ts';
import type { Target } from '../otel/catalogue.ts';
import type { InstrumentationClass, LibraryRow, LoadPart, OwnRow, Start, Surroundings } from './library-row.ts';
import { TARGETS } from './targets.generated.ts';

/** A library and its instrumentation, whoever wrote it: a row with nothing left out. */
export interface Library {
  readonly name: string;
  readonly modules: readonly string[];
  readonly withFiles: readonly string[];
  readonly replaces: readonly string[];
  readonly starts: Start;
  readonly isOnByDefault: boolean;
  mend(instrumentation: Instrumentation): void;
  wants(surroundings: Surroundings): boolean;
  config(surroundings: Surroundings, own: object): object;
  load(part: LoadPart): InstrumentationClass;
}

/** The libraries of the catalogue as far as the table replaces none, changed as it says, and those of the table itself. */
export function librariesOf(table: readonly LibraryRow[]): Library[] {
  const own = table.filter((row) => 'load' in row);
  const replaced = new Set(own.flatMap(({ replaces = [] }) => replaces));
  const rows = new Map(table.filter((row) => !('load' in row)).map((row) => [row.name, row]));
  const ofCatalogue = TARGETS.filter(({ name }) => !replaced.has(name)).map((target) => ({
    ...fromCatalogue(target),
    ...rows.get(target.name),
  }));
  return [
    ...ofCatalogue.map((row) => ({ ...DEFAULTS, ...bearing(row) })),
    ...own.map((row) => ({ ...DEFAULTS, ...row })),
  ];
}

function bearing<Row extends LibraryRow>(row: Row): Row {
  const { name, config = DEFAULTS.config } = row;
  return { ...row, config: (surroundings, own) => config(surroundings, bearingHooks(name, own)) };
}

const DEFAULTS: Omit<Library, 'name' | 'load'> = {
  modules: [],
  withFiles: [],
  replaces: [],
  starts: 'with its module',
  isOnByDefault: true,
  mend: () => {},
  wants: () => true,
  config: (_surroundings, own) => own,
};

function fromCatalogue({ name, modules, withFiles, packageName, className }: Target): OwnRow {
  return {
    name,
    modules,
    withFiles,
    load(part) {
      const exports = part(name) as Record<string, new () => Instrumentation>;
      const Instrumentation = exports[className];
      if (Instrumentation === undefined) throw new TypeError(`${packageName} has no ${className}`);
      return Instrumentation;
    },
  };
}
