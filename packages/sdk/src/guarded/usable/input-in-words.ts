const QUOTED_LENGTH = 60;

/** What kind of value the application gave, for a message: `undefined`, `null`, `symbol` … Never the value itself. */
export function kindOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** A name as it stands in a message: in quotes, on one line, its end cut off where it is long. */
export function quote(name: string): string {
  return JSON.stringify(name.length > QUOTED_LENGTH ? `${name.slice(0, QUOTED_LENGTH)}…` : name);
}
