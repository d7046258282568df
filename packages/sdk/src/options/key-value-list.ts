import { isRecord, type OptionKind } from './option-kind.ts';

/** Letters that RFC 9110 allows in a header's name. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
/** Characters that Node accepts in a header's value: visible ASCII, space and tab, and Latin-1. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that the transport writes itself, over HTTP/1.1 or HTTP/2; one more of them makes every request fail. */
const OWN_HEADERS: ReadonlySet<string> = new Set([
  ...'content-length content-type content-encoding host user-agent expect te trailer upgrade'.split(' '),
  ...'connection proxy-connection keep-alive transfer-encoding http2-settings'.split(' '),
]);

type Pairs = Readonly<Record<string, string>>;

/**
 * `name=value,name=value` with percent-encoded values, as `OTEL_EXPORTER_OTLP_HEADERS` has it. A pair that no HTTP
 * request could carry is a problem and left out; the others are used. A bare space in a value is a problem to the
 * specification but clear in its meaning, so it is named and used. Problems name the header, never its value.
 *
 * @see https://opentelemetry.io/docs/specs/otel/protocol/exporter/#specifying-headers-via-environment-variables
 */
export const headers: OptionKind<Pairs> = {
  ...pairs('headers', headerProblem, (name, encoded) =>
    encoded.includes(' ') ? `has a bare space in the header ${name}; write it as %20` : undefined,
  ),
  accepts: (value): value is Pairs => isRecord(value) && Object.entries(value).every(isHeader),
  advise(value) {
    if (!isRecord(value)) return typeof value === 'string' ? 'write an object, as in { "api-key": "…" }' : undefined;
    const [name, content] = Object.entries(value).find((entry) => !isHeader(entry)) ?? [''];
    return typeof content === 'string' ? `it ${headerProblem(name, content)}` : `${name} is not a string`;
  },
  salvage(value) {
    const good = isRecord(value) ? Object.entries(value).filter(isHeader) : [];
    return good.length > 0 ? { value: Object.fromEntries(good) as Pairs } : {};
  },
};

/**
 * `name=value,name=value` with percent-encoded names and values, as `OTEL_RESOURCE_ATTRIBUTES` has it.
 *
 * @see https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
export const attributes: OptionKind<Pairs> = pairs('attributes', () => undefined);

/** The one check of a header, whatever source it comes from. */
function isHeader([name, content]: [string, unknown]): boolean {
  return typeof content === 'string' && headerProblem(name, content) === undefined;
}

const isOwnHeader = (name: string) => OWN_HEADERS.has(name) || name.startsWith('grpc-');

function headerProblem(name: string, value: string): string | undefined {
  if (!HEADER_NAME.test(name)) return 'has an invalid header name (stray space or quotes?)';
  if (isOwnHeader(name.toLowerCase())) return `sets ${name}, which the exporter writes itself`;
  if (!HEADER_VALUE.test(value)) return `has a line break or a non-Latin character in the header ${name}`;
  return undefined;
}

function pairs(
  what: string,
  problemOf: (name: string, value: string) => string | undefined,
  hintAt: (name: string, encoded: string) => string | undefined = () => undefined,
): OptionKind<Pairs> {
  return {
    type: 'Readonly<Record<string, string>>',
    expected: `an object of ${what}: names and strings`,
    accepts: (value): value is Pairs => isRecord(value) && Object.values(value).every((v) => typeof v === 'string'),
    parse(text) {
      const value: Record<string, string> = Object.create(null) as Record<string, string>;
      let problem: string | undefined;
      for (const item of text.split(',')) {
        if (item.trim() === '') continue;
        const equals = item.indexOf('=');
        const name = decode(item.slice(0, equals).trim());
        const content = decode(item.slice(equals + 1).trim());
        if (equals <= 0 || !name) problem ??= 'has an entry without name or equals sign; write name=value';
        else if (content === undefined) problem ??= `has a broken percent sign in ${name}; write %25 for %`;
        else {
          const wrong = problemOf(name, content);
          if (wrong === undefined) value[name] = content;
          problem ??= wrong ?? hintAt(name, item.slice(equals + 1).trim());
        }
      }
      const any = Object.keys(value).length > 0;
      return { ...(any && { value }), ...(problem !== undefined && { problem }) };
    },
  };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
