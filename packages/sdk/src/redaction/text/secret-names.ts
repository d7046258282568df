/** Tells by its name whether a value is a secret. Names are compared without case, `-`, `_` and spaces. */
export interface SecretNames {
  /** A name that means a secret wherever it stands, such as `password`, `DB_PASSWORD` or `x-api-key`. */
  isCredential(name: string): boolean;
  /** A name that means a secret in a query, such as `code` or `sig`; percent-encoded or not. Credentials are, too. */
  isParameter(name: string): boolean;
  /** Whether a text may hold a name of a secret that is not percent-encoded: a quick answer that says yes too often. */
  mayBeIn(text: string): boolean;
}

/** Whatever their name begins with: `reset_token`, `userPassword`. */
const CREDENTIAL_ENDINGS = words(`
  password passwd pass passphrase passcode pwd secret token jwt authorization cookie
  apikey accesskey secretkey privatekey signingkey encryptionkey accountkey subscriptionkey
  jwtassertion`);

const CREDENTIALS: ReadonlySet<string> = new Set(
  words(`
  pw psw credentials accesskeyid awsaccesskeyid cookies sharedaccesssignature
  xamzsignature xamzcredential xgoogsignature xgoogcredential xauth xauthkey otp totp samlresponse
  authcode authorizationcode devicecode codeverifier clientassertion oauthverifier jsessionid phpsessid netsessionid`),
);

/** They end like a credential and are places in a list, or other things. */
const NO_CREDENTIALS: ReadonlySet<string> = new Set(
  words('pagetoken nextpagetoken prevpagetoken nexttoken continuationtoken synctoken canceltoken bypass compass'),
);

/** Signatures of clouds; what OAuth, OpenID Connect, SAML and CAS hand over; sessions and one-time codes. */
const PARAMETERS: ReadonlySet<string> = new Set(
  words(`
  signature sig keypairid policy googleaccessid ossaccesskeyid xosssignature xosscredential
  qsignature qak sign xobssignature xobscredential xbcesignature hmac
  code usercode assertion oauthsignature samlrequest ticket auth key session sessionid sid sessid pin`),
);

/** Parts of the names above, at least one in each, and the words that credentials follow without a name. */
const HINT =
  /pass|pwd|secret|token|jwt|auth|cookie|key|credential|x[-_]?amz|sess|sig|code|policy|accessid|assertion|verifier|saml|ticket|hmac|(?<![a-z])(?:pw|psw|q[-_]?ak|sid|t?otp|pin)(?![a-z])|bearer|basic|aws4|identified/i;
const SEPARATORS = /[-_\s+]/g;
const MAX_NAME_LENGTH = 256;
const MAX_ENCODINGS = 4;

/** @param more names of the user that mean a secret in a query, and in front of `=` or `:` in any text */
export function createSecretNames(withDefaults: boolean, more: readonly string[]): SecretNames {
  const own: ReadonlySet<string> = new Set(more.map(normalized));
  const isCredential = (name: string) => {
    return (withDefaults && isKnownCredential(normalized(lastPart(name)))) || own.has(normalized(name));
  };
  return {
    isCredential,
    isParameter(encoded) {
      if (encoded === '' || encoded.length > MAX_NAME_LENGTH) return false;
      const name = decoded(encoded);
      return isCredential(name) || (withDefaults && PARAMETERS.has(normalized(name)));
    },
    mayBeIn: (text) => own.size > 0 || (withDefaults && HINT.test(text)),
  };
}

function isKnownCredential(name: string): boolean {
  if (CREDENTIALS.has(name)) return true;
  return CREDENTIAL_ENDINGS.some((ending) => name.endsWith(ending)) && !NO_CREDENTIALS.has(name);
}

/** `password` of `user.password`, `user[password]` and `password[]`. */
function lastPart(name: string): string {
  if (!/[.[]/.test(name)) return name;
  return name.split(/[.[\]]+/).findLast((part) => part !== '') ?? name;
}

function normalized(name: string): string {
  return name.replace(SEPARATORS, '').toLowerCase();
}

/** Decodes as often as it was encoded; what is no encoding stays. */
function decoded(text: string): string {
  let name = text;
  for (let i = 0; i < MAX_ENCODINGS && name.includes('%'); i++) {
    try {
      name = decodeURIComponent(name);
    } catch {
      return name;
    }
  }
  return name;
}

function words(text: string): string[] {
  return text.trim().split(/\s+/);
}
