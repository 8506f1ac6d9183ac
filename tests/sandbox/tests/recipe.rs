//! The login as people script it, with no program of ours in it. If this fails, the sandbox is wrong.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use oktapipe_sandbox::{Options, Sandbox};
use support::{lacks, shell};

/// Password, Google Authenticator, session, app page, first role, credentials, identity.
const RECIPE: &str = r#"
set -euo pipefail
json() { curl -sS --fail-with-body -H 'Content-Type: application/json' -H 'Accept: application/json' --data-binary @- "$1"; }
transaction=$(jq -n '{username: env.OKTA_USERNAME, password: env.OKTA_PASSWORD}' | json "$OKTA_ORG/api/v1/authn")
if [ "$(jq -r .status <<<"$transaction")" = MFA_REQUIRED ]; then
  factor=$(jq -r '._embedded.factors[] | select(.provider == "GOOGLE") | ._links.verify.href' <<<"$transaction")
  code=$(curl -sS "$OKTA_ORG/sandbox/totp/$OKTA_USERNAME/GOOGLE")
  transaction=$(jq --arg code "$code" '{stateToken, passCode: $code}' <<<"$transaction" | json "$factor")
fi
session=$(jq '{sessionToken}' <<<"$transaction" | json "$OKTA_ORG/api/v1/sessions" | jq -r .id)
page=$(curl -sSL -b "sid=$session" "$OKTA_ORG/app/amazon_aws/$OKTA_APP_ID/login")
assertion=$(sed -n 's/.*name="SAMLResponse" type="hidden" value="\([^"]*\)".*/\1/p' <<<"$page" | recode html..ascii)
pair=$(base64 -d <<<"$assertion" | grep -o 'arn:aws:iam::[0-9]*:saml-provider/[^,<]*,arn:aws:iam::[0-9]*:role/[^<]*' | head -n 1)
credentials=$(aws sts assume-role-with-saml --output json --principal-arn "${pair%%,*}" --role-arn "${pair#*,}" --saml-assertion "$assertion")
export AWS_ACCESS_KEY_ID=$(jq -r .Credentials.AccessKeyId <<<"$credentials")
export AWS_SECRET_ACCESS_KEY=$(jq -r .Credentials.SecretAccessKey <<<"$credentials")
export AWS_SESSION_TOKEN=$(jq -r .Credentials.SessionToken <<<"$credentials")
aws sts get-caller-identity --output text --query Arn
"#;

#[test]
fn the_shell_recipe_ends_in_an_identity() {
    if lacks(&["curl", "jq", "sed", "recode", "aws"]) {
        return;
    }
    let sandbox = Sandbox::start(Options::default()).unwrap();
    for name in ["ada", "quote", "grace"] {
        let user = sandbox.users().iter().find(|user| user.short_name() == name).unwrap();
        let variables = [("OKTA_USERNAME", user.login), ("OKTA_PASSWORD", user.password)];
        let (worked, output) = shell(&sandbox, RECIPE, &variables);
        let wanted = format!("arn:aws:sts::111122223333:assumed-role/Dev/{}\n", user.login);
        assert!(worked && output == wanted, "{output}");
    }
    assert!(sandbox.unspent_session_tokens().is_empty());
}
