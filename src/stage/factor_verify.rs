//! `factor-verify`: a transaction that waits for a second factor to the transaction that follows.
//!
//! Which factor: dispatch is on Okta's `factorType` and `provider`, never on the prefixes of ids. Types that we don't know are
//! listed with `-v` and skipped.

use super::{Output, Shape, input, misplaced, settle_org, still_read, wrong_document};
use crate::cli::FactorVerify;
use crate::context::{Context, Source};
use crate::document::{Carry, Document, Input};
use crate::error::{Error, Kind, printable};
use crate::okta::{Jar, Okta, Push, refused_status, wait_for_push};
use crate::signal;
use crate::transaction::{Factor, Transaction};
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::time::Duration;

/// The most factors that one sign-in is let to ask for, one after the other.
const ROUNDS: usize = 4;
/// The most times that a person may type a wrong code; Okta locks after a few more.
const TYPED_TRIES: usize = 3;
/// The longest that Ctrl-C waits for Okta to hear of the cancellation.
const CANCEL_LIMIT: Duration = Duration::from_secs(1);

/// How a factor is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// A code is sent along.
    Passcode,
    /// The phone is asked, and Okta polled.
    Push,
}

fn method(factor: &Factor) -> Option<Method> {
    match (factor.kind.as_str(), factor.provider.as_str()) {
        ("token:software:totp", "OKTA" | "GOOGLE") => Some(Method::Passcode),
        ("push", "OKTA") => Some(Method::Push),
        _ => None,
    }
}

/// Verifies factors until the transaction is finished. A finished transaction, a session and a form pass through, so that one pipe serves
/// people with and without a second factor.
///
/// # Errors
/// `factor_unsupported` and `factor_ambiguous` list the user's factors; `mfa_rejected`, `mfa_timeout`, `passcode_wrong`; what
/// Okta refuses. Ctrl-C cancels the transaction.
pub async fn run(arguments: &FactorVerify, context: &Context<'_>) -> Result<Output, Error> {
    let Input::Document(document) = input(context)? else {
        return Err(wrong_document("stdin is not JSON", "factor-verify takes Okta's transaction"));
    };
    let mut carry = document.carry()?;
    let status = Transaction::read(document.members()).map(|transaction| transaction.status);
    match (Shape::of(&document), status) {
        (Shape::Form | Shape::Session, _) => return Ok(Output::Document(document)),
        (Shape::Transaction, Some("SUCCESS")) => return Ok(Output::Document(document)),
        (Shape::Transaction, Some("MFA_REQUIRED" | "MFA_CHALLENGE")) => {}
        _ => return Err(misplaced(&document)),
    }
    let links =
        Transaction::read(document.members()).map(|transaction| transaction.links()).unwrap_or_default();
    let org = settle_org(context, arguments.org.org.as_deref(), &carry, &links)?;
    let okta = Okta::new(context.http, org, Jar::new(carry.cookies()));
    let answer = cancelling(&okta, document.members(), verify(arguments, context, &okta, &document)).await?;
    carry_on(&mut carry, okta);
    Ok(Output::Document(carry.beside(answer)))
}

fn carry_on(carry: &mut Carry, okta: Okta<'_>) {
    carry.set("org", &okta.org().origin());
    carry.set_cookies(okta.into_jar().pairs());
}

/// Runs the verification so that a signal ends the transaction first: a second one ends us at once, and so does a second without an
/// answer from Okta.
async fn cancelling(
    okta: &Okta<'_>,
    members: &Map<String, Value>,
    verification: impl Future<Output = Result<Map<String, Value>, Error>>,
) -> Result<Map<String, Value>, Error> {
    let _hold = signal::hold();
    let result = tokio::select! {
        biased;
        result = verification => result,
        number = signal::ending() => Err(Error::Signal(number)),
    };
    if let (Err(Error::Signal(_)), Some(transaction)) = (&result, Transaction::read(members)) {
        tokio::select! {
            () = okta.cancel(&transaction) => {}
            _ = signal::ending() => {}
            () = tokio::time::sleep(CANCEL_LIMIT) => {}
        }
    }
    result
}

