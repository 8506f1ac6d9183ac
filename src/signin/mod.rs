//! The conversation with AWS's sign-in: temporary credentials for a sign-in token, the address that a browser opens with it, and the page that names
//! accounts.
//!
//! Federation is from the IAM guide, "Enable custom identity broker access to the AWS console". There is no model of it and no SDK; refusals have no body that says
//! anything.

mod accounts;
mod hosts;

pub use accounts::{accounts, saml_address};
pub use hosts::{Site, console};

use crate::document;
use crate::error::{Error, Kind};
use crate::http::{Http, Request, Response};
use crate::secret::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;
use zeroize::Zeroizing;

/// Temporary credentials, as the sign-in takes them.
#[derive(Clone, Copy, Debug)]
pub struct Session<'a> {
    /// Not a secret.
    pub access_key_id: &'a str,
    /// A secret.
    pub secret_access_key: &'a SecretString,
    /// A secret.
    pub session_token: &'a SecretString,
}

/// The longest sign-in token that is taken, in bytes. They have some 2,000 characters, and become part of an address.
const TOKEN_LIMIT: usize = 16 << 10;

/// A sign-in token for the credentials; it works for 15 minutes. `duration` is how long the console's session shall last, in seconds; without it, as long
/// as the credentials do.
///
/// Sent as a form, which the endpoint takes as well as the query that the guide shows: a query is what proxies and servers write into their logs.
///
/// # Errors
/// Those of [`Http::send`]; `authentication_failed` for whatever the sign-in does not take: it does not say why.
pub async fn signin_token(
    http: &Http,
    site: &Site,
    session: Session<'_>,
    duration: Option<u32>,
) -> Result<SecretString, Error> {
    let session = Zeroizing::new(
        json!({
            "sessionId": session.access_key_id,
            "sessionKey": session.secret_access_key.expose_secret(),
            "sessionToken": session.session_token.expose_secret(),
        })
        .to_string(),
    );
    let seconds = duration.map(|seconds| seconds.to_string());
    let mut fields = vec![("Action", "getSigninToken")];
    fields.extend(seconds.as_deref().map(|seconds| ("SessionDuration", seconds)));
    fields.push(("Session", &session));
    let request = Request::post_form(site.federation(), &fields).accept("application/json");
    let response = http.send(request).await?;
    if response.status == 200
        && let Some(token) = token(&response)
    {
        return Ok(token);
    }
    Err(refused(response.status))
}

fn token(response: &Response) -> Option<SecretString> {
    let answer = document::object(&response.body)?;
    let token = answer.get("SigninToken").and_then(Value::as_str)?;
    let is_token =
        !token.is_empty() && token.len() <= TOKEN_LIMIT && token.bytes().all(|b| b.is_ascii_graphic());
    is_token.then(|| SecretString::from(token))
}

fn refused(status: u16) -> Error {
    let (kind, message, hint) = match status {
        400 | 401 | 403 => (
            Kind::AuthenticationFailed,
            format!("AWS's sign-in does not take these credentials (status {status})"),
            "it does not say why: they may have expired, be those of another partition, or be forbidden the console",
        ),
        429 => (
            Kind::RateLimited,
            "AWS's sign-in is asked too often".to_owned(),
            "wait a little, then try again",
        ),
        500.. => (Kind::ServiceError, format!("AWS's sign-in answered with status {status}"), "try again"),
        200 => (
            Kind::Protocol,
            "AWS's sign-in answered with success and no sign-in token".to_owned(),
            "check AWS_ENDPOINT_URL_SIGNIN and AWS_ENDPOINT_URL, and proxies in between",
        ),
        _ => (
            Kind::Protocol,
            format!("AWS's sign-in answered with status {status}"),
            "check AWS_ENDPOINT_URL_SIGNIN and AWS_ENDPOINT_URL, and proxies in between",
        ),
    };
    Error::new(kind, message, hint)
}

/// The address that signs a browser in. Whoever has it within the token's 15 minutes is signed in.
pub fn login_url(site: &Site, token: &SecretString, destination: &Url, issuer: Option<&str>) -> SecretString {
    let mut url = site.federation();
    let mut query = url.query_pairs_mut();
    query.append_pair("Action", "login");
    if let Some(issuer) = issuer {
        query.append_pair("Issuer", issuer);
    }
    query.append_pair("Destination", destination.as_str());
    query.append_pair("SigninToken", token.expose_secret());
    drop(query);
    SecretString::from(String::from(url))
}

#[cfg(test)]
mod tests;
