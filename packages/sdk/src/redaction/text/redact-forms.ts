import { MARK } from './redacted.ts';

/**
 * Replaces what is a secret by its form, whatever its name: private keys in PEM, signed tokens (JWT), and tokens of
 * vendors that have a prefix for that purpose, such as `ghp_…`, `sk_live_…` and `xoxb-…`.
 */
export function redactForms(text: string): string {
  return text.replace(PEM, `$1${MARK}`).replace(TOKEN, MARK);
}

/** Whether a text may have such a secret: a quick answer, which says yes too often. */
export function mayHaveForm(text: string): boolean {
  return text.length >= MIN_LENGTH && HINT.test(text);
}

const MIN_LENGTH = 20;
// Asked of every text, so each begins with a character that is rare in others.
const HINT =
  /J(?<=eyJ)|K(?<=AK)IA|SIA(?<=ASIA)|z(?<=AIz)a|G(?<=SG)\.|xox|9(?<=ya29)\.|k(?<=sk)-|-(?<=xapp-|glpat-|-----)[\w-]|_\w{16}/;

/** To its end, or as far as it goes where the end is cut off. A line break may be written as `\n`. */
const PEM =
  /(-----BEGIN (?:[A-Z]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----)(?:[\w+/=\s:,.\\]|-(?!----))+(?:-----END [A-Z ]{1,40}-----)?/g;

// Each begins where no word is under way, so that no text is looked at twice.
const TOKEN = new RegExp(
  [
    String.raw`eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*(?:\.[\w-]*\.[\w-]*)?`,
    String.raw`(?:gh[opsur]|github_pat|npm|hf|shp(?:at|ca|pa|ss)|dop_v1|glsa|lin_api|pul|rk_live|rk_test|sk_live|sk_test|whsec)_\w{16,}`,
    String.raw`(?:AKIA|ASIA)[A-Z\d]{16}(?![\w-])`,
    String.raw`AIza[\w-]{30,}`,
    String.raw`SG\.[\w-]{16,}\.[\w-]{16,}`,
    String.raw`ya29\.[\w-]{16,}`,
    String.raw`(?:xox[abeoprs]|xapp|glpat)-[\w-]{10,}`,
    String.raw`sk-(?=[\w-]*\d)[\w-]{20,}`,
  ]
    .map((form) => `(?:${form})`)
    .join('|')
    .replace(/^.*$/s, String.raw`(?<![\w-])(?:$&)`),
  'g',
);
