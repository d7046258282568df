/** What stands where a secret stood, in upper case and of this length in every signal. */
export const REDACTED = 'REDACTED';

/**
 * What stands there while a text is searched: a noncharacter of Unicode, which no text has. What a text itself says of
 * being redacted, such as `token=REDACTEDreal`, counts for nothing.
 *
 * @see https://www.unicode.org/faq/private_use.html#noncharacters
 */
export const MARK = '\uFDD0';
