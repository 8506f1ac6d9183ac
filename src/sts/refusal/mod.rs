//! What STS's refusals mean: one row each, here for any call and for credentials, in `assertion` for assertions.
//!
//! The head of a message is shown; its tail in brackets, `(Service: …; Status Code: …)`, varies and is not.

mod assertion;

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
            code: without_secrets(meta.code().unwrap_or_default(), secrets),
            message: without_secrets(meta.message().unwrap_or_default(), secrets),
            request_id: request_id(raw).map(|id| without_secrets(&id, secrets)),
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

/// STS repeats in its message what it does not like, and who stands in for it may do so anywhere. Out go the secrets that we sent, and whatever else is long enough to
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
