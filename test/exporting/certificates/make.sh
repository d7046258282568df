#!/bin/sh
# Makes every certificate and key of this folder anew; see README.md.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -r "$work"' EXIT

cat > "$work/ca.conf" <<CONF
[ca]
default_ca = default
[default]
database = $work/index
new_certs_dir = $work
rand_serial = yes
unique_subject = no
default_md = sha256
policy = any
copy_extensions = copy
default_startdate = 20200101000000Z
default_enddate = 21200101000000Z
[any]
commonName = supplied
CONF
: > "$work/index"

request() { # name, extension
  openssl req -new -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout "$1.key" -out "$work/$1.csr" \
    -subj "/CN=clew test $1" -addext "$2" 2> /dev/null
  chmod 644 "$1.key"
}

sign() { # name, how
  name=$1
  shift
  openssl ca -batch -notext -config "$work/ca.conf" -in "$work/$name.csr" -out "$name.pem" "$@" 2> /dev/null
}

for authority in ca other-ca; do
  request "$authority" basicConstraints=critical,CA:TRUE
  sign "$authority" -selfsign -keyfile "$authority.key"
done
request server subjectAltName=DNS:localhost,IP:127.0.0.1
request client extendedKeyUsage=clientAuth
for name in server client; do sign "$name" -cert ca.pem -keyfile ca.key; done
rm ca.key other-ca.key
