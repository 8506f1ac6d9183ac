#!/usr/bin/env bash
# export: credentials to code for the shell.
#   reads   what the AWS CLI printed, on stdin
#   prints  export statements, for eval
# @sh quotes each value. AWS_PROFILE is taken out of the way: some SDKs prefer it to the keys. Without credentials nothing is printed, and
# eval of nothing succeeds with the old variables in place: so test first, creds=$(...) || exit; eval "$creds".
# jq -s and .[0]: without -s no input at all is no error to jq.
set -euo pipefail

jq -rs '.[0].Credentials // error("no credentials")
  | "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN",
    @sh "export AWS_ACCESS_KEY_ID=\(.AccessKeyId)",
    @sh "export AWS_SECRET_ACCESS_KEY=\(.SecretAccessKey)",
    @sh "export AWS_SESSION_TOKEN=\(.SessionToken)",
    @sh "export AWS_CREDENTIAL_EXPIRATION=\(.Expiration)"'
