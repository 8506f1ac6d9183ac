#!/usr/bin/env bash
# caller-identity: whom credentials belong to.
#   reads   what the AWS CLI printed, on stdin
#   prints  Account, Arn and UserId
# The keys are taken out of the document first, each with its own test (export X=$(...) would hide the status): without them the
# AWS CLI would ask about whatever it finds in ~/.aws/credentials, and succeed. jq -s and .[0]: without -s no
# input at all is no error to jq.
set -euo pipefail

credentials=$(cat)
credential() { printf '%s\n' "$credentials" | jq -rs ".[0].Credentials.$1 // error(\"no $1\")"; }
AWS_ACCESS_KEY_ID=$(credential AccessKeyId)
AWS_SECRET_ACCESS_KEY=$(credential SecretAccessKey)
AWS_SESSION_TOKEN=$(credential SessionToken)
export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
unset AWS_PROFILE AWS_DEFAULT_PROFILE
aws sts get-caller-identity --output json
