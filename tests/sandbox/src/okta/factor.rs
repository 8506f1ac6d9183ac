//! `/api/v1/authn/factors/{id}/verify` and `…/verify/resend`.
//!
//! Rules from Okta's Authentication API reference, section "Verify Factor", and from what clients of it rely
//! on.

use super::authn::{WRONG_CODES, finish, running, state_token};
use super::refusal::Refusal;
use super::transaction::{Showing, Status};
use super::{Visit, ok, text};
use crate::clock::SECOND;
use crate::exchange::Reply;
use crate::state::State;
use crate::totp;
use crate::users::{self, Factor, Means, Outcome, User};
use serde_json::Value;

/// How long a user must wait between two text messages (error E0000109 of Okta's table).
const BETWEEN_MESSAGES: i64 = 30 * SECOND;

/// `POST …/verify`.
pub(super) fn verify(visit: &mut Visit<'_>, id: &str) -> Result<Reply, Refusal> {
    let (body, token) = state_token(visit)?;
    let (user, factor) = wanted(visit, &token, id)?;
    let locked = visit.state.wrong_codes.get(user.login).is_some_and(|wrong| *wrong >= WRONG_CODES);
    if locked {
        return Err(Refusal::locked());
    }
    match factor.means {
        Means::Totp { secret } => match code(&body, "passCode")? {
            None => challenge(visit, &token, factor, Showing::Nothing),
            Some(typed) => {
                let step = totp::step_of(secret, typed, visit.now);
                let step = step.ok_or(()).or_else(|()| wrong(visit, user))?;
                if !visit.state.used_steps.insert((factor.id, step)) {
                    return Err(Refusal::replayed());
                }
                verified(visit, &token, user)
            }
        },
        Means::Question { answer } => match code(&body, "answer")? {
            None => challenge(visit, &token, factor, Showing::Nothing),
            Some(typed) if typed.eq_ignore_ascii_case(answer) => verified(visit, &token, user),
            Some(_) => wrong(visit, user),
        },
        Means::Sms { code: sent } => match code(&body, "passCode")? {
            None => send_message(visit, &token, factor),
            Some(typed) if running(visit, &token)?.sent > 0 && typed == sent => verified(visit, &token, user),
            Some(_) => wrong(visit, user),
        },
        Means::Push(outcome) => push(visit, &token, user, factor, outcome),
        Means::WebAuthn => match body.get("clientData") {
            None => challenge(visit, &token, factor, Showing::Nothing),
            Some(_) => wrong(visit, user),
        },
        Means::DuoWeb => challenge(visit, &token, factor, Showing::Waiting { number: false }),
        // What a real org answers is not known; a client must not come here.
        Means::Unknown => {
            Err(Refusal::validation("factorType", "This factor cannot be verified with this API."))
        }
    }
}

/// `POST …/verify/resend`: another push or text message for the factor in challenge.
pub(super) fn resend(visit: &mut Visit<'_>, id: &str) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    let (user, factor) = wanted(visit, &token, id)?;
    if running(visit, &token)?.status != Status::MfaChallenge {
        return Err(Refusal::wrong_state());
    }
    match factor.means {
        Means::Push(_) => send_push(visit, &token, user, factor),
        Means::Sms { .. } => send_message(visit, &token, factor),
        _ => Err(Refusal::wrong_state()),
    }
}

/// The factor asked for, if the transaction is one in which it may be verified now.
fn wanted(visit: &mut Visit<'_>, token: &str, id: &str) -> Result<(&'static User, &'static Factor), Refusal> {
    let transaction = running(visit, token)?;
    let user = transaction.user;
    let factor = user.factors.iter().find(|factor| factor.id == id);
    let factor = factor.ok_or_else(|| Refusal::not_found(id, "UserFactor"))?;
    let allowed = match transaction.status {
        Status::MfaRequired => true,
        Status::MfaChallenge => transaction.factor.is_some_and(|current| current.id == id),
        _ => false,
    };
    if allowed { Ok((user, factor)) } else { Err(Refusal::wrong_state()) }
}

/// The code or answer in the body, if there is one. A number is refused: it has lost its leading noughts.
fn code<'a>(body: &'a Value, member: &str) -> Result<Option<&'a str>, Refusal> {
    match body.get(member) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(_)) => Ok(text(body, member)),
        Some(_) => Err(Refusal::validation(member, "A string is required.")),
    }
}

