#!/usr/bin/env bash
# saml-roles: the form to the roles that its assertion offers; the first is taken, as by saml-roles --first.
#   reads   {"SAMLResponse": base64} on stdin
#   prints  the assertion with the role: SAMLAssertion, Roles, RoleArn, PrincipalArn, DurationSeconds
# xq (of yq) turns XML into JSON, in which a thing that is there once is no list: hence the two ifs, without which a person with exactly
# one role gets an error. Names are compared without their prefix, which may be another. A value is the pair of provider and role in
# either order; a comma is allowed in a role's name, so the cut is before "arn:". Nobody verifies the signature but AWS.
set -euo pipefail

form=$(cat)
roles=$(printf '%s\n' "$form" | jq -er .SAMLResponse | base64 -d | xq -c . | jq -c '[
  .. | objects | select(."@Name"? == "https://aws.amazon.com/SAML/Attributes/Role")
  | to_entries[] | select(.key | endswith("AttributeValue")).value
  | if type == "array" then .[] else . end
  | if type == "object" then ."#text" else . end
  | split(",arn:") | [.[0], "arn:" + .[1]]
  | {RoleArn: (.[] | select(contains(":role/"))), PrincipalArn: (.[] | select(contains(":saml-provider/")))}
  | (.RoleArn / ":") as $arn
  | . + {AccountId: $arn[4], RoleName: ($arn[5] / "/" | last), Partition: $arn[1]}]')
printf '%s\n%s\n' "$form" "$roles" | jq -cs '
  .[0].SAMLResponse as $assertion | (.[1][0] // error("the assertion offers no role")) as $role
  | {SAMLAssertion: $assertion, Roles: [$role], RoleArn: $role.RoleArn, PrincipalArn: $role.PrincipalArn,
     DurationSeconds: 3600}'
