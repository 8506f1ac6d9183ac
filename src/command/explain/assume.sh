#!/usr/bin/env bash
# assume: an assertion and a role to temporary credentials.
#   reads   SAMLAssertion, RoleArn, PrincipalArn and, if it is there, DurationSeconds on stdin
#   prints  what the AWS CLI prints: Credentials and more
# The assertion is a bearer credential: as an argument it could be read by everybody, and Linux ends an argument at 128 KiB. From a pipe
# the AWS CLI takes it as a file; jq -j leaves no line break behind it. AWS_PROFILE is unset, because a profile that does not exist ends the
# AWS CLI, although this call is not signed. --output json, because AWS_DEFAULT_OUTPUT may say something else.
# jq -s and .[0]: without -s no input at all is no error to jq.
set -euo pipefail

chosen=$(cat)
chosen() { printf '%s\n' "$chosen" | jq -rs ".[0] | $1 // error(\"no $1\")"; }
role=$(chosen .RoleArn)
principal=$(chosen .PrincipalArn)
duration=$(chosen '.DurationSeconds // 3600')
unset AWS_PROFILE AWS_DEFAULT_PROFILE
printf '%s\n' "$chosen" | jq -j .SAMLAssertion |
  aws sts assume-role-with-saml --output json --saml-assertion file:///dev/stdin \
    --role-arn "$role" --principal-arn "$principal" --duration-seconds "$duration"