async fn verify(
    arguments: &FactorVerify,
    context: &Context<'_>,
    okta: &Okta<'_>,
    document: &Document,
) -> Result<Map<String, Value>, Error> {
    let mut code = given_code(arguments, context)?;
    let mut answer = document.members().clone();
    for _ in 0..ROUNDS {
        let Some(transaction) = Transaction::read(&answer) else { return Err(refused_status(&answer)) };
        let Some(token) = transaction.state_token() else {
            return Err(wrong_document(
                "the transaction has no stateToken",
                "pass on what the stage before printed",
            ));
        };
        answer = match transaction.status {
            "SUCCESS" => return Ok(answer),
            "MFA_CHALLENGE" => {
                challenged(context, arguments, okta, &transaction, &answer, &token, &mut code).await?
            }
            "MFA_REQUIRED" => {
                let factor = choose(arguments, context, &transaction, code.is_some())?;
                let link = factor.verify.clone().ok_or_else(|| {
                    Error::new(
                        Kind::Protocol,
                        "the factor has no verify link",
                        "look at the org's sign-in in a browser",
                    )
                })?;
                match method(&factor) {
                    Some(Method::Push) => push(context, arguments, okta, &link, &token).await?,
                    _ => passcode(context, okta, &factor, &link, &token, &mut code).await?,
                }
            }
            _ => return Err(refused_status(&answer)),
        };
        let finished = Transaction::read(&answer).map_or("", |transaction| transaction.status) == "SUCCESS";
        if finished {
            return Ok(answer);
        }
    }
    Err(Error::new(
        Kind::Protocol,
        format!("Okta asked for more than {ROUNDS} factors"),
        "sign in with a browser",
    ))
}

fn given_code(arguments: &FactorVerify, context: &Context<'_>) -> Result<Option<SecretString>, Error> {
    let source = Source {
        what: "passcode",
        stdin: false,
        fd: arguments.passcode_fd,
        command: arguments.passcode_command.as_deref(),
        variables: &["MFA_CODE", "OKTA_MFA_CODE"],
    };
    if arguments.passcode_fd == Some(0) {
        return Err(Error::new(
            Kind::Usage,
            "stdin holds the document, not the passcode",
            "use another descriptor",
        ));
    }
    source.read(context)
}

/// A challenge that somebody else began: a push goes on being waited for, a code is verified where the challenge says.
async fn challenged(
    context: &Context<'_>,
    arguments: &FactorVerify,
    okta: &Okta<'_>,
    transaction: &Transaction<'_>,
    answer: &Map<String, Value>,
    token: &SecretString,
    code: &mut Option<SecretString>,
) -> Result<Map<String, Value>, Error> {
    let factors = transaction.factors();
    let Some(factor) = factors.first() else { return Err(refused_status(answer)) };
    match (method(factor), transaction.link("next", Some("verify"))) {
        (Some(Method::Push), _) => {
            let limit = Duration::from_secs(arguments.push_timeout);
            wait_for_push(okta, context.terminal, Push { waiting: answer.clone(), token, limit }).await
        }
        (Some(Method::Passcode), Some(link)) => passcode(context, okta, factor, &link, token, code).await,
        _ => Err(unsupported(&factors)),
    }
}

async fn push(
    context: &Context<'_>,
    arguments: &FactorVerify,
    okta: &Okta<'_>,
    link: &str,
    token: &SecretString,
) -> Result<Map<String, Value>, Error> {
    still_read(context)?;
    let waiting = okta.follow(link, token, None).await?;
    if !context.common.quiet {
        context.terminal.show("A push was sent. Waiting for it to be answered on the phone.");
    }
    let limit = Duration::from_secs(arguments.push_timeout);
    wait_for_push(okta, context.terminal, Push { waiting, token, limit }).await
}

