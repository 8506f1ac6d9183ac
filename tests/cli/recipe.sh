# The steps of the published recipe, each a function that can stand in the place of one of our stages: stdin is what the stage or
# the step before prints, stdout what the one after takes. POSIX sh; curl, jq, sed, recode, base64, xq (of yq), awk and aws.
#
# What is the recipe's is left as it is, weak points included: no status is looked at, the session and the assertion stand in
# argument lists, the page is read with sed. `printf '%s\n' "$x"` stands for its `echo $x`, which loses characters.
#
# shellcheck shell=sh
# shellcheck disable=SC2312 # a step before may have failed: see above

recipe_post() {
  curl -s -H 'Content-Type: application/json' -H 'Accept: application/json' -d @- "$1"
}

# Name and password to a transaction. stdin is not read.
recipe_authn() {
  jq -n '{username: env.OKTA_USERNAME, password: env.OKTA_PASSWORD}' | recipe_post "$OKTA_ORG/api/v1/authn"
}

# The transaction to one with a session token.
recipe_factor_verify() {
  transaction=$(cat)
  link=$(printf '%s\n' "$transaction" | jq -r '._embedded.factors[] | select(.provider == "GOOGLE") | ._links.verify.href')
  token=$(printf '%s\n' "$transaction" | jq -r .stateToken)
  jq -n --arg token "$token" '{stateToken: $token, passCode: env.MFA_CODE}' | recipe_post "$link"
}

# The session token to a session.
recipe_session() {
  token=$(jq -r .sessionToken)
  jq -n --arg token "$token" '{sessionToken: $token}' | recipe_post "$OKTA_ORG/api/v1/sessions"
}

# The session to the app's page, as HTML.
recipe_saml_fetch() {
  id=$(jq -r .id)
  curl -sL --cookie "sid=$id" "$OKTA_ORG/app/amazon_aws/$OKTA_APP_ID/login"
}

# The page to the first role, its provider and the assertion, under the names of the AWS CLI's own input.
recipe_saml_roles() {
  page=$(cat)
  case $page in
    # Our saml-fetch prints the form's fields as JSON. This line is all that has to be changed in a script to put it before.
    ('{'*) assertion=$(printf '%s\n' "$page" | jq -r .SAMLResponse) ;;
    (*)
      assertion=$(printf '%s\n' "$page" |
        sed -n 's/.*name="SAMLResponse" type="hidden" value="\([^"]*\)".*/\1/p' |
        recode html..ascii)
      ;;
  esac
  # Okta's order within a value is provider, role. With one role only, xq gives an object here and no list: the recipe then fails.
  pair=$(printf '%s\n' "$assertion" | base64 -d |
    xq -r '."saml2p:Response"."saml2:Assertion"."saml2:AttributeStatement"."saml2:Attribute"[]
      | select(."@Name" == "https://aws.amazon.com/SAML/Attributes/Role") | ."saml2:AttributeValue"[] | ."#text"' |
    awk 'NR == 1')
  role=$(printf '%s\n' "$pair" | awk -F, '{ print $2 }')
  principal=$(printf '%s\n' "$pair" | awk -F, '{ print $1 }')
  printf '%s\n' "$assertion" | jq -R --arg role "$role" --arg principal "$principal" \
    '{RoleArn: $role, PrincipalArn: $principal, SAMLAssertion: .}'
}

# Role, provider and assertion to credentials.
recipe_assume() {
  chosen=$(cat)
  aws sts assume-role-with-saml --output json \
    --role-arn "$(printf '%s\n' "$chosen" | jq -r .RoleArn)" \
    --principal-arn "$(printf '%s\n' "$chosen" | jq -r .PrincipalArn)" \
    --saml-assertion "$(printf '%s\n' "$chosen" | jq -r .SAMLAssertion)"
}

# Credentials to shell code.
recipe_export() {
  jq -r '.Credentials | "export AWS_ACCESS_KEY_ID=\(.AccessKeyId)",
    "export AWS_SECRET_ACCESS_KEY=\(.SecretAccessKey)", "export AWS_SESSION_TOKEN=\(.SessionToken)"'
}
