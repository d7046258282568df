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
  password passwd pass passphrase passcode pwd pswd passkey secret token jwt authorization cookie credential credentials
  apikey accesskey accesskeyid secretkey privatekey signingkey encryptionkey accountkey subscriptionkey authkey sharedkey
  masterkey appkey sessionkey licensekey servicekey functionskey storagekey deploykey writekey sshkey hmackey
  instrumentationkey ingestionkey consumerkey secretkeybase jwtassertion csrf xsrf mnemonic seedphrase
  securitycode verificationcode recoverycode backupcode mfacode onetimecode
  passwords passphrases passcodes secrets cookies jwts apikeys accesskeys secretkeys privatekeys authkeys sshkeys
  accesstokens refreshtokens idtokens authtokens apitokens sessiontokens bearertokens recoverycodes backupcodes`);

const CREDENTIALS: ReadonlySet<string> = new Set(
  words(`
  sharedaccesssignature bearer creds xamzsignature xgoogsignature xhubsignature xhubsignature256 stripesignature
  xslacksignature xtwiliosignature xauth xauthkey samlresponse cvv cvv2 cvc
  authcode authorizationcode devicecode codeverifier clientassertion oauthverifier
  jsessionid phpsessid netsessionid connectsid laravelsession xsessionid xrapidapikey xhoneycombteam xmsclientprincipal
  xamznoidcdata`),
);

/** Too short for an ending of any word, but credentials as the last word of a name: `db_pw`, `loginOtp`. */
const SHORT_CREDENTIALS: ReadonlySet<string> = new Set(words('pw psw otp totp'));

/** Words behind the name of a credential that leave its value one: `password_confirmation`, `tokenHash`. */
const SUFFIXES = words(`
  confirmation confirm confirmed again repeat repeated retype verify verification hashed hash digest salt encrypted
  encoded base64 b64 hex plaintext cleartext plain value string text raw old new current previous`);

/** They end like a credential and are places in a list, or other things. */
const NO_CREDENTIALS: ReadonlySet<string> = new Set(
  words('pagetoken nextpagetoken prevpagetoken nexttoken continuationtoken synctoken canceltoken bypass compass'),
);

/** In a header of a request or response, such names mean a secret that would be something else in other places. */
const SECRET_HEADER = /(?:session|sessionid|sid|signature|signaturev?\d{1,3}|auth|key)$/;
const PUBLIC_HEADERS: ReadonlySet<string> = new Set(
  words('idempotencykey xidempotencykey secwebsocketkey cachekey xcachekey surrogatekey xsurrogatekey partitionkey'),
);
const HEADERS_OF = new Set(words('header headers metadata'));

/** Signatures of clouds; what OAuth, OpenID Connect, SAML and CAS hand over; sessions and one-time codes. */
const PARAMETERS: ReadonlySet<string> = new Set(
  words(`
  signature sig keypairid policy googleaccessid ossaccesskeyid xosssignature xosscredential
  qsignature qak sign xobssignature xobscredential xbcesignature hmac
  code usercode assertion oauthsignature samlrequest ticket auth key session sessionid sid sessid pin`),
);

/** Parts of the names above, at least one in each, and the words that credentials follow without a name. */
const HINT =
  /pass|pwd|pswd|secret|token|jwt|auth|cookie|key|cred|x[-_]?amz|sess|sig|code|policy|accessid|assertion|verifier|saml|ticket|hmac|csrf|xsrf|mnemonic|seed|cvv|cvc|connect\.?sid|honeycomb|principal|(?:pw|psw|otp)(?![a-z])|(?<![a-z])(?:q[-_]?ak|sid|pin)(?![a-z])|bearer|basic|aws4|identified/i;
const SEPARATORS = /[-_\s+]/g;
const PARTS = /[.[\]:/\\]+/;
/** A name is joined of so many parts at most: `aws.secret.access.key`. */
const MAX_PARTS = 4;
const MAX_NAME_LENGTH = 256;
const MAX_ENCODINGS = 4;

/** @param more names of the user that mean a secret in a query, and in front of `=` or `:` in any text */
export function createSecretNames(withDefaults: boolean, more: readonly string[]): SecretNames {
  const own: ReadonlySet<string> = new Set(more.map(normalized));
  const isCredential = remembering((name) => {
    return (withDefaults && name.length <= MAX_NAME_LENGTH && isKnownCredential(name)) || own.has(normalized(name));
  });
  const isParameter = remembering((encoded) => {
    const name = decoded(encoded);
    return isCredential(name) || (withDefaults && PARAMETERS.has(normalized(name)));
  });
  return {
    isCredential,
    isParameter: (encoded) => encoded !== '' && encoded.length <= MAX_NAME_LENGTH && isParameter(encoded),
    mayBeIn: (text) => own.size > 0 || (withDefaults && HINT.test(text)),
  };
}

/** `password` of `user.password`, `user[password]` and `password[0]`, and `api.key`, whose parts are one name. */
function isKnownCredential(name: string): boolean {
  const parts = name.split(PARTS).filter((part) => part !== '' && !/^\d+$/.test(part));
  const [last = ''] = parts.slice(-1);
  if (SHORT_CREDENTIALS.has(lastWord(last)) || isSecretHeader(parts)) return true;
  let joined = '';
  for (const part of parts.slice(-MAX_PARTS).toReversed()) {
    joined = normalized(part) + joined;
    if (isKnown(joined)) return true;
    if (NO_CREDENTIALS.has(joined)) return false;
  }
  return false;
}

/** Texts have the same names again and again. Those that an application makes up as it goes are not kept. */
function remembering(find: (name: string) => boolean): (name: string) => boolean {
  const known = new Map<string, boolean>();
  return (name) => {
    const answer = known.get(name);
    if (answer !== undefined) return answer;
    const found = find(name);
    if (known.size < MAX_REMEMBERED && name.length <= MAX_REMEMBERED_LENGTH) known.set(name, found);
    return found;
  };
}

const MAX_REMEMBERED = 1024;
const MAX_REMEMBERED_LENGTH = 64;

function isKnown(name: string): boolean {
  const bare = name.replace(/\d+$/, ''); // `password2`
  if (CREDENTIALS.has(name) || CREDENTIALS.has(bare) || isEnding(bare)) return true;
  const suffix = SUFFIXES.find((each) => bare.endsWith(each) && bare.length > each.length);
  return suffix !== undefined && isEnding(bare.slice(0, -suffix.length).replace(/\d+$/, ''));
}

function isEnding(name: string): boolean {
  return CREDENTIAL_ENDINGS.some((ending) => name.endsWith(ending)) && !NO_CREDENTIALS.has(name);
}

/** A header that was captured, as `http.request.header.x-session-id` or in a field `headers` of a log line. */
function isSecretHeader(parts: readonly string[]): boolean {
  const [container = '', name = ''] = parts.slice(-2).map(normalized);
  return parts.length > 1 && HEADERS_OF.has(container) && SECRET_HEADER.test(name) && !PUBLIC_HEADERS.has(name);
}

function lastWord(name: string): string {
  const words = name.split(/[-_\s]|(?<=[a-z\d])(?=[A-Z])/);
  return (words.at(-1) ?? '').toLowerCase().replace(/\d+$/, '');
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
