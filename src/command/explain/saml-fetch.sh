#!/usr/bin/env bash
# saml-fetch: a session to the form that carries the SAML assertion to AWS.
#   reads   a session on stdin; OKTA_ORG, OKTA_APP_ID (0oa...)
#   prints  {"SAMLResponse": base64}
# The cookie is a header that curl reads from its stdin (-H @-): -b would put the session into the argument list. From 7.83 on curl takes
# such a header away when a redirect leaves the host or its port. sed knows one order of the attributes and one kind of quotes, which
# are Okta's; a sign-in page or an error page has no such line and ends as an error here, without its reason. jq -s and .[0]: without -s no
# input at all is no error to jq.
set -euo pipefail

jq -rs '"Cookie: sid=" + (.[0].id // error("no session"))' |
  curl -sS --fail-with-body -L --proto-redir =https -H @- "$OKTA_ORG/home/amazon_aws/$OKTA_APP_ID/272" |
  sed -n 's/.*name="SAMLResponse" type="hidden" value="\([^"]*\)".*/\1/p' |
  recode html..ascii |
  jq -cRs 'rtrimstr("\n") | if . == "" then error("the page has no SAMLResponse") else {SAMLResponse: .} end'
