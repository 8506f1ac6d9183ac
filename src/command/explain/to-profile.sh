#!/usr/bin/env bash
# to-profile: credentials to a profile of the AWS credentials file.
#   reads   what the AWS CLI printed, on stdin
#   prints  the profile and its file
# aws configure set would do, but takes the keys as arguments, which everybody on the machine can read, and writes the file once for each. So the
# lines are jq's, and the profile's old ones go by awk. flock keeps two of these apart, not this from the AWS CLI; mv is one step to whoever reads.
set -euo pipefail

creds=$(cat) file=${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}
profile=$(jq -rs '.[0].AssumedRoleUser.Arn | capture(":(?<account>[0-9]{12}):assumed-role/(?<role>[^/]+)/") | .account + "-" + .role' <<< "$creds")
umask 077
mkdir -p "${file%/*}"
touch "$file"
exec 9>> "$file.lock"
flock 9
new=$(mktemp "$file.XXXXXX")
PROFILE=$profile awk '/^\[/ { skip = $0 == "[" ENVIRON["PROFILE"] "]" } !skip' "$file" > "$new"
jq -r --arg profile "$profile" '"", "[\($profile)]", (.Credentials
  | "aws_access_key_id = \(.AccessKeyId)",
    "aws_secret_access_key = \(.SecretAccessKey)",
    "aws_session_token = \(.SessionToken)",
    "x_security_token_expires = \(.Expiration)")' <<< "$creds" >> "$new"
mv "$new" "$file"
jq -c --arg profile "$profile" --arg file "$file" '{Profile: $profile, File: $file, Arn: .AssumedRoleUser.Arn, Expiration: .Credentials.Expiration}' <<< "$creds"