fn wrong<T>(visit: &mut Visit<'_>, user: &'static User) -> Result<T, Refusal> {
    *visit.state.wrong_codes.entry(user.login).or_default() += 1;
    Err(Refusal::passcode())
}

fn challenge(
    visit: &mut Visit<'_>,
    token: &str,
    factor: &'static Factor,
    showing: Showing,
) -> Result<Reply, Refusal> {
    let org = visit.shared.org.clone();
    let transaction = running(visit, token)?;
    transaction.challenge(factor, showing);
    Ok(ok(&transaction.json(&org)))
}

/// The factor is proved: the login is finished, or the step-up met.
fn verified(visit: &mut Visit<'_>, token: &str, user: &'static User) -> Result<Reply, Refusal> {
    visit.state.wrong_codes.remove(user.login);
    let remember = visit.asked.query_parameters().get("rememberDevice").is_some_and(|value| value == "true");
    if let (true, Some(device)) = (remember, visit.asked.cookie("DT")) {
        visit.state.remembered.insert((user.login, device));
    }
    let org = visit.shared.org.clone();
    let transaction = running(visit, token)?;
    if transaction.step_up.is_some() {
        transaction.status = Status::SteppedUp;
        return Ok(ok(&transaction.json(&org)));
    }
    visit.state.transactions.remove(token);
    Ok(finish(visit, user, true))
}

fn send_message(visit: &mut Visit<'_>, token: &str, factor: &'static Factor) -> Result<Reply, Refusal> {
    let now = visit.now;
    let transaction = running(visit, token)?;
    if transaction.sent > 0 && now - transaction.sent < BETWEEN_MESSAGES {
        return Err(Refusal::sms_too_soon());
    }
    transaction.sent = now;
    challenge(visit, token, factor, Showing::Nothing)
}

fn send_push(
    visit: &mut Visit<'_>,
    token: &str,
    user: &'static User,
    factor: &'static Factor,
) -> Result<Reply, Refusal> {
    *visit.state.pushes.entry(user.login).or_default() += 1;
    running(visit, token)?.polls = 1;
    challenge(visit, token, factor, Showing::Waiting { number: false })
}

/// A push: the first call sends it and later ones ask after it. After an outcome that is not approval the
/// next call sends another one, so a client that goes on polling is seen in the number of pushes.
fn push(
    visit: &mut Visit<'_>,
    token: &str,
    user: &'static User,
    factor: &'static Factor,
    outcome: Outcome,
) -> Result<Reply, Refusal> {
    // The number shows only in a second WAITING, never in the first.
    let least = if outcome == Outcome::Numbered { 2 } else { 1 };
    let waits = visit.shared.push_polls.max(least);
    let transaction = running(visit, token)?;
    let waiting =
        transaction.status == Status::MfaChallenge && matches!(transaction.showing, Showing::Waiting { .. });
    if !waiting {
        return send_push(visit, token, user, factor);
    }
    if transaction.polls < waits {
        transaction.polls += 1;
        let number = outcome == Outcome::Numbered;
        return challenge(visit, token, factor, Showing::Waiting { number });
    }
    match outcome {
        Outcome::Approved | Outcome::Numbered => verified(visit, token, user),
        Outcome::Rejected => challenge(visit, token, factor, Showing::Rejected),
        Outcome::Unanswered => challenge(visit, token, factor, Showing::TimedOut),
    }
}

/// A code that will be taken now and has not been used: of the present step, else the next, else the last.
/// Without a provider, that of the user's first TOTP factor.
pub(crate) fn next_code(state: &State, login: &str, provider: Option<&str>, now: i64) -> Option<String> {
    let user = users::find(login)?;
    let (id, secret) = user.factors.iter().find_map(|factor| match factor.means {
        Means::Totp { secret } if provider.is_none_or(|wanted| wanted == factor.provider) => {
            Some((factor.id, secret))
        }
        _ => None,
    })?;
    let step = totp::step_at(now);
    let unused =
        [step, step + 1, step - 1].into_iter().find(|step| !state.used_steps.contains(&(id, *step)))?;
    totp::code(secret, unused)
}
