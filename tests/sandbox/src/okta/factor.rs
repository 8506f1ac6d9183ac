//! `/api/v1/authn/factors/{id}/verify` and `…/verify/resend`.
//!
//! Rules from Okta's Authentication API reference, section "Verify Factor", and from what clients of it rely
//! on.

use super::authn::{WRONG_CODES, passed, running, state_token};
use super::codes::{Message, Typed, judged};
use super::refusal::Refusal;
use super::transaction::{Showing, Status};
use super::{Visit, ok, text};
use crate::clock::SECOND;
use crate::exchange::Reply;
use crate::totp;
use crate::users::{Channel, Factor, Means, Outcome, Shape, User};
use serde_json::Value;

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
        Means::Sequence { secret, shape, ahead, again } => match code(&body, "passCode")? {
            // A key that types has nothing to wait for: no source shows a challenge without its code.
            None if shape == Shape::YubiKey => {
                let cause = "passCode: The field cannot be left blank";
                Err(Refusal::validation("factorVerification", cause))
            }
            None => challenge(visit, &token, factor, Showing::Nothing),
            Some(typed) => {
                let next = visit.state.counters.get(factor.id).copied().unwrap_or_default();
                match judged(secret, shape, ahead, next, typed) {
                    Typed::Wrong => return wrong(visit, user),
                    Typed::Used => return Err(Refusal::replayed()),
                    Typed::Right(next) => visit.state.counters.insert(factor.id, next),
                };
                let transaction = running(visit, &token)?;
                if again && !transaction.asked_again {
                    transaction.asked_again = true;
                    return Err(Refusal::next_token());
                }
                verified(visit, &token, user)
            }
        },
        Means::Question { answer } => match code(&body, "answer")? {
            None => challenge(visit, &token, factor, Showing::Nothing),
            Some(typed) if typed.eq_ignore_ascii_case(answer) => verified(visit, &token, user),
            Some(_) => wrong(visit, user),
        },
        Means::Message { .. } => match code(&body, "passCode")? {
            None => send_message(visit, &token, factor),
            Some(typed) => {
                let sent = visit.state.messages.get(factor.id);
                if sent.is_none_or(|message| message.token != token || message.code != typed) {
                    return wrong(visit, user);
                }
                visit.state.messages.remove(factor.id);
                verified(visit, &token, user)
            }
        },
        Means::Push { outcome, .. } => push(visit, &token, user, factor, outcome),
        Means::WebAuthn | Means::U2f => match body.get("clientData") {
            None => challenge(visit, &token, factor, Showing::Nothing),
            Some(_) => wrong(visit, user),
        },
        Means::DuoWeb => challenge(visit, &token, factor, Showing::Waiting { number: false }),
        Means::Redirect => challenge(visit, &token, factor, Showing::Nothing),
        // What a real org answers is not known; a client must not come here.
        Means::Unknown => {
            Err(Refusal::validation("factorType", "This factor cannot be verified with this API."))
        }
    }
}

/// `POST …/verify/resend`: another push or message for the factor in challenge.
pub(super) fn resend(visit: &mut Visit<'_>, id: &str) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    let (user, factor) = wanted(visit, &token, id)?;
    if running(visit, &token)?.status != Status::MfaChallenge {
        return Err(Refusal::wrong_state());
    }
    match factor.means {
        Means::Push { .. } => send_push(visit, &token, user, factor),
        Means::Message { .. } => send_message(visit, &token, factor),
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

/// The factor is proved: the login goes on, or the step-up is met. The device is remembered if that was asked, and
/// likewise whether its pushes are to go out without asking.
fn verified(visit: &mut Visit<'_>, token: &str, user: &'static User) -> Result<Reply, Refusal> {
    visit.state.wrong_codes.remove(user.login);
    let query = visit.asked.query_parameters();
    if let Some(device) = visit.asked.cookie("DT") {
        if query.get("rememberDevice").is_some_and(|value| value == "true") {
            visit.state.remembered.insert((user.login, device.clone()));
        }
        // The reference speaks of a cookie that keeps this preference and does not name it; here it goes with `DT`.
        match query.get("autoPush").map(String::as_str) {
            Some("true") => drop(visit.state.auto_push.insert((user.login, device))),
            Some("false") => drop(visit.state.auto_push.remove(&(user.login, device))),
            _ => {}
        }
    }
    let org = visit.shared.org.clone();
    let transaction = running(visit, token)?;
    if transaction.step_up.is_some() {
        transaction.status = Status::SteppedUp;
        return Ok(ok(&transaction.json(&org)));
    }
    let warn = transaction.warn;
    visit.state.transactions.remove(token);
    Ok(passed(visit, user, true, warn))
}

/// Sends a code, unless one went out a moment ago: 30 seconds for telephones and 5 for letter-boxes (errors
/// E0000109, E0000133 and E0000118 of Okta's table). A new code takes the place of the last one; whether Okta's
/// does is not known.
fn send_message(visit: &mut Visit<'_>, token: &str, factor: &'static Factor) -> Result<Reply, Refusal> {
    let Means::Message { channel, code, .. } = factor.means else {
        return Err(Refusal::wrong_state());
    };
    let now = visit.now;
    let pause = if channel == Channel::Email { 5 * SECOND } else { 30 * SECOND };
    let last = visit.state.messages.get(factor.id);
    if last.is_some_and(|message| message.token == token && now - message.sent < pause) {
        return Err(Refusal::too_soon(channel));
    }
    let code = code.map_or_else(|| visit.state.random.message_code(), str::to_owned);
    let number = visit.state.messages.values().map(|message| message.number + 1).max().unwrap_or_default();
    let message = Message { token: token.to_owned(), code, sent: now, number };
    visit.state.messages.insert(factor.id, message);
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
