/** Symbols under which a pino logger keeps what it writes lines with. */
export type PinoSymbols = Readonly<Record<(typeof PARTS)[number], symbol>>;

const PARTS = [
  'asJson',
  'mixin',
  'mixinMergeStrategy',
  'chindings',
  'serializers',
  'formatters',
  'stringifiers',
] as const;

/** Finds them on a logger, by their descriptions: pino is not ours to import. `undefined` if one is missing. */
export function pinoSymbols(logger: object): PinoSymbols | undefined {
  const found = new Map<string | undefined, symbol>();
  for (let each: object | null = logger; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    for (const symbol of Object.getOwnPropertySymbols(each)) found.set(symbol.description, symbol);
  }
  const entries = PARTS.map((part) => [part, found.get(`pino.${part}`)] as const);
  return entries.some(([, symbol]) => symbol === undefined) ? undefined : (Object.fromEntries(entries) as PinoSymbols);
}
