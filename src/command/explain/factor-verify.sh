#!/usr/bin/env bash
# factor-verify: a transaction that waits for a second factor to the finished one.
#   reads   a transaction on stdin; OKTA_ORG; MFA_CODE for a code of an authenticator app, else a push is sent
#   prints  the transaction with status SUCCESS and a sessionToken; one that is finished already is passed on
# The link comes from the document, so it has to be the org's: the token goes there. A code is answered at once; a push says WAITING until
# somebody has looked at the phone, and then SUCCESS, REJECTED or TIMEOUT. The code is in the environment of jq, not in an argument.
# jq -s and .[0]: without -s no input at all is no error to jq.
set -euo pipefail

transaction=$(cat)
status=$(printf '%s\n' "$transaction" | jq -r .status)
if [ "$status" != SUCCESS ]; then
  link=$(printf '%s\n' "$transaction" | jq -rs '
    .[0] | .status as $status
    | (if (env.MFA_CODE // "") != "" then "token:software:totp" else "push" end) as $type
    | [._embedded.factors[]? | select(.factorType == $type)._links.verify.href
        | select(startswith(env.OKTA_ORG + "/"))]
    | .[0] // error("status \($status), and no factor of type \($type) at \(env.OKTA_ORG)")')
  result=WAITING
  until [ "$result" != WAITING ]; do
    transaction=$(printf '%s\n' "$transaction" |
      jq '{stateToken, passCode: env.MFA_CODE} | with_entries(select((.value // "") != ""))' |
      curl -sS --fail-with-body --json @- "$link")
    result=$(printf '%s\n' "$transaction" | jq -r .factorResult)
    if [ "$result" = WAITING ]; then sleep 4; fi
  done
fi
printf '%s\n' "$transaction" |
  jq -cs '.[0] | if .status == "SUCCESS" then . else error("\(.status) \(.factorResult)") end'
