#!/usr/bin/env bash
# console: temporary credentials to the address that signs a browser in to the AWS console.
#   reads   what the AWS CLI printed, on stdin
#   prints  SigninToken, and SigninUrl: the address
# SIGNIN_ENDPOINT is that of commercial AWS where nothing else is set. The credentials go by a form from stdin: in the query of the published
# GET they would be in the argument list of curl, and in the log of every proxy. jq -s and .[0]: without -s no input at all is no error to jq.
set -euo pipefail

endpoint="${AWS_ENDPOINT_URL_SIGNIN:-https://signin.aws.amazon.com}/federation"
console=https://console.aws.amazon.com/console/home
jq -sj '.[0].Credentials // error("no credentials")
    | {sessionId: .AccessKeyId, sessionKey: .SecretAccessKey, sessionToken: .SessionToken} | tojson' |
  curl -sSf --data-urlencode Action=getSigninToken --data-urlencode Session@- "$endpoint" |
  jq -sc --arg endpoint "$endpoint" --arg console "$console" '.[0] // error("no answer")
    | . + {SigninUrl: "\($endpoint)?Action=login&Destination=\($console | @uri)&SigninToken=\(.SigninToken | @uri)"}'
