#!/usr/bin/env bash
# A keychain for one run of a workflow, with the certificate that programs are signed with.
# Reads MACOS_CERTIFICATE (a .p12 in base64), MACOS_CERTIFICATE_PASSWORD, NOTARY_KEY (a .p8 in base64)
# and RUNNER_TEMP. `keychain.sh remove` takes everything away again.
set -euo pipefail
keychain="$RUNNER_TEMP/sealwell.keychain-db"
notary="$RUNNER_TEMP/notary.p8"

if [ "${1:-}" = remove ]; then
    rm -f "$notary"
    security delete-keychain "$keychain" 2>/dev/null || true
    exit 0
fi

umask 077
password="$(openssl rand -hex 32)"
certificate="$RUNNER_TEMP/certificate.p12"
trap 'rm -f "$certificate"' EXIT
printf '%s' "$MACOS_CERTIFICATE" | base64 --decode > "$certificate"
printf '%s' "$NOTARY_KEY" | base64 --decode > "$notary"

security create-keychain -p "$password" "$keychain"
security set-keychain-settings -lut 7200 "$keychain"
security unlock-keychain -p "$password" "$keychain"
security import "$certificate" -k "$keychain" -P "$MACOS_CERTIFICATE_PASSWORD" -T /usr/bin/codesign
# Without this codesign would ask somebody at a screen.
security set-key-partition-list -S apple-tool:,apple:,codesign: -s -k "$password" "$keychain" > /dev/null
security list-keychains -d user -s "$keychain" login.keychain-db
