/** Values of the options `redact.*`: what is kept from leaving the process. */
export interface ResolvedRedactOptions {
  readonly defaults: boolean;
  readonly attributes: readonly string[];
  readonly parameters: readonly string[];
  readonly patterns: readonly (RegExp | string)[];
  readonly value: RedactValue | undefined;
  readonly hash: RedactHash | undefined;
}

/**
 * Returns the text that is sent instead, or undefined to send it as it is.
 *
 * @param name of the attribute; elsewhere `span.name`, `span.status.message`, `event.name` or `log.body`
 */
export type RedactValue = (name: string, text: string) => string | undefined;

/** Attributes that are sent as an HMAC-SHA256, and its key. */
export interface RedactHash {
  /** The same in all services; keep it as a secret. Without one the attributes are withheld. */
  key: string | undefined;
  /** Names as in `redact.attributes`. */
  attributes: readonly string[];
}
