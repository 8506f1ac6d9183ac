//! What STS's refusals mean for somebody who logs in through Okta: one row each.
//!
//! STS tells most of them apart in prose only (nine different faults are all `InvalidIdentityToken`), so rows match on the
//! head of the message. The tail in brackets, `(Service: …; Status Code: …)`, varies and is not shown.

use super::{AssumeRequest, Credentials, RegionChoice};
use crate::error::{Error, Kind, printable};
use crate::secret::{ExposeSecret, SecretString};
use aws_sdk_sts::error::{ConnectorError, ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use serde_json::{Map, Value, json};
use std::error::Error as StdError;

/// Runs of base64 from this length on are taken for a secret that STS repeats, cut short perhaps.
const SECRET_RUN: usize = 200;

/// An error answer of STS.
struct Refusal {
    status: u16,
    code: String,
    message: String,
    request_id: Option<String>,
}

/// A failed AssumeRoleWithSAML as an error of ours.
pub(super) fn of_assertion<E>(
    error: SdkError<E, HttpResponse>,
    assertion: &SecretString,
    request: &AssumeRequest,
    region: &RegionChoice,
) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    match answer(error, &[assertion.expose_secret()]) {
        Ok(refusal) => {
            let row = refusal.common(region).unwrap_or_else(|| refusal.assertion_row(request));
            refusal.into_error(row)
        }
        Err(error) => error,
    }
}

/// A failed GetCallerIdentity as an error of ours.
pub(super) fn of_credentials<E>(
    error: SdkError<E, HttpResponse>,
    credentials: &Credentials,
    region: &RegionChoice,
) -> Error
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    // SignatureDoesNotMatch repeats the canonical request, session token and all.
    let mut secrets = vec![credentials.secret_access_key.expose_secret()];
    secrets.extend(credentials.session_token.as_ref().map(ExposeSecret::expose_secret));
    match answer(error, &secrets) {
        Ok(refusal) => {
            let row = refusal.common(region).unwrap_or_else(|| refusal.credentials_row());
            refusal.into_error(row)
        }
        Err(error) => error,
    }
}

