//! The stages: one file each, named as its subcommand. A stage takes the world as a [`Context`] and gives its [`Output`]; it writes nothing,
//! and calls no other stage. What several stages do alike with their input stands here.

pub mod assume;
pub mod assume_role;
pub mod authn;
pub mod caller_identity;
pub mod console;
pub mod export;
pub mod factor_verify;
pub mod saml_fetch;
pub mod saml_roles;
pub mod session;
pub mod to_profile;

mod aliases;
mod credentials;
mod endpoint;
#[cfg(test)]
mod laws;
mod profile;
mod role;

use crate::cli::RegionArg;
use crate::config::Profile;
use crate::context::Context;
use crate::document::{self, Carry, Document, INPUT_LIMIT, Input, LINES_LIMIT};
use crate::error::{Error, Kind};
use crate::okta::{self, Okta};
use crate::org::Org;
use crate::sts::{AwsEnvironment, AwsSettings};
use crate::transaction::Transaction;
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::path::PathBuf;
use url::Url;
use zeroize::Zeroizing;

/// What a stage gives to be written.
#[derive(Debug)]
pub enum Output {
    /// One document.
    Document(Document),
    /// One document a line, in the order of the input. A line that failed holds its error document, and the exit code is that of the first.
    Lines(Vec<Result<Document, Error>>),
    /// Text that is no document, and what a terminal shows of it.
    Text {
        /// As a pipe gets it.
        plain: SecretString,
        /// As a terminal gets it, unless `--reveal` is given.
        masked: String,
    },
    /// As [`Output::Text`], and then lines for the end of a file that is there.
    Appended {
        /// As a pipe gets it.
        plain: SecretString,
        /// As a terminal gets it, unless `--reveal` is given.
        masked: String,
        /// The file.
        file: PathBuf,
        /// What is appended to it, in one write.
        lines: SecretString,
    },
}

/// The stage's input. An error of a stage before ends here; a raw Okta error body (from curl, which says nothing) is told now.
///
/// # Errors
/// `no_document` for empty input and for a terminal; [`Error::Upstream`]; what [`document::read`] refuses.
fn input(context: &Context<'_>) -> Result<Input, Error> {
    match document::read(&bytes(context, INPUT_LIMIT)?)? {
        Input::Nothing => Err(no_document()),
        Input::Document(document) => checked(document).map(Input::Document),
        other => Ok(other),
    }
}

/// The documents of a stage that takes many, one a line. All are read before anything is done with the first: a pipe that was cut has
/// no effect. Error documents among them are for the stage to keep in their place.
fn input_lines(context: &Context<'_>) -> Result<Vec<Document>, Error> {
    lines(&bytes(context, LINES_LIMIT)?)
}

fn lines(bytes: &[u8]) -> Result<Vec<Document>, Error> {
    let documents = document::read_lines(bytes)?;
    if documents.is_empty() { Err(no_document()) } else { Ok(documents) }
}

fn bytes(context: &Context<'_>, limit: usize) -> Result<Zeroizing<Vec<u8>>, Error> {
    if context.stdin_is_terminal {
        return Err(Error::new(
            Kind::NoDocument,
            "stdin is a terminal, and this stage reads a document",
            "pipe the stage before into it; its manual page says which",
        ));
    }
    context.stdin(limit)
}

fn no_document() -> Error {
    Error::new(Kind::NoDocument, "stdin is empty", "did the stage before fail?")
}

fn checked(document: Document) -> Result<Document, Error> {
    if let Some(error) = document.upstream_error() {
        return Err(error);
    }
    if okta::is_refusal(document.members()) {
        return Err(okta::refused_body(0, document.members().clone()));
    }
    Ok(document)
}

/// The input of a stage that takes JSON only.
fn input_document(context: &Context<'_>) -> Result<Document, Error> {
    match input(context)? {
        Input::Document(document) => Ok(document),
        _ => Err(wrong_document("stdin is not JSON", "pass on what the stage before printed")),
    }
}

fn wrong_document(message: &str, hint: &str) -> Error {
    Error::new(Kind::WrongDocument, message, hint)
}

/// What a document is, as far as its members tell. A hint for a misplaced one is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Transaction,
    Session,
    Form,
    Assertion,
    Credentials,
    Identity,
    WebSsoToken,
    Ion,
    Unknown,
}

impl Shape {
    fn of(document: &Document) -> Shape {
        let has = |name: &str| document.has(name);
        if has("SAMLResponse") {
            Shape::Form
        } else if has("SAMLAssertion") {
            Shape::Assertion
        } else if has("Credentials") || has("AccessKeyId") {
            Shape::Credentials
        } else if has("Arn") && has("Account") {
            Shape::Identity
        } else if has("access_token") || has("issued_token_type") {
            Shape::WebSsoToken
        } else if document.members().get("success").is_some_and(|success| success.get("href").is_some()) {
            Shape::Ion
        } else if has("sessionToken") || has("stateToken") {
            Shape::Transaction
        } else if has("id") {
            Shape::Session
        } else if has("status") {
            Shape::Transaction
        } else {
            Shape::Unknown
        }
    }
}

