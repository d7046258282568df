/** Texts in which each secret stands between `«` and `»`. */
export const SECRET_TEXTS: readonly (readonly [kind: string, marked: string])[] = [
  // Signed URLs of the clouds
  [
    'AWS, version 4',
    'https://b.s3.amazonaws.com/o?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=«AKIAX%2F20260101%2Fus-east-1%2Fs3%2Faws4_request»&X-Amz-Date=20260101T000000Z&X-Amz-Expires=900&X-Amz-Security-Token=«IQoJb3%2B»&X-Amz-SignedHeaders=host&X-Amz-Signature=«5d672d79»',
  ],
  [
    'AWS, version 2',
    'https://b.s3.amazonaws.com/o?AWSAccessKeyId=«AKIAX»&Expires=1175139620&Signature=«vjbyPxybdZaNmGa%2ByT272YEAiv4%3D»',
  ],
  ['AWS in lower case', '/o?x-amz-signature=«5d672d79»&x-amz-expires=900'],
  [
    'Google, version 4',
    'https://storage.googleapis.com/b/o?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=«a%40b%2F20260101»&X-Goog-Signature=«247a2aa4»',
  ],
  [
    'Google, version 2',
    'https://storage.googleapis.com/b/o?GoogleAccessId=«robot@example.com»&Expires=1388534400&Signature=«Oa1%2B»',
  ],
  [
    'Azure SAS',
    'https://a.blob.core.windows.net/c?sv=2024-11-04&sr=c&sp=rl&se=2026-01-01T00%3A00%3A00Z&sig=«Z%2FRHIX5Xcg0Mq2rqI3OlWTjEg2tYkboXr1P9ZUXDtkk%3D»',
  ],
  [
    'CloudFront',
    'https://d1.cloudfront.net/i.jpg?Policy=«eyJTdGF0»&Signature=«nitfHRCr»&Key-Pair-Id=«K2JCJMDEHXQW5F»&v=1',
  ],
  [
    'Alibaba',
    'https://b.oss-cn-hangzhou.aliyuncs.com/o?OSSAccessKeyId=«nz2pc56s»&Expires=1141889120&Signature=«vjbyPx»',
  ],
  [
    'Alibaba with a session',
    '/o?x-oss-signature=«77Dv»&x-oss-credential=«LTAI%2F2026»&x-oss-security-token=«CAIS»&x-oss-expires=60',
  ],
  ['Tencent', '/o?q-sign-algorithm=sha1&q-ak=«AKIDQ»&q-sign-time=1;2&q-signature=«3f10»'],

  // Names of parameters
  ['token', 'https://api.example.com/v1/me?token=«abc»&page=2'],
  ['access_token', 'https://api.example.com/v1/me?access_token=«abc»'],
  ['refresh_token first, in a form', 'refresh_token=«abc»&grant_type=refresh_token'],
  ['id_token in a fragment', 'https://app.example.com/cb#id_token=«a.b.c»&expires_in=3600'],
  ['access_token in a fragment alone', '#access_token=«abc»&token_type=bearer'],
  ['code', '/callback?code=«4/0AX4»&state=xyz'],
  ['password', '/login?user=ann&password=«p%40ss»'],
  ['passwd', '/login?passwd=«p»&user=ann'],
  ['pwd in capitals', '/login?user=ann&PWD=«p»'],
  ['secret and client_secret', '/t?secret=«a»&client_secret=«b»&scope=all'],
  ['api_key', '/v1?api_key=«k»'],
  ['apikey', '/v1?apikey=«k»&q=1'],
  ['api-key', '/v1?api-key=«k»'],
  ['apiKey', '/v1?apiKey=«k»'],
  ['key', 'https://maps.googleapis.com/maps/api/geocode/json?address=x&key=«AIza»'],
  ['session', '/x?session=«s»&y=1'],
  ['sessionid', '/x?SessionId=«s»'],
  ['auth', '/x?auth=«a»&b=1'],
  ['jwt', '/x?jwt=«eyJhbGciOi.eyJzdWIi.SflKx»'],
  ['otp', '/x?otp=«123456»'],
  ['a token of its own kind', '/reset?reset_token=«r»&lang=de'],
  ['SAML', '/acs?SAMLResponse=«PHNhbWw%2B»&RelayState=1'],
  ['several secrets of one name', '/x?token=«a»&token=«b»&n=1'],

  // How parameters are written
  ['a name in capitals', '/x?TOKEN=«a»'],
  ['a percent-encoded letter in the name', '/x?%74oken=«a»&y=1'],
  ['a name that is encoded throughout', '/x?%70%61%73%73%77%6F%72%64=«a»'],
  ['semicolons between', '/x?a=1;token=«b»;c=3'],
  ['a semicolon in the value', '/x?a=1&token=«b;c»&d=3'],
  ['a parameter of a path', '/shop/cart;jsessionid=«AB12.node1»/items?page=2'],
  ['a parameter at the end of a path', '/shop;jsessionid=«AB12»'],
  ['a name with a bracket', '/x?user[password]=«p»&user[name]=ann'],
  ['a name with an encoded bracket', '/x?user%5Bpassword%5D=«p»&user%5Bname%5D=ann'],
  ['equals signs in the value', '/x?token=«YWJj==»&y=1'],
  ['a slash and a question mark in the value', '/x?token=«a/b?c»&y=1'],
  ['no value for a neighbour', '/x?flag&token=«a»&'],
  ['a broken percent sign', '/x?%=1&%zz=2&token=«a%»&y=%'],
  ['HTML', '<a href="/x?a=1&amp;token=«b»&amp;c=2">'],
  ['JSON that escapes ampersands', '{"u":"/x?a=1\\u0026token=«b»\\u0026c=2"}'],
  ['letters beyond ASCII', '/straße?größe=1&token=«ü»&ort=köln'],

  // URLs in URLs and in texts
  ['a URL in a query', '/go?redirect=https%3A%2F%2Fx.com%2F%3Ftoken%3D«abc»%26y%3D1&z=2'],
  [
    'a URL in a URL in a query',
    '/go?r=https%3A%2F%2Fx%3Fr%3Dhttps%253A%252F%252Fy%253Ftoken%253D«abc»%2526k%253D1%26m%3D2&n=3',
  ],
  ['a URL in a query that is not encoded', '/go?redirect=https://x.com/?token=«abc»&z=2'],
  ['a form in a parameter', '/cb?state=token%3D«abc»%26n%3D1&z=2'],
  ['user info in a URL in a query', '/go?to=https%3A%2F%2F«ann»%3A«pw»%40x.com%2Fa&z=2'],
  ['a message with a URL', 'request to https://x.com/a?token=«abc» failed, reason: connect ECONNREFUSED'],
  ['a URL at the end of a sentence', 'See https://x.com/a?sig=«abc».'],
  ['a URL in brackets', 'failed (https://x.com/a?token=«abc») twice'],
  ['a URL in Markdown', '[here](https://x.com/a?token=«abc»)'],
  ['a URL in quotes', "fetch('https://x.com/a?token=«abc»', 'b') threw"],
  ['several URLs', 'from https://x/?token=«a»&b=1 to https://«u»:«p»@y/?sig=«c» and /z?code=«d»'],
  [
    'a stack',
    'Error: GET /x?token=«abc»&n=1\n    at get (file:///app/index.js?v=1:10:5)\n    at https://x/?key=«k»:3:1',
  ],

  // User info
  ['user and password', 'https://«ann»:«pw»@example.com/a'],
  ['a user alone', 'https://«ghp_abc»:«x-oauth-basic»@github.com/a.git'],
  ['an @ in the password', 'https://«ann»:«p@w»@example.com/a'],
  ['a # in the password', 'postgres://«ann»:«p#w»@db:5432/shop'],
  ['PostgreSQL', 'postgres://«ann»:«pw»@db:5432/shop?sslmode=require'],
  ['Redis', 'rediss://«default»:«pw»@cache:6380/0'],
  ['RabbitMQ', 'connect amqp://«guest»:«pw»@mq:5672/%2F failed'],
  ['MongoDB', 'mongodb+srv://«ann»:«pw»@c0.example.net/?retryWrites=true'],
  ['hosts of MongoDB', 'mongodb://«ann»:«pw»@a:27017,b:27017/db?authSource=admin'],
  ['user info in JSON that escapes slashes', '{"url":"https:\\/\\/«ann»:«pw»@x.com\\/a"}'],

  // Credentials in texts
  ['Bearer', 'sent Bearer «eyJhbGci.eyJz.dBjf-_» to it'],
  ['bearer in lower case', 'bearer «abc»'],
  ['Basic', 'Basic «YW5uOnB3»'],
  ['a header', 'Authorization: Bearer «abc»'],
  ['a header with a comma', 'sent authorization: Basic «YW5uOnB3», got 401'],
  ['headers of curl', `curl -H "Authorization: Token «abc»" -H 'Cookie: «a=b; c=d»' https://x.com`],
  ['a dump of headers', "{ host: 'x', authorization: '«Bearer abc»', cookie: '«a=b»', 'x-api-key': '«k»' }"],
  ['headers with lists', `{"set-cookie":["«a=b","c=d»"],"via":["x"]}`],
  ['JSON', '{"user":"ann","password":"«p\\"w»","n":1}'],
  ['a number in JSON', '{"otp":«123456»,"n":1}'],
  ['JSON in JSON', '{"body":"{\\"password\\":\\"«pw»\\",\\"n\\":1}"}'],
  ['an object printed', "{ user: 'ann', password: '«pw»', n: 1 }"],
  ['a setting', 'db.password=«pw» db.host=x'],
  ['an environment with a short name', 'DB_USER=ann DB_PASS=«pw»'],
  ['an environment', 'AWS_SECRET_ACCESS_KEY=«wJalr/K7» HOME=/root'],
  ['a command line', 'job --api-key=«k» --verbose'],
  ['ADO.NET', 'Server=tcp:x,1433;User Id=ann;Password=«p&w/#1»;Encrypt=True'],
  ['libpq', 'host=db user=ann password=«pw» dbname=shop'],
  [
    'Azure storage',
    'DefaultEndpointsProtocol=https;AccountName=a;AccountKey=«Eby8vdM02xNO==»;EndpointSuffix=core.windows.net',
  ],

  ['names whose parts have dots', 'api.key=«k» private.key="«a b»" aws.secret.access.key=«wJalr»'],
  ['a numbered name', 'password1=«a» password_2="«b»" token[0]=«c»'],
  ['a name in the plural', '{"passwords":"«a»","api_keys":"«b»"}'],
  ['a name with a suffix', '{"password_confirmation":"«a»","passwordHash":"«b»","token_value":"«c»"}'],
  ['names of frameworks', 'SECRET_KEY_BASE=«a» APP_KEY=«b» NEW_RELIC_LICENSE_KEY=«c» csrf="«d»" DB_PW=«e»'],
  ['headers of vendors', `-H 'x-honeycomb-team: «hc1k2j3h4»' -H 'x-functions-key: «f1k2j3h4»'`],
  ['braces of ODBC', 'Pwd=«{SECRET}»'],
  ['braces of ODBC in settings', 'Driver={x};Uid=ann;Pwd=«{a;b=c}}d}»;Encrypt=yes'],
  ['braces that are not closed', 'password=«{abc» password=«${abc»'],
  ['what looks redacted', 'token=«REDACTEDreal» /x?token=«REDACTED/real»&n=1'],
  ['user info, encoded three times', 'next=https%253A%252F%252F«bob»%253A«SECRET»%2540h'],

  // Command lines
  ['an option', 'Command failed: job --password «hunter» --verbose'],
  ['an option in quotes', 'job --token "«a b»" -n 3'],
  ['an option in quotes that are not closed', `job --token '«abc»`],
  ['an option with one dash', 'java -password «hunter» -jar x.jar'],

  // Other syntaxes
  ['an element', '<login><user>ann</user><password>«p w»</password></login>'],
  ['an element with attributes', '<ns:apiKey type="x">«k»</ns:apiKey>'],
  ['a key of PostgreSQL', 'Key (api_key)=(«abc») already exists.'],
  ['keys of PostgreSQL', 'Key (tenant, "token")=(«7, abc») is not present in table "x".'],
  ['comparisons', "WHERE password <> '«a»' AND token != '«b»' AND secret LIKE '«c%»' OR pwd IN ('«d', 'e»')"],
  ['a comparison in code', "if (password === '«a»') x()"],

  // SQL
  ['a condition', "SELECT id FROM users WHERE name = $1 AND password = '«p''w»' AND n = 1"],
  ['a function around it', "UPDATE users SET password = crypt('«pw»', gen_salt('bf')) WHERE id = 7"],
  ['ALTER USER', "ALTER USER ann WITH ENCRYPTED PASSWORD '«pw»' VALID UNTIL 'infinity'"],
  ['IDENTIFIED BY', "CREATE USER 'ann'@'%' IDENTIFIED BY '«pw»' REQUIRE SSL"],
  ['IDENTIFIED WITH', "ALTER USER ann IDENTIFIED WITH caching_sha2_password BY '«pw»'"],
  ['SET PASSWORD', "SET PASSWORD FOR 'ann'@'%' = '«pw»'"],
  ['PASSWORD()', "SET PASSWORD = PASSWORD('«pw»')"],
  ['a statement in an error', `insert failed - ALTER ROLE ann PASSWORD '«pw»' - syntax error at "x"`],
];

