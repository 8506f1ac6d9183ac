//! The stages in one process. Which one is next, the document at hand says, as it says it to a person who builds the pipe; so a further way
//! in is a further stage here, and nothing else.

use super::Failed;
use crate::cli::{Assume, Authn, FactorVerify, SamlFetch, SamlRoles, Session};
use crate::context::{Context, Profiles};
use crate::document::{Document, to_line};
use crate::error::Error;
use crate::stage::{self, Output};
use crate::terminal::Terminal;
use crate::transaction::Transaction;
use std::cell::RefCell;
use std::io::{self, Cursor};
use zeroize::Zeroizing;

/// What each stage is given.
#[derive(Debug)]
pub(super) struct Flags {
    pub(super) authn: Authn,
    pub(super) factor_verify: FactorVerify,
    pub(super) session: Session,
    pub(super) saml_fetch: SamlFetch,
    pub(super) saml_roles: SamlRoles,
    pub(super) assume: Assume,
}

/// A stage of the way to the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Next {
    Authn,
    FactorVerify,
    Session,
    SamlFetch,
    /// What stands here is the form, or nothing that leads to one: `saml-roles` says so.
    Form,
}

/// The most forms that are fetched for one login: that of the app, and once more when the app's own demand for a factor is met.
const FETCHES: usize = 2;

fn next(document: Option<&Document>, fetches: usize) -> Next {
    let Some(document) = document else { return Next::Authn };
    let transaction = Transaction::read(document.members());
    let is_finished = document.has("sessionToken");
    match transaction.map(|transaction| transaction.status) {
        Some("MFA_REQUIRED" | "MFA_CHALLENGE") => Next::FactorVerify,
        _ if document.has("SAMLResponse") => Next::Form,
        Some("SUCCESS") if is_finished || fetches == 0 => Next::Session,
        _ if fetches < FETCHES => Next::SamlFetch,
        _ => Next::Form,
    }
}

/// Walks from a document, or from nothing, to the app's form. `passed` is told each session on the way.
///
/// # Errors
/// The stage's that failed.
pub(super) async fn to_form(
    flags: &Flags,
    context: &Context<'_>,
    start: Option<Document>,
    passed: impl Fn(&Document),
) -> Result<Document, Failed> {
    let (mut document, mut fetches) = (start, 0);
    loop {
        let next = next(document.as_ref(), fetches);
        if let (Next::Form, Some(form)) = (next, document.take_if(|_| next == Next::Form)) {
            return Ok(form);
        }
        let inner = World::new(context).before(document.as_slice());
        let (name, result) = match next {
            Next::Authn => ("authn", stage::authn::run(&flags.authn, &inner).await),
            Next::FactorVerify => {
                ("factor-verify", stage::factor_verify::run(&flags.factor_verify, &inner).await)
            }
            Next::Session => ("session", stage::session::run(&flags.session, &inner).await),
            _ => ("saml-fetch", stage::saml_fetch::run(&flags.saml_fetch, &inner).await),
        };
        fetches += usize::from(next == Next::SamlFetch);
        let output = one(name, result)?;
        if next == Next::Session {
            passed(&output);
        }
        document = Some(output);
    }
}

/// The roles that a form offers, and one settled if the flags settle it; many documents with `--each`.
///
/// # Errors
/// Those of `saml-roles`.
pub(super) async fn to_roles(
    flags: &Flags,
    world: &World<'_, '_>,
    form: &Document,
) -> Result<Vec<Document>, Failed> {
    let inner = world.before(std::slice::from_ref(form));
    let listed = match flags.saml_roles.aliases {
        true => stage::saml_roles::with_aliases(&flags.saml_roles, &inner).await,
        false => stage::saml_roles::run(&flags.saml_roles, &inner),
    };
    match listed {
        Ok(Output::Lines(lines)) => {
            lines.into_iter().collect::<Result<_, _>>().map_err(|error| Failed::at("saml-roles", error))
        }
        result => one("saml-roles", result).map(|document| vec![document]),
    }
}

/// Credentials of each, side by side, in their order.
///
/// # Errors
/// Those of `assume` where there is one document; of several, each fails by itself.
pub(super) async fn to_credentials(
    flags: &Flags,
    world: &World<'_, '_>,
    roles: &[Document],
) -> Result<Vec<Result<Document, Error>>, Failed> {
    let inner = world.before(roles);
    match stage::assume::run(&flags.assume, &inner).await {
        Ok(Output::Lines(lines)) => Ok(lines),
        result => one("assume", result).map(|document| vec![Ok(document)]),
    }
}

fn one(name: &'static str, result: Result<Output, Error>) -> Result<Document, Failed> {
    match result {
        Ok(Output::Document(document)) => Ok(document),
        Ok(_) => Err(Failed::at(
            name,
            Error::new(crate::error::Kind::Internal, "a stage printed no document", "report it"),
        )),
        Err(error) => Err(Failed::at(name, error)),
    }
}

/// The world as a stage in the middle of a pipe sees it.
pub(super) struct World<'c, 'w> {
    pub(super) context: &'c Context<'w>,
    pub(super) terminal: &'c dyn Terminal,
    pub(super) profiles: &'c Profiles,
}

impl<'c, 'w> World<'c, 'w> {
    /// The world of the command itself.
    pub(super) fn new(context: &'c Context<'w>) -> World<'c, 'w> {
        World { context, terminal: context.terminal, profiles: context.profiles }
    }

    /// With these documents on stdin, a line each. Without any, stdin is a terminal to the stage: ours is never read.
    pub(super) fn before(&self, documents: &[Document]) -> Context<'c> {
        let mut bytes = Zeroizing::new(Vec::new());
        for document in documents {
            bytes.extend_from_slice(Zeroizing::new(to_line(document)).as_bytes());
        }
        let context = self.context;
        let input: Box<dyn io::Read> = Box::new(Cursor::new(bytes));
        Context {
            common: context.common,
            environment: context.environment,
            profiles: self.profiles,
            clock: context.clock,
            terminal: self.terminal,
            http: context.http,
            stdin_is_terminal: documents.is_empty(),
            stdout_is_terminal: context.stdout_is_terminal,
            input: RefCell::new(input),
            warn: context.warn,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn after(value: serde_json::Value, fetches: usize) -> Next {
        next(Some(&value.as_object().unwrap().clone().into()), fetches)
    }

    #[test]
    fn the_document_at_hand_says_which_stage_is_next() {
        assert_eq!(next(None, 0), Next::Authn);
        for status in ["MFA_REQUIRED", "MFA_CHALLENGE"] {
            let transaction = json!({"status": status, "stateToken": "00x"});
            assert_eq!(after(transaction.clone(), 0), Next::FactorVerify);
            assert_eq!(after(transaction, 1), Next::FactorVerify);
        }
        assert_eq!(after(json!({"status": "SUCCESS", "sessionToken": "20x"}), 0), Next::Session);
        assert_eq!(after(json!({"id": "102x", "status": "ACTIVE"}), 0), Next::SamlFetch);
        assert_eq!(after(json!({"SAMLResponse": "PD94"}), 1), Next::Form);
    }

    #[test]
    fn a_step_up_leads_to_the_app_again_and_not_for_ever() {
        let stepped_up = json!({"status": "SUCCESS", "_links": {"next": {"name": "original"}}});
        assert_eq!(after(stepped_up.clone(), 1), Next::SamlFetch);
        assert_eq!(after(stepped_up.clone(), 2), Next::Form);
        // Without a session before it, it is what `session` refuses in the pipe too.
        assert_eq!(after(stepped_up, 0), Next::Session);
    }
}
