#!/usr/bin/env bash
# assume-role: credentials to those of a further role.
#   reads   what the AWS CLI printed, on stdin
#   prints  what the AWS CLI prints: Credentials and more
# ROLE_ARN names the role. The session keeps the name of the one before, which is the end of its ARN. The keys are taken out of the document
# first, each with its own test: without them the AWS CLI would take the role with whatever it finds in ~/.aws/credentials. jq -s and .[0]:
# without -s no input at all is no error to jq.
set -euo pipefail

credentials=$(cat)
credential() { printf '%s\n' "$credentials" | jq -rs ".[0]$1 // error(\"no $1\")"; }
AWS_ACCESS_KEY_ID=$(credential .Credentials.AccessKeyId)
AWS_SECRET_ACCESS_KEY=$(credential .Credentials.SecretAccessKey)
AWS_SESSION_TOKEN=$(credential .Credentials.SessionToken)
session=$(credential .AssumedRoleUser.Arn)
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
unset AWS_PROFILE AWS_DEFAULT_PROFILE
aws sts assume-role --output json --role-arn "$ROLE_ARN" --role-session-name "${session##*/}"