/** The same, of secrets without a name: known by their form, or by the program that takes them. */
export const SECRET_FORMS: readonly (readonly [kind: string, marked: string])[] = [
  ['mysql', 'Command failed: mysql -u root -p«s3cret» shop'],
  ['mysqldump in a folder', '/usr/bin/mysqldump -p«s3cret» shop | gzip'],
  ['curl', 'Command failed: curl -sS -u ann:«s3cret» https://x.com'],
  ['curl with a long option', 'curl --user "ann:«s3 cret»" https://x.com'],
  ['sshpass', 'sshpass -p «s3cret» ssh ann@x'],
  ['redis-cli', 'redis-cli -h x -a «s3cret» PING'],
  ['docker', 'docker login -u ann -p «s3cret» registry'],
  ['a private key', '-----BEGIN RSA PRIVATE KEY-----«\nMIIEow+/=\nabc\n-----END RSA PRIVATE KEY-----» end'],
  ['a private key in JSON', '{"k":"-----BEGIN PRIVATE KEY-----«\\nMIIE\\n-----END PRIVATE KEY-----»\\n"}'],
  ['a signed token', 'got «eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dozjgNryP4J3jVmNHl0w5N» there'],
  ['a token in a path', '/u/«ghp_abcdefghijklmnopqrstuvwxyz0123456789»/x'],
  ['a key of Stripe', 'no such customer: «sk_live_abcdefghijklmnop12345678»'],
  ['a token of Slack', '«xoxb-123456789012-abcdefghij»'],
  ['a key of AWS', '«AKIAIOSFODNN7EXAMPLE» is not known'],
];

