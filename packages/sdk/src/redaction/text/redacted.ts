/** Text in the place of a secret, in upper case and of this length in every signal. */
export const REDACTED = 'REDACTED';

/**
 * Text in that place while a text is searched: a noncharacter of Unicode, which no text has. A `REDACTED` of the text's
 * own, as in `token=REDACTEDreal`, counts for nothing.
 *
 * @see https://www.unicode.org/faq/private_use.html#noncharacters
 */
export const MARK = '\uFDD0';
