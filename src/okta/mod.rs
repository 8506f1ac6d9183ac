//! The conversation with an Okta org: its Authentication API, its sessions, and the pages of an app.
//!
//! Tokens, codes and cookies go to the org's own origin, whatever a link or a redirect says. Nothing is sent twice: a password,
//! a code, a push and a session token are one-time, so a failed request is a failure, and only the polling of a push goes on
//! after one.

mod jar;
mod push;
mod refusal;
#[cfg(test)]
mod tests;

pub use jar::Jar;
pub use push::{Push, wait_for_push};
pub use refusal::{is_refusal, refused_answer, refused_body, refused_status};

use crate::document;
use crate::error::{Error, Kind, printable};
use crate::http::{Http, Request, Response};
use crate::org::Org;
use crate::transaction::Transaction;
use http::header::LOCATION;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use url::Url;

/// The most redirects that are followed for one page. Okta's own chain has two or three.
pub const REDIRECT_LIMIT: usize = 10;

/// One org, and the cookies that it set.
#[derive(Debug)]
pub struct Okta<'a> {
    http: &'a Http,
    org: Org,
    jar: RefCell<Jar>,
}

impl<'a> Okta<'a> {
    /// A conversation that begins with these cookies.
    pub fn new(http: &'a Http, org: Org, jar: Jar) -> Self {
        Okta { http, org, jar: RefCell::new(jar) }
    }

    /// The org.
    pub fn org(&self) -> &Org {
        &self.org
    }

    /// The cookies so far.
    pub fn into_jar(self) -> Jar {
        self.jar.into_inner()
    }

    /// `POST /api/v1/authn` with a name and a password: a transaction. The password is sent once.
    ///
    /// `warnBeforePasswordExpired` is off: nobody can change a password here, and PASSWORD_WARN would only stand in the way.
    ///
    /// # Errors
    /// What [`refused_answer`] makes of Okta's refusal; `network` and the like; `protocol` for an answer that is no JSON object.
    pub async fn authn(&self, username: &str, password: &SecretString) -> Result<Map<String, Value>, Error> {
        let body = json!({
            "username": username, "password": password.expose_secret(),
            "options": {"multiOptionalFactorEnroll": false, "warnBeforePasswordExpired": false},
        });
        self.post(&self.org.url("/api/v1/authn"), &body).await
    }

    /// `POST /api/v1/authn` with a state token: the transaction's present state. This is how the step-up that an app demands begins.
    ///
    /// # Errors
    /// As [`Okta::authn`].
    pub async fn state(&self, token: &SecretString) -> Result<Map<String, Value>, Error> {
        self.post(&self.org.url("/api/v1/authn"), &json!({ "stateToken": token.expose_secret() })).await
    }

    /// Follows a link of a transaction by POST, with the state token.
    ///
    /// # Errors
    /// As [`Okta::authn`]; `protocol` for a link that leaves the org's origin.
    pub async fn follow(&self, link: &str, token: &SecretString) -> Result<Map<String, Value>, Error> {
        self.post(&self.own_link(link)?, &json!({ "stateToken": token.expose_secret() })).await
    }

    /// As [`Okta::follow`], with a code or an answer as `member` (`passCode`, `answer`).
    ///
    /// # Errors
    /// As [`Okta::follow`].
    pub async fn follow_with(
        &self,
        link: &str,
        token: &SecretString,
        member: &str,
        code: &SecretString,
    ) -> Result<Map<String, Value>, Error> {
        let body = json!({ "stateToken": token.expose_secret(), member: code.expose_secret() });
        self.post(&self.own_link(link)?, &body).await
    }

    /// Ends a transaction: `POST` on its `cancel` link. Whether Okta heard it is not waited for by anybody, so failures are silent.
    pub async fn cancel(&self, transaction: &Transaction<'_>) {
        let (Some(link), Some(token)) = (transaction.link("cancel", None), transaction.state_token()) else {
            return;
        };
        let _ = self.follow(&link, &token).await;
    }

