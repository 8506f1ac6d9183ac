//! `saml-fetch`: a session, or a one-time token, to the form that carries the assertion to AWS.

use super::{Output, Shape, input, misplaced, settle_org, still_read, wrong_document};
use crate::cli::SamlFetch;
use crate::context::Context;
use crate::document::{Document, Input};
use crate::error::{Error, Kind, printable};
use crate::http::Response;
use crate::okta::{Jar, Okta, refused_answer, refused_status};
use crate::page::{self, Page};
use crate::transaction::Transaction;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use url::Url;

/// Where the way to the form begins, and the token that the first step spends.
enum Start {
    /// The app link, with the session's cookie.
    Session(SecretString),
    /// The app link, with a one-time session token.
    Token(SecretString),
    /// A link that a finished step-up or an Ion document gives.
    Link(String),
    /// The org's `/login/token/sso`.
    WebSso(SecretString),
}

/// Fetches the form, or starts the step-up that the app asks for. A form passes through.
///
/// # Errors
/// What the page is instead of the form: `session_expired`, `app_not_assigned`, `policy_denied`, `config` (an app
/// that is not in SAML mode), `protocol` with the page's title.
pub async fn run(arguments: &SamlFetch, context: &Context<'_>) -> Result<Output, Error> {
    let Input::Document(document) = input(context)? else {
        return Err(wrong_document("stdin is not JSON", "saml-fetch takes a session or a transaction"));
    };
    let mut carry = document.carry()?;
    if Shape::of(&document) == Shape::Form {
        return Ok(Output::Document(document));
    }
    let start = start(&document)?;
    let profile = context.profile(&mut carry)?;
    let links = links(&document);
    let org = settle_org(context, arguments.org.org.as_deref(), &carry, &links, &profile)?;
    let app =
        context.setting("app", arguments.app.as_deref(), &["OKTA_APP_ID"], carry.setting("app"), &profile);
    let mut jar = Jar::new(carry.cookies());
    if let Start::Session(id) = &start {
        jar.set("sid", id.expose_secret());
    }
    let okta = Okta::new(context.http, org, jar);
    let app_link = |okta: &Okta<'_>| match &app {
        Some(app) => okta.org().app(app),
        None => Err(Error::new(
            Kind::Usage,
            "no app is given",
            "give --app or set OKTA_APP_ID: the app's link from the Okta dashboard, or its id (0oa... or exk...)",
        )),
    };
    let response = match start {
        Start::Session(_) => {
            let link = app_link(&okta)?;
            okta.page(link).await?
        }
        Start::Token(token) => {
            let mut link = app_link(&okta)?;
            link.query_pairs_mut().append_pair("sessionToken", token.expose_secret());
            still_read(context)?;
            okta.page(link).await?
        }
        Start::Link(link) => {
            let own = okta.org().own(&okta.org().url("/"), &link).ok_or_else(foreign_link)?;
            still_read(context)?;
            okta.page(own).await?
        }
        Start::WebSso(token) => {
            still_read(context)?;
            okta.web_sso(&token).await?
        }
    };
    let answer = read(&okta, &response).await?;
    carry.set("org", &okta.org().origin());
    if let Some(app) = &app {
        carry.set("app", app);
    }
    carry.set_cookies(okta.into_jar().pairs());
    Ok(Output::Document(carry.beside(answer)))
}

fn start(document: &Document) -> Result<Start, Error> {
    let transaction = Transaction::read(document.members());
    let start = match Shape::of(document) {
        Shape::Session => document.secret("id").map(Start::Session),
        Shape::Transaction => document.secret("sessionToken").map(Start::Token).or_else(|| {
            let transaction = transaction.filter(|transaction| transaction.status == "SUCCESS")?;
            transaction.link("next", Some("original")).map(Start::Link)
        }),
        Shape::Ion => document
            .members()
            .get("success")
            .and_then(|success| success.get("href")?.as_str())
            .map(|href| Start::Link(href.to_owned())),
        Shape::WebSsoToken
            if document.text("issued_token_type") == Some("urn:okta:oauth:token-type:web_sso_token") =>
        {
            document.secret("access_token").map(Start::WebSso)
        }
        _ => None,
    };
    start.ok_or_else(|| misplaced(document))
}