/// A given code is sent once; only a typed one may be typed again.
async fn passcode(
    context: &Context<'_>,
    okta: &Okta<'_>,
    factor: &Factor,
    link: &str,
    token: &SecretString,
    given: &mut Option<SecretString>,
) -> Result<Map<String, Value>, Error> {
    if let Some(code) = given.take() {
        still_read(context)?;
        return okta.follow(link, token, Some(&code)).await;
    }
    let question = format!("Code of {}", describe(factor));
    for tried in 1.. {
        let code =
            context.terminal.ask_secret(&question, "give --passcode-fd, --passcode-command or MFA_CODE")?;
        still_read(context)?;
        match okta.follow(link, token, Some(&code)).await {
            Err(error) if error.kind() == Some(Kind::PasscodeWrong) && tried < TYPED_TRIES => {
                context.terminal.show("That code was not accepted. Try again.");
            }
            result => return result,
        }
    }
    Err(Error::new(Kind::PasscodeWrong, "no code was accepted", "sign in again"))
}

/// The factor to verify: those that the flags leave, and of these one that takes a code if a code was given.
fn choose(
    arguments: &FactorVerify,
    context: &Context<'_>,
    transaction: &Transaction<'_>,
    code_given: bool,
) -> Result<Factor, Error> {
    let all = transaction.factors();
    let supported: Vec<Factor> = all.iter().filter(|factor| method(factor).is_some()).cloned().collect();
    if supported.len() < all.len() && context.common.verbose {
        let skipped: Vec<_> = all.iter().filter(|factor| method(factor).is_none()).map(describe).collect();
        (context.warn)(&format!("skipped factors that cannot be verified from here: {}", skipped.join(", ")));
    }
    let provider = |factor: &Factor| match &arguments.provider {
        Some(provider) => provider.eq_ignore_ascii_case(&factor.provider),
        None => true,
    };
    let usable = |factor: &Factor| !code_given || method(factor) == Some(Method::Passcode);
    let left: Vec<Factor> =
        supported.into_iter().filter(|factor| provider(factor) && usable(factor)).collect();
    let left = match arguments.factor.iter().find_map(|wanted| of_kind(&left, wanted)) {
        Some(wanted) => wanted,
        None if arguments.factor.is_empty() => left,
        None => Vec::new(),
    };
    match left.as_slice() {
        [] => Err(unsupported(&all)),
        [one] => Ok(one.clone()),
        several => pick(context, several),
    }
}

fn of_kind(factors: &[Factor], wanted: &str) -> Option<Vec<Factor>> {
    let matches = |factor: &&Factor| {
        wanted.eq_ignore_ascii_case(&factor.kind) || wanted.eq_ignore_ascii_case(&factor.name())
    };
    let found: Vec<Factor> = factors.iter().filter(matches).cloned().collect();
    (!found.is_empty()).then_some(found)
}

fn pick(context: &Context<'_>, factors: &[Factor]) -> Result<Factor, Error> {
    let names: Vec<String> = factors.iter().map(describe).collect();
    if !context.terminal.can_ask() {
        return Err(Error::new(
            Kind::FactorAmbiguous,
            format!("several factors fit: {}", names.join(", ")),
            "choose one with --factor TYPE[:PROVIDER]",
        ));
    }
    let index =
        context.terminal.choose("Which factor?", &names, "choose one with --factor TYPE[:PROVIDER]")?;
    factors.get(index).cloned().ok_or_else(|| unsupported(factors))
}

fn unsupported(all: &[Factor]) -> Error {
    let names: Vec<String> = all.iter().map(describe).collect();
    let listed = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    Error::new(
        Kind::FactorUnsupported,
        format!("no factor fits; the user has: {listed}"),
        "push:OKTA, token:software:totp:OKTA and token:software:totp:GOOGLE can be verified here; check --factor and --provider",
    )
}

fn describe(factor: &Factor) -> String {
    match &factor.label {
        Some(label) => format!("{} ({})", printable(&factor.name()), printable(label)),
        None => printable(&factor.name()),
    }
}
