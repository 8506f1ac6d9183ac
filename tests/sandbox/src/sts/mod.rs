//! AWS STS, the query protocol of version 2011-06-15: AssumeRoleWithSAML, AssumeRole and GetCallerIdentity. On the same
//! listener IAM, and, at `/federation` and `/saml`, AWS's sign-in.

mod assertion;
mod assume;
mod federation;
mod iam;
mod identity;
mod issue;
mod request;
mod role;
mod signin;
mod sigv4;

use crate::exchange::{Asked, Reply, form};
use crate::server::Shared;
use std::collections::HashMap;

/// The API's name space and version.
const NAME_SPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";
const VERSION: &str = "2011-06-15";

/// A request refused, in AWS's words.
#[derive(Debug, PartialEq, Eq)]
struct Refusal {
    status: u16,
    code: &'static str,
    message: String,
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Refusal {
        Refusal { status, code, message: message.into() }
    }
}

/// Answers a request to STS, at whatever path: an endpoint's address may have one.
pub(crate) fn answer(shared: &Shared, asked: &Asked) -> Reply {
    if asked.path == "/federation" {
        return federation::answer(shared, asked);
    }
    if asked.path == "/saml" {
        return signin::answer(shared, asked);
    }
    let request_id = shared.state().random.aws_request_id();
    if asked.method != "POST" {
        // A browser is sent to the documentation; that the real endpoint does so is recalled, not confirmed.
        return Reply::redirect("https://aws.amazon.com/iam").header("x-amzn-requestid", &request_id);
    }
    let is_iam = form(&asked.body).iter().any(|(name, value)| name == "Version" && value == iam::VERSION);
    let name_space = if is_iam { iam::NAME_SPACE } else { NAME_SPACE };
    let (status, xml) = match dispatch(shared, asked, &request_id) {
        Ok((action, result)) => (
            200,
            format!(
                r#"<{action}Response xmlns="{name_space}"><{action}Result>{result}</{action}Result><ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata></{action}Response>"#
            ),
        ),
        Err(refusal) => (
            refusal.status,
            format!(
                r#"<ErrorResponse xmlns="{name_space}"><Error><Type>Sender</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"#,
                refusal.code,
                escaped(&refusal.message)
            ),
        ),
    };
    Reply::new(status, "text/xml", xml).header("x-amzn-requestid", &request_id)
}

fn dispatch(shared: &Shared, asked: &Asked, request_id: &str) -> Result<(&'static str, String), Refusal> {
    let parameters = match asked.media_type().as_str() {
        "application/x-www-form-urlencoded" => form(&asked.body).into_iter().collect(),
        _ => HashMap::new(),
    };
    let version = parameters.get("Version").map_or("NO_VERSION_SPECIFIED", String::as_str);
    match parameters.get("Action").map(String::as_str) {
        Some("AssumeRoleWithSAML") if version == VERSION => {
            let result = assume::assume_role_with_saml(shared, &parameters, request_id)?;
            Ok(("AssumeRoleWithSAML", result))
        }
        Some("AssumeRole") if version == VERSION => {
            Ok(("AssumeRole", role::assume_role(shared, asked, &parameters)?))
        }
        Some("GetCallerIdentity") if version == VERSION => {
            Ok(("GetCallerIdentity", identity::get_caller_identity(shared, asked)?))
        }
        Some("ListAccountAliases") if version == iam::VERSION => {
            Ok(("ListAccountAliases", iam::list_account_aliases(shared, asked)?))
        }
        None => Err(Refusal::new(
            400,
            "MissingAction",
            "The request is missing an action or a required parameter.",
        )),
        Some(action) => {
            let message = format!("Could not find operation {action} for version {version}");
            Err(Refusal::new(400, "InvalidAction", message))
        }
    }
}

/// Text as XML content.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
