//! `factor-verify`: a transaction that waits for a second factor to the transaction that follows.

mod choice;
mod passcode;

use super::{Output, Shape, input, misplaced, profile, settle_org, skip_warning, still_read, wrong_document};
use crate::cli::{FactorArgs, FactorVerify};
use crate::context::Context;
use crate::document::{Document, Input};
use crate::error::{Error, Kind};
use crate::okta::{Jar, Okta, Push, refused_status, wait_for_push};
use crate::signal;
use crate::transaction::{Factor, Transaction};
pub use choice::FACTORS;
use choice::{Method, choose, method, unsupported};
use passcode::{Codes, Verification};
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::time::Duration;

/// The most factors that one sign-in is let to ask for, one after the other.
const ROUNDS: usize = 4;
/// How long a push is waited for, in seconds, where nobody asked for another time.
const PUSH_TIMEOUT: u64 = 300;
const PUSH_SENT: &str = "A push was sent. Waiting for it to be answered on the phone.";
/// The longest that Ctrl-C waits for Okta to hear of the cancellation.
const CANCEL_LIMIT: Duration = Duration::from_secs(1);

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
    let profile = context.profile(&mut carry)?;
    let links =
        Transaction::read(document.members()).map(|transaction| transaction.links()).unwrap_or_default();
    let org = settle_org(context, arguments.org.org.as_deref(), &carry, &links, &profile)?;
    let arguments = &profile::factor_verify(&arguments.factor, context, &profile, &org);
    let okta = Okta::new(context.http, org, Jar::new(carry.cookies()));
    let answer = cancelling(&okta, document.members(), verify(arguments, context, &okta, &document)).await?;
    carry.set("org", &okta.org().origin());
    carry.set_cookies(okta.into_jar().pairs());
    Ok(Output::Document(carry.beside(answer)))
}

/// Runs the verification so that a signal ends the transaction first: a second signal ends us at once, and so does a second without an
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
    arguments: &FactorArgs,
    context: &Context<'_>,
    okta: &Okta<'_>,
    document: &Document,
) -> Result<Map<String, Value>, Error> {
    let mut codes = Codes::new(arguments, context)?;
    let mut answer = document.members().clone();
    for _ in 0..ROUNDS {
        let Some(transaction) = Transaction::read(&answer) else { return Err(refused_status(&answer)) };
        if transaction.status == "SUCCESS" {
            return Ok(answer);
        }
        if !matches!(transaction.status, "MFA_REQUIRED" | "MFA_CHALLENGE") {
            return Err(refused_status(&answer));
        }
        let Some(token) = transaction.state_token() else {
            return Err(wrong_document(
                "the transaction has no stateToken",
                "pass on what the stage before printed",
            ));
        };
        let limit = Duration::from_secs(arguments.push_timeout.unwrap_or(PUSH_TIMEOUT));
        answer = if transaction.status == "MFA_CHALLENGE" {
            let factors = transaction.factors();
            let Some((factor, method)) = factors.first().and_then(|factor| Some((factor, method(factor)?)))
            else {
                return Err(unsupported(&factors));
            };
            if method == Method::Push {
                wait_for_push(
                    okta,
                    context.terminal,
                    Push { waiting: answer.clone(), token: &token, limit, note: None },
                )
                .await?
            } else {
                Verification { context, okta, factor, method, token: &token }
                    .challenged(&answer, &mut codes)
                    .await?
            }
        } else {
            let factor = choose(arguments, context, &transaction, codes.given())?;
            start(context, okta, &factor, &token, limit, &mut codes).await?
        };
        answer = skip_warning(okta, answer, context).await?;
        if Transaction::read(&answer).map_or("", |transaction| transaction.status) == "SUCCESS" {
            return Ok(answer);
        }
    }
    Err(Error::new(
        Kind::Protocol,
        format!("Okta asked for more than {ROUNDS} factors"),
        "sign in with a browser",
    ))
}

async fn start(
    context: &Context<'_>,
    okta: &Okta<'_>,
    factor: &Factor,
    token: &SecretString,
    limit: Duration,
    codes: &mut Codes<'_>,
) -> Result<Map<String, Value>, Error> {
    let Some(link) = &factor.verify else {
        return Err(Error::new(
            Kind::Protocol,
            "the factor has no verify link",
            "look at the org's sign-in in a browser",
        ));
    };
    let Some(method) = method(factor) else { return Err(unsupported(std::slice::from_ref(factor))) };
    let verification = Verification { context, okta, factor, method, token };
    match method {
        Method::Push => {
            still_read(context)?;
            let waiting = okta.follow(link, token).await?;
            let note = (!context.common.quiet).then_some(PUSH_SENT);
            wait_for_push(okta, context.terminal, Push { waiting, token, limit, note }).await
        }
        Method::SentCode => verification.send_and_verify(link, codes).await,
        Method::Code | Method::Answer => verification.verify(link, None, codes).await,
    }
}