/** Statements of Redis, marked likewise; secret as `db.query.text` only. */
export const SECRET_COMMANDS: readonly string[] = [
  'AUTH «pw»',
  'auth «ann pw»',
  'HELLO 3 AUTH «ann pw»',
  'CONFIG SET requirepass «pw»',
  'CONFIG SET maxmemory 1mb masterauth «pw» timeout 0',
  'ACL SETUSER ann on >«pw» ~* +@all',
  'MIGRATE host 6379 k 0 5000 AUTH2 «ann pw»',
];

/** Queries without their question mark, marked likewise; secret as `url.query` only. */
export const SECRET_QUERIES: readonly string[] = ['code=«abc»', 'key=«abc»', 'sig=«abc»', 'session=«abc»&x=1'];

/** Texts that have something of the above and no secret. */
export const PUBLIC_TEXTS: readonly string[] = [
  'GET /orders/:id',
  'https://api.example.com:8443/v1/orders/7?page=2&sort=name#top',
  'http://[::1]:3000/x',
  'https://packages.example.org/@scope/name',
  'git@github.com:scope/name.git',
  'ann@example.com wrote to mailto:bob@example.com',
  'Invalid password: must be 8 characters or more',
  'token expired: please sign in again',
  'The bearer of this letter',
  'Bearer token is missing',
  'Basic plan and Basic auth',
  'code=ECONNREFUSED errno=-111 bypass=1',
  'key: value',
  '?token=&password=',
  '?next_page_token=abc&max_tokens=5&tokenize=1&monkey=2&barcode=3&signal=4',
  'password=null token=undefined secret=$1',
  'SELECT password, token FROM users u JOIN keys k ON u.token = k.token WHERE u.password = $1',
  'INSERT INTO users (name, password) VALUES (?, ?)',
  'GET session:abc',
  'AUTH [1 other arguments]',
  "it's 50% = half, isn't it? a@b",
  'postgres://db:5432/shop',
  'http://localhost:${PORT}/x',
  'http://host:port and ws://host:port/a',
  '{"token_type":"bearer","expires_in":3600,"n":"a=b"}',
  'redirect=https%3A%2F%2Fx.com%2F%3Fpage%3D1%26n%3D2',
  'data:text/plain;charset=utf-8;base64,QQ==',
  'use --token to authenticate, or --password is required',
  'mkdir -p /tmp/x && ps -p 1234 && ssh -p 22 ann@x',
  'node --max-old-space-size=4096 -r x --api-key --verbose',
  'Command failed: git commit -m "fix - x" -p',
  'max_tokens=5 gen_ai.usage.input_tokens=7 {"tokens":12}',
  'cache.key=abc message.key=abc key_prefix=ab',
  'password=${PASSWORD} token={{ token }} secret=${env.SECRET}',
  '"token":{"type":"x"}',
  '<p>the token</p> <br/> a < b > c',
  'Key (id)=(7) already exists.',
  '-----BEGIN CERTIFICATE-----',
  'mysql -u root -p shop',
  'token in use; tokens in (a, b)',
];

/** The text itself, with its secrets. */
export function unmarked(marked: string): string {
  return marked.replaceAll(/[«»]/g, '');
}

/** The text as it may leave. */
export function redactedForm(marked: string): string {
  return marked.replaceAll(/«[^»]*»/g, 'REDACTED');
}

export function secretsIn(marked: string): string[] {
  return [...marked.matchAll(/«([^»]*)»/g)].map(([, secret = '']) => secret);
}
