#!/usr/bin/env bash
# session: a transaction's one-time session token to an Okta session.
#   reads   a finished transaction on stdin; OKTA_ORG
#   prints  the session; its id is the value of the cookie sid
# The token goes from pipe to pipe. It works once, so nothing is tried twice. jq -s and .[0]: without -s no input at all is no error to jq.
set -euo pipefail

jq -s '{sessionToken: (.[0].sessionToken // error("no sessionToken: is factor-verify missing?"))}' |
  curl -sS --fail-with-body --json @- "$OKTA_ORG/api/v1/sessions"