    /// `POST /api/v1/sessions`: a session of a one-time session token. Its `id` is the value of the cookie `sid`.
    ///
    /// # Errors
    /// `session_expired` for a token that was used or is older than 5 minutes (Okta answers 401); `protocol` for an answer without an
    /// `id`; else as [`Okta::authn`].
    pub async fn session(&self, token: &SecretString) -> Result<Map<String, Value>, Error> {
        let url = self.org.url("/api/v1/sessions");
        let response =
            self.send(Request::post_json(url, &json!({ "sessionToken": token.expose_secret() }))).await?;
        if response.status == 401 {
            let error = Error::new(
                Kind::SessionExpired,
                "Okta does not take the session token: it was used already, or is older than 5 minutes",
                "sign in again",
            );
            return Err(error.with_body(object(&response).unwrap_or_default()));
        }
        let session = self.answer(&response)?;
        match session.get("id").and_then(Value::as_str) {
            Some(id) if !id.is_empty() => Ok(session),
            _ => Err(protocol("Okta's answer is no session: it has no id")),
        }
    }

    /// `DELETE /api/v1/sessions/me`: ends the session whose cookie is in the jar. Okta answers 204, and 404 where the session is over already
    /// (Okta's Sessions API reference).
    ///
    /// # Errors
    /// As [`Okta::authn`].
    pub async fn close_session(&self) -> Result<(), Error> {
        let url = self.org.url("/api/v1/sessions/me");
        let response = self.send(Request::delete(url).accept("application/json")).await?;
        match response.status {
            200..=299 | 404 => Ok(()),
            _ => Err(refused_answer(&response, object(&response))),
        }
    }

    /// GETs a page of the org, through its redirects, and gives the last answer.
    ///
    /// # Errors
    /// `protocol` for a redirect that leaves the org's origin, falls to http, has no readable target, or is one too many.
    pub async fn page(&self, first: Url) -> Result<Response, Error> {
        self.through_redirects(Request::get(first)).await
    }

    /// Redeems a web SSO token: `POST /login/token/sso`, and on through the redirects.
    ///
    /// # Errors
    /// As [`Okta::page`].
    pub async fn web_sso(&self, token: &SecretString) -> Result<Response, Error> {
        let url = self.org.url("/login/token/sso");
        self.through_redirects(Request::post_form(url, &[("token", token.expose_secret())])).await
    }

    async fn through_redirects(&self, first: Request) -> Result<Response, Error> {
        let mut request = first;
        for _ in 0..=REDIRECT_LIMIT {
            let response = self.send(request.accept("text/html")).await?;
            if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
                return Ok(response);
            }
            let Some(target) = response.redirect() else {
                return Err(protocol("Okta sent a redirect without one readable target"));
            };
            let Some(next) = self.org.own(&response.url, target.as_str()) else {
                return Err(self.foreign(&response, &target));
            };
            request = Request::get(next);
        }
        Err(protocol(&format!("Okta sent more than {REDIRECT_LIMIT} redirects in a row")))
    }

    fn foreign(&self, response: &Response, target: &Url) -> Error {
        let shown =
            response.header(LOCATION).map(|_| target.origin().ascii_serialization()).unwrap_or_default();
        Error::new(
            Kind::Protocol,
            format!(
                "Okta redirects to another origin, {}; tokens and cookies go to {} only",
                printable(&shown),
                self.org.origin()
            ),
            "if that is the same org under another name, give it with --org from the first stage on",
        )
    }

    async fn post(&self, url: &Url, body: &Value) -> Result<Map<String, Value>, Error> {
        let response = self.send(Request::post_json(url.clone(), body)).await?;
        self.answer(&response)
    }

    async fn send(&self, request: Request) -> Result<Response, Error> {
        let request = match self.jar.borrow().header() {
            Some(cookies) => request.cookies(cookies),
            None => request,
        };
        let response = self.http.send(request).await?;
        for line in response.set_cookies() {
            self.jar.borrow_mut().take(line);
        }
        Ok(response)
    }

    fn answer(&self, response: &Response) -> Result<Map<String, Value>, Error> {
        match object(response) {
            Some(members) if response.status < 300 && !is_refusal(&members) => Ok(members),
            members => Err(refused_answer(response, members)),
        }
    }

    fn own_link(&self, link: &str) -> Result<Url, Error> {
        self.org
            .own(&self.org.url("/"), link)
            .ok_or_else(|| protocol(&format!("a link in Okta's answer leaves {}", self.org.origin())))
    }
}

fn object(response: &Response) -> Option<Map<String, Value>> {
    document::object(&response.body)
}

fn protocol(message: &str) -> Error {
    Error::new(
        Kind::Protocol,
        message,
        "run it again with -v to see the requests, and look at the org's sign-in in a browser",
    )
}