/// Kind, what happened (for STS's own words to follow), what to do.
type Row = (Kind, String, &'static str);

fn row(kind: Kind, what: impl Into<String>, hint: &'static str) -> Row {
    (kind, what.into(), hint)
}

impl Refusal {
    /// What any call may meet.
    fn common(&self, region: &RegionChoice) -> Option<Row> {
        Some(match self.code.as_str() {
            "RegionDisabledException" => row(
                Kind::Config,
                format!("STS is not activated in {} for this account", region.name),
                "choose another region with --region, or have it activated in the role's account",
            ),
            "IDPCommunicationError" => {
                row(Kind::ServiceError, "AWS could not reach the identity provider", "try again")
            }
            "ThrottledException"
            | "RequestThrottledException"
            | "RequestThrottled"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "SlowDown"
            | "PriorRequestNotComplete" => throttled(),
            code if code.starts_with("Throttling") => throttled(),
            _ if self.status == 429 => throttled(),
            _ if self.status >= 500 => {
                row(Kind::ServiceError, format!("STS answered with status {}", self.status), "try again")
            }
            "" => row(
                Kind::Protocol,
                format!("the answer does not come from STS (status {})", self.status),
                "check AWS_ENDPOINT_URL_STS and AWS_ENDPOINT_URL, and proxies in between",
            ),
            _ => return None,
        })
    }

    fn assertion_row(&self, request: &AssumeRequest) -> Row {
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

    fn credentials_row(&self) -> Row {
        match self.code.as_str() {
            "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
                row(Kind::SessionExpired, "the credentials have expired", "log in again")
            }
            "InvalidClientTokenId" | "UnrecognizedClientException" | "InvalidAccessKeyId" => row(
                Kind::AuthenticationFailed,
                "AWS does not know these credentials",
                "log in again; credentials of one partition are not known in another, nor everywhere in regions that an account has to opt in to",
            ),
            "SignatureDoesNotMatch"
                if self.message.contains("expired") || self.message.contains("current") =>
            {
                row(
                    Kind::AuthenticationFailed,
                    "AWS sees another time than this machine",
                    "set this machine's clock",
                )
            }
            "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "IncompleteSignatureException"
            | "MissingAuthenticationToken"
            | "InvalidSignatureException" => row(
                Kind::AuthenticationFailed,
                "the secret access key does not fit the access key id",
                "log in again, and hand the credentials on unchanged",
            ),
            "AccessDenied" | "AccessDeniedException" => {
                row(Kind::RoleDenied, "a policy forbids sts:GetCallerIdentity", "ask the AWS administrator")
            }
            _ => self.unknown_row("name the caller"),
        }
    }

    fn unknown_row(&self, call: &str) -> Row {
        match self.status {
            401 | 403 => row(Kind::RoleDenied, format!("AWS refuses to {call}"), "ask the AWS administrator"),
            _ => row(
                Kind::Protocol,
                format!("STS failed to {call} (status {})", self.status),
                "look its error code up in the AWS STS reference",
            ),
        }
    }

    /// The message without its bracketed tail, which comes in two spellings.
    fn head(&self) -> &str {
        let lower = self.message.to_ascii_lowercase();
        lower.find("(service:").and_then(|at| self.message.get(..at)).unwrap_or(&self.message).trim()
    }

    fn into_error(self, (kind, what, hint): Row) -> Error {
        let words = printable(&format!("{} {}", self.code, self.head()));
        let message = if words.is_empty() { what } else { format!("{what} ({words})") };
        let error = Error::new(kind, message, hint);
        if self.code.is_empty() {
            return error;
        }
        let mut body = Map::new();
        body.insert("Error".to_owned(), json!({ "Code": self.code, "Message": self.message }));
        if let Some(id) = self.request_id {
            body.insert("RequestId".to_owned(), Value::String(id));
        }
        error.with_body(body)
    }
}

fn expired() -> Row {
    row(
        Kind::AssertionExpired,
        "the SAML assertion is too old",
        "it lasts five minutes: run saml-fetch again, right before assume",
    )
}

fn throttled() -> Row {
    row(Kind::RateLimited, "STS is asked too often", "wait a little, then try again")
}

/// What STS answered, or, where nothing of STS's came back, the error that says why.
fn answer<E>(error: SdkError<E, HttpResponse>, secrets: &[&str]) -> Result<Refusal, Error>
where
    E: ProvideErrorMetadata + StdError + Send + Sync + 'static,
{
    if let SdkError::ServiceError(context) = &error {
        let (meta, raw) = (context.err(), context.raw());
        let status = raw.status().as_u16();
        // A success that cannot be parsed arrives here as well.
        if (200..300).contains(&status) {
            return Err(super::incomplete("an answer that is not STS's XML"));
        }
        return Ok(Refusal {
            status,
            code: meta.code().unwrap_or_default().to_owned(),
            message: without_secrets(meta.message().unwrap_or_default(), secrets),
            request_id: request_id(raw),
        });
    }
    let source = match error.into_source() {
        Ok(source) => source,
        Err(error) => return Err(unexplained(&error)),
    };
    // An error of our own HTTP client comes back whole.
    match source.downcast::<ConnectorError>() {
        Ok(connector) => Err(match connector.into_source().downcast::<Error>() {
            Ok(ours) => *ours,
            Err(other) => unexplained(&*other),
        }),
        Err(other) => Err(unexplained(&*other)),
    }
}

/// The SDK gave up before a request went out: a setting that it cannot make an endpoint from.
fn unexplained(error: &(dyn StdError + 'static)) -> Error {
    let innermost = std::iter::successors(Some(error), |&error| error.source()).last().unwrap_or(error);
    Error::new(
        Kind::Config,
        format!("the AWS SDK cannot make the call: {}", printable(&innermost.to_string())),
        "check region, endpoint, FIPS and dual-stack settings of AWS",
    )
}

/// STS's id for the call, from the header or the XML: support asks for it.
fn request_id(raw: &HttpResponse) -> Option<String> {
    let header = raw.headers().get("x-amzn-requestid").map(str::to_owned);
    header.or_else(|| {
        let text = std::str::from_utf8(raw.body().bytes()?).ok()?;
        let (_, rest) = text.split_once("<RequestId>")?;
        let (id, _) = rest.split_once("</RequestId>")?;
        Some(id.trim().to_owned())
    })
}

/// STS repeats in its message what it does not like. Out go the secrets that we sent, and whatever else is long enough to
/// be a piece of one.
fn without_secrets(message: &str, secrets: &[&str]) -> String {
    const HIDDEN: &str = "(hidden)";
    let mut text = message.to_owned();
    for secret in secrets.iter().filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, HIDDEN);
    }
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=' | '%');
    text.split_inclusive(|c| !is_base64(c))
        .map(|piece| if piece.len() >= SECRET_RUN { HIDDEN } else { piece })
        .collect()
}