/// The refusal of a document that another stage takes.
fn misplaced(document: &Document) -> Error {
    let (what, hint) = match Shape::of(document) {
        Shape::Transaction => match Transaction::read(document.members())
            .map(|transaction| transaction.status)
        {
            Some("MFA_REQUIRED" | "MFA_CHALLENGE") => {
                ("a transaction that waits for a second factor", "factor-verify is missing before this stage")
            }
            Some("SUCCESS") => ("a finished transaction", "session or saml-fetch takes it"),
            None => ("a transaction without its status", "pass on what the stage before printed"),
            _ => return okta::refused_status(document.members()),
        },
        Shape::Session => ("an Okta session", "saml-fetch takes it"),
        Shape::Form => ("a sign-in form", "saml-roles takes it"),
        Shape::Assertion => ("an assertion", "assume takes it"),
        Shape::Credentials => ("credentials", "export, to-profile and caller-identity take them"),
        Shape::Identity => ("a caller identity", "it is the end of a pipe"),
        Shape::WebSsoToken => ("an OAuth token", "saml-fetch takes a web SSO token"),
        Shape::Ion => ("an Ion document", "saml-fetch takes a successful one"),
        Shape::Unknown => ("a document of no step of a sign-in", "pass on what the stage before printed"),
    };
    wrong_document(&format!("stdin holds {what}"), hint)
}

/// The answer, or what follows it if it is PASSWORD_WARN. That is not asked for, but an org may send it, after a second factor too: the password
/// still works, so the warning is passed on and skipped.
async fn skip_warning(
    okta: &Okta<'_>,
    answer: Map<String, Value>,
    context: &Context<'_>,
) -> Result<Map<String, Value>, Error> {
    let Some(transaction) =
        Transaction::read(&answer).filter(|transaction| transaction.status == "PASSWORD_WARN")
    else {
        return Ok(answer);
    };
    let (Some(link), Some(token)) = (transaction.link("skip", None), transaction.state_token()) else {
        return Err(okta::refused_status(&answer));
    };
    (context.warn)("the Okta password expires soon; change it in a browser");
    okta.follow(&link, &token).await
}

/// The org of a document that carries a token: who issued it is a fact. The one in its context, else the one origin that its links
/// share, else the flag or `OKTA_ORG`, else the profile's; a flag or variable that names another is refused before anything is sent or asked.
fn settle_org(
    context: &Context<'_>,
    flag: Option<&str>,
    carry: &Carry,
    links: &[String],
    profile: &Profile,
) -> Result<Org, Error> {
    let named = context.setting("org", flag, &["OKTA_ORG"], None, &Profile::default());
    let named = named.map(|text| Org::parse(&text)).transpose()?;
    let issuer = match carry.setting("org") {
        Some(text) => Some(Org::parse(text).map_err(|_| {
            wrong_document(
                "the document's _oktapipe.org is not an origin",
                "pass on what the stage before printed",
            )
        })?),
        None => shared_origin(links)?,
    };
    match (issuer, named) {
        (Some(issuer), Some(named)) if issuer != named => Err(Error::new(
            Kind::OrgMismatch,
            format!("the document is of {issuer:?}, and --org or OKTA_ORG names {named:?}"),
            "its tokens go to the org that issued them only: drop the setting, or sign in to the other org",
        )),
        (Some(org), _) | (None, Some(org)) => Ok(org),
        (None, None) => Org::parse(profile.text("org").ok_or_else(missing_org)?),
    }
}

fn missing_org() -> Error {
    Error::new(Kind::Usage, "no Okta org is given", "give --org or set OKTA_ORG: a name, a host or a URL")
}

fn shared_origin(links: &[String]) -> Result<Option<Org>, Error> {
    let mut origins: Vec<String> = Vec::new();
    for link in links {
        if let Ok(url) = Url::parse(link) {
            let origin = url.origin();
            // `javascript:` and `data:` have an opaque one, whose text `null` would be read as the name of an org.
            if !origin.is_tuple() {
                return Err(not_https());
            }
            let origin = origin.ascii_serialization();
            if !origins.contains(&origin) {
                origins.push(origin);
            }
        }
    }
    match origins.as_slice() {
        [] => Ok(None),
        [origin] => Org::parse(origin).map(Some).map_err(|_| not_https()),
        _ => Err(Error::new(
            Kind::OrgMismatch,
            "the document's links lead to different origins",
            "its tokens would go to either: check where it came from",
        )),
    }
}

fn not_https() -> Error {
    Error::new(
        Kind::OrgMismatch,
        "the document's links do not lead to an https origin",
        "check where it came from",
    )
}

/// AWS's settings: `--region`, the variables, what the document carries, the profile, AWS's own files.
async fn aws(
    context: &Context<'_>,
    region: &RegionArg,
    carry: &Carry,
    profile: &Profile,
) -> Result<AwsSettings, Error> {
    let mut environment = AwsEnvironment::choose(|name| context.environment.raw(name).map(str::to_owned));
    environment.flag = region.region.clone();
    environment.context = carry.setting("region").or_else(|| profile.text("region")).map(str::to_owned);
    AwsSettings::load(&environment).await
}

/// Fails when stdout's reader is gone: asked before anything one-time is spent.
fn still_read(context: &Context<'_>) -> Result<(), Error> {
    if context.terminal.reader_is_gone() { Err(Error::ReaderGone) } else { Ok(()) }
}
