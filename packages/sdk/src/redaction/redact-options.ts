/** What is kept from leaving the process, beside what Clew knows to be a secret. */
export interface RedactOptions {
  /** Whether Clew's own list is used. */
  defaults?: boolean;
  /**
   * Names of attributes, and of fields in the body of a log record, whose values are replaced; `*` stands for any
   * characters. What is nested has a dot between the names. Env: `CLEW_REDACT_ATTRIBUTES`.
   */
  attributes?: readonly string[];
  /** More names of query parameters, in any case and with any separators. Env: `CLEW_REDACT_PARAMETERS`. */
  parameters?: readonly string[];
  /** What matches in a text is replaced. As text, they are the sources of regular expressions. */
  patterns?: readonly (RegExp | string)[];
  /**
   * Asked for every text that leaves the process, after all else has been redacted: returns what is sent instead, or
   * undefined to send it. What it throws at is not sent.
   *
   * @param name of the attribute; of what is none, `span.name`, `span.status.message`, `event.name` or `log.body`
   */
  value?: (name: string, text: string) => string | undefined;
  /** Attributes whose values are replaced by their HMAC-SHA256: what was equal still is, in all services. */
  hash?: {
    /** The same in all services; keep it as a secret. Without one the attributes are withheld. */
    key: string | undefined;
    /** Names as in `attributes`. */
    attributes: readonly string[];
  };
}

/** The same with every default. */
export interface ResolvedRedactOptions extends Readonly<Required<Omit<RedactOptions, 'value' | 'hash'>>> {
  readonly value: RedactOptions['value'];
  readonly hash: RedactOptions['hash'];
}