/// The links that name the org of a document without context.
fn links(document: &Document) -> Vec<String> {
    let href = |value: Option<&Value>| value.and_then(|link| link.get("href")?.as_str()).map(str::to_owned);
    let own = document.members().get("_links");
    let session =
        ["self", "refresh", "user"].iter().filter_map(|name| href(own.and_then(|links| links.get(*name))));
    let transaction =
        Transaction::read(document.members()).map(|transaction| transaction.links()).unwrap_or_default();
    session.chain(transaction).chain(href(document.members().get("success"))).collect()
}

fn foreign_link() -> Error {
    Error::new(Kind::OrgMismatch, "the document's link leaves its org", "check where the document came from")
}

async fn read(okta: &Okta<'_>, response: &Response) -> Result<Map<String, Value>, Error> {
    if response.status == 429 || response.status >= 500 {
        return Err(refused_answer(response, None));
    }
    match page::read(&response.body)? {
        Page::Form(form) => Ok(fields(&form, &response.url)),
        Page::StepUp { state_token, .. } => step_up(okta, &state_token).await,
        Page::SignIn { .. } => Err(Error::new(
            Kind::SessionExpired,
            "Okta shows its sign-in page: the session or its token is unknown, used or expired",
            "sign in again; a session token works once and for 5 minutes",
        )),
        Page::NotAssigned { title, text } => Err(Error::new(
            Kind::AppNotAssigned,
            said("the app is not assigned to this user", &title, &text),
            "ask an Okta administrator to assign the app, or check --app",
        )),
        Page::AccessLocked { title, text } => Err(Error::new(
            Kind::PolicyDenied,
            said("a sign-on policy keeps this user from the app", &title, &text),
            "ask an Okta administrator which policy it is",
        )),
        Page::NotSaml { action, .. } => Err(Error::new(
            Kind::Config,
            format!("the app has no SAML assertion: its form goes to {}", printable(&action)),
            "an administrator has to set the app's sign-on method to SAML 2.0",
        )),
        Page::Error { title, text } => Err(Error::new(
            Kind::Protocol,
            said(&format!("Okta shows an error page (HTTP {})", response.status), &title, &text),
            "check --app, and open the app in a browser",
        )),
        Page::Unknown { title } => Err(Error::new(
            Kind::Protocol,
            said(&format!("the page holds no SAMLResponse (HTTP {})", response.status), &title, ""),
            "check --app, and open the app in a browser to see what it shows",
        )),
    }
}

fn said(what: &str, title: &str, text: &str) -> String {
    let words: Vec<&str> = [title, text].into_iter().filter(|words| !words.is_empty()).collect();
    if words.is_empty() { what.to_owned() } else { format!("{what} ({})", words.join(": ")) }
}

/// The form's fields under their HTML names, and `action`, absolute.
fn fields(form: &page::Form, base: &Url) -> Map<String, Value> {
    let mut members: Map<String, Value> =
        form.fields.iter().map(|(name, value)| (name.clone(), value.as_str().into())).collect();
    let action = base.join(&form.action).map_or_else(|_| form.action.clone(), String::from);
    members.entry("RelayState").or_insert_with(|| "".into());
    members.insert("action".to_owned(), action.into());
    members
}

/// The step-up's transaction. Classic orgs answer MFA_REQUIRED; Identity Engine took this way out and answers 401.
async fn step_up(okta: &Okta<'_>, token: &SecretString) -> Result<Map<String, Value>, Error> {
    let answer = okta.state(token).await.map_err(|error| match error.kind() {
        Some(Kind::SessionExpired | Kind::AuthenticationFailed) => Error::new(
            Kind::StepUpRequired,
            "the app asks for more verification than this sign-in had, and the org does not give it to programs",
            "sign in with the factor that the app's policy wants, or use a browser",
        ),
        _ => error,
    })?;
    match Transaction::read(&answer).map(|transaction| transaction.status) {
        Some("MFA_REQUIRED" | "MFA_CHALLENGE" | "SUCCESS") => Ok(answer),
        _ => Err(refused_status(&answer)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_names_its_org_by_its_links() {
        let members = serde_json::json!({"id": "102", "_links": {"self": {"href": "https://a.okta.com/api/v1/sessions/me"}}});
        assert_eq!(
            links(&members.as_object().unwrap().clone().into()),
            ["https://a.okta.com/api/v1/sessions/me"]
        );
    }
}
