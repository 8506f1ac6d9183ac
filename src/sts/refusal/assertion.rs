//! What a refused assertion means for somebody who logs in through Okta.
//!
//! STS tells most of these apart in prose only (nine different faults are all `InvalidIdentityToken`), so rows match on words
//! of the message. What is wrong with the set-up between Okta and AWS is `role_denied`, with the step that puts it right.

use super::{Refusal, Row, row};
use crate::error::{Kind, printable};
use crate::sts::AssumeRequest;

impl Refusal {
    pub(super) fn assertion_row(&self, request: &AssumeRequest) -> Row {
        let role = printable(request.role_arn.as_str());
        let provider = printable(request.principal_arn.as_str());
        match self.code.as_str() {
            "ExpiredTokenException" | "ExpiredToken" => expired(),
            "InvalidIdentityToken" => self.identity_token_row(&role, &provider),
            "ValidationError" => self.validation_row(&role),
            "AccessDenied" | "AccessDeniedException" => row(
                Kind::RoleDenied,
                format!("AWS does not let this assertion assume {role}"),
                "check that the role exists (case counts), and that its trust policy allows sts:AssumeRoleWithSAML to the provider, SAML:aud as Okta sends it, and sts:TagSession or sts:SetSourceIdentity if Okta sends tags or a source identity",
            ),
            "IDPRejectedClaim" => row(
                Kind::RoleDenied,
                "the assertion says that the sign-in failed",
                "log in again; if it stays so, ask the Okta administrator",
            ),
            "MalformedPolicyDocument" => {
                row(Kind::Config, "the session policy is malformed", "correct the session policy")
            }
            "PackedPolicyTooLarge" => row(
                Kind::Config,
                "session policies and tags are too large together",
                "shorten the session policy, or have fewer session tags sent by Okta",
            ),
            _ => self.unknown_row("assume the role"),
        }
    }

    fn identity_token_row(&self, role: &str, provider: &str) -> Row {
        let head = self.head().to_ascii_lowercase();
        let says = |words: &str| head.contains(words);
        let denied = |what: String, hint| row(Kind::RoleDenied, what, hint);
        if says("expired") || says("redeemed within") {
            expired()
        } else if says("requested role and metadata") {
            row(
                Kind::NoRole,
                format!("the assertion does not offer {role} through {provider}"),
                "run saml-roles to see what it offers, or have the role assigned in Okta",
            )
        } else if says("base64") {
            row(
                Kind::Protocol,
                "the assertion was mangled on its way",
                "hand it on as saml-fetch prints it: a lost plus sign, an HTML entity left in it or a cut end do this",
            )
        } else if says("signature") {
            denied(
                format!("{provider} does not know the key that signed the assertion"),
                "upload the metadata of the Okta app to the IAM provider again: its certificate is an old or another one",
            )
        } else if says("issuer") {
            denied(
                format!("{provider} belongs to another issuer than the one of the assertion"),
                "correct the provider in the app's role mapping, or upload this app's metadata to it",
            )
        } else if says("provider") && says("exist") {
            denied(
                format!("there is no provider {provider}"),
                "create the SAML provider in the role's account, or correct its ARN in the app's role mapping",
            )
        } else if says("rolesessionname") {
            denied(
                "the assertion's RoleSessionName is missing or unfit".to_owned(),
                "map it in the Okta app to 2 to 64 letters, digits and _+=,.@- (an email address fits)",
            )
        } else if says("source identity") || says("sourceidentity") {
            denied(
                "the assertion's SourceIdentity is unfit".to_owned(),
                "map it in the Okta app to 2 to 64 letters, digits and _+=,.@- that do not start with aws:",
            )
        } else if says("audience") {
            denied(
                "the assertion is for another audience".to_owned(),
                "set the audience of the Okta app to urn:amazon:webservices, or the provider's to the app's",
            )
        } else if says("subjectconfirmat") {
            denied(
                "the assertion lacks a Recipient or NotOnOrAfter".to_owned(),
                "set the single sign-on URL of the Okta app to https://signin.aws.amazon.com/saml",
            )
        } else {
            denied(
                "AWS does not accept the assertion".to_owned(),
                "check the IAM provider against the metadata of the Okta app",
            )
        }
    }

    fn validation_row(&self, role: &str) -> Row {
        let head = self.head().to_ascii_lowercase();
        let says = |words: &str| head.contains(words);
        if says("maxsessionduration") {
            row(
                Kind::DurationTooLong,
                format!("{role} does not allow sessions of that length"),
                "ask for less with --duration; 3600 is always allowed",
            )
        } else if says("durationseconds") && says("less than or equal") {
            row(Kind::DurationTooLong, "no session is that long", "--duration is 43200 at most")
        } else if says("durationseconds") {
            row(Kind::Config, "AWS does not take that duration", "--duration is 900 at least")
        } else if says("samlassertion") {
            row(
                Kind::Config,
                "AWS does not take an assertion of that size",
                "100000 characters of base64 are the limit: have fewer roles sent by Okta",
            )
        } else if says("request arn is invalid") || says("rolearn") || says("principalarn") {
            row(
                Kind::Config,
                "AWS does not take the ARN of the role or of the provider",
                "check both: --role takes arn:aws:iam::ACCOUNT:role/NAME, --principal arn:aws:iam::ACCOUNT:saml-provider/NAME",
            )
        } else {
            row(Kind::Config, "AWS does not take the request", "check duration, ARNs and session policies")
        }
    }
}

fn expired() -> Row {
    row(
        Kind::AssertionExpired,
        "the SAML assertion is too old",
        "it lasts five minutes: run saml-fetch again, right before assume",
    )
}
