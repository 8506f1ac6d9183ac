//! Okta's API errors: code, HTTP status and summary from the error table of Okta's reference.

use crate::exchange::Reply;
use crate::users::Channel;
use serde_json::json;

/// An API call refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    code: &'static str,
    summary: String,
    causes: Vec<String>,
}

fn refusal(status: u16, code: &'static str, summary: &str) -> Refusal {
    Refusal { status, code, summary: summary.to_owned(), causes: Vec::new() }
}

impl Refusal {
    fn because(mut self, cause: &str) -> Refusal {
        self.causes.push(cause.to_owned());
        self
    }

    /// A member is missing or of the wrong kind. The causes' wording is this sandbox's.
    pub(crate) fn validation(object: &str, cause: &str) -> Refusal {
        refusal(400, "E0000001", &format!("Api validation failed: {object}")).because(cause)
    }

    /// The body is not a JSON object.
    pub(crate) fn malformed() -> Refusal {
        refusal(400, "E0000003", "The request body was not well-formed.")
    }

    /// Wrong password, unknown user, hidden lock-out, spent session token: all alike, with no causes.
    pub(crate) fn authentication() -> Refusal {
        refusal(401, "E0000004", "Authentication failed")
    }

    /// A cookie call without a session.
    pub(crate) fn session() -> Refusal {
        refusal(403, "E0000005", "Invalid session")
    }

    /// There is no such thing.
    pub(crate) fn not_found(what: &str, kind: &str) -> Refusal {
        refusal(404, "E0000007", &format!("Not found: Resource not found: {what} ({kind})"))
    }

    /// There is no such path.
    pub(crate) fn path() -> Refusal {
        refusal(404, "E0000008", "The requested path was not found")
    }

    /// The transaction is unknown, finished, cancelled or expired.
    pub(crate) fn token() -> Refusal {
        refusal(401, "E0000011", "Invalid token provided")
    }

    /// The body's type is not JSON. Okta's table has this code among the 400s; 415, HTTP's own status for it, is
    /// assumed and not confirmed with an org, so a client should go by the code.
    pub(crate) fn media_type() -> Refusal {
        refusal(
            415,
            "E0000021",
            "Bad request.  Accept and/or Content-Type headers likely do not match supported values.",
        )
    }

    /// The path exists for another method.
    pub(crate) fn method() -> Refusal {
        refusal(405, "E0000022", "The endpoint does not support the provided HTTP method")
    }

    /// Too many tries.
    pub(crate) fn rate_limit() -> Refusal {
        refusal(429, "E0000047", "API call exceeded rate limit due to too many requests.")
    }

    /// A wrong code or answer; the transaction stays.
    pub(crate) fn passcode() -> Refusal {
        refusal(403, "E0000068", "Invalid Passcode/Answer")
            .because("Your passcode/answer doesn't match our records. Please try again.")
    }

    /// Too many wrong codes.
    pub(crate) fn locked() -> Refusal {
        refusal(403, "E0000069", "User Locked")
    }

    /// The transaction is not in a state for this.
    pub(crate) fn wrong_state() -> Refusal {
        let summary = "This operation is not allowed in the current authentication state.";
        refusal(403, "E0000079", summary)
    }

    /// The code was right and has been used already.
    pub(crate) fn replayed() -> Refusal {
        let summary = "Each code can only be used once. Please wait for a new code and try again.";
        refusal(403, "E0000082", summary)
    }

    /// A message too soon after the last one. The wording for calls is this sandbox's.
    pub(crate) fn too_soon(channel: Channel) -> Refusal {
        let (code, summary) = match channel {
            Channel::Sms => {
                ("E0000109", "An SMS message was recently sent. Please wait 30 seconds before trying again.")
            }
            Channel::Call => {
                ("E0000133", "A phone call was recently made. Please wait 30 seconds before trying again.")
            }
            Channel::Email => {
                ("E0000118", "An email was recently sent. Please wait 5 seconds before trying again.")
            }
        };
        refusal(429, code, summary)
    }

    /// RSA wants another value, and the summary is its prompt. Okta's widget has a mock of this code that asks for a
    /// new PIN; this prompt is RSA's own.
    pub(crate) fn next_token() -> Refusal {
        refusal(409, "E0000113", "Wait for token to change,\nthen enter the new tokencode:")
    }

    /// The answer this makes.
    pub(crate) fn reply(self, error_id: &str) -> Reply {
        let causes: Vec<_> = self.causes.iter().map(|cause| json!({ "errorSummary": cause })).collect();
        let body = json!({
            "errorCode": self.code,
            "errorSummary": self.summary,
            "errorLink": self.code,
            "errorId": error_id,
            "errorCauses": causes,
        });
        Reply::new(self.status, "application/json", body.to_string())
    }
}
