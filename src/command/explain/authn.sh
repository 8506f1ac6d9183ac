#!/usr/bin/env bash
# authn: a name and a password to Okta's transaction.
#   reads   OKTA_ORG (a URL: https://acme.okta.com), OKTA_USERNAME, OKTA_PASSWORD; stdin is left alone
#   prints  the transaction: its status, with a stateToken (MFA_REQUIRED) or a sessionToken (SUCCESS)
# jq writes the JSON, so a quote or a backslash in the password is only a character. It takes the password from the environment and curl
# takes it from a pipe, so it is in nobody's argument list. --fail-with-body makes a refusal a failure, with Okta's words on stdout.
set -euo pipefail

jq -n 'env | {username: (.OKTA_USERNAME // error("OKTA_USERNAME is not set")),
  password: (.OKTA_PASSWORD // error("OKTA_PASSWORD is not set"))}' |
  curl -sS --fail-with-body --json @- "$OKTA_ORG/api/v1/authn"
