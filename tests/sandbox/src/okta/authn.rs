//! `/api/v1/authn` and the calls that move a transaction without a factor.
//!
//! Rules from Okta's Authentication API reference.

use super::refusal::Refusal;
use super::transaction::{Status, Transaction, locked_out, success};
use super::{Visit, ok, text};
use crate::clock::SECOND;
use crate::exchange::Reply;
use crate::state::{SESSION_TOKEN_LIFE, TRANSACTION_LIFE};
use crate::users::{self, Age, Gate, User};
use serde_json::json;

/// How often one user name may be tried in a second (Okta's rate limit pages).
const TRIES_A_SECOND: usize = 4;
/// Wrong codes before a user is locked.
pub(super) const WRONG_CODES: u32 = 5;

/// `POST /api/v1/authn`: a name and a password begin a transaction; a state token reads one; all three take up a
/// step-up whose session is gone.
pub(super) fn begin(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let body = visit.json()?;
    let running_token = text(&body, "stateToken");
    if let (Some(token), None) = (running_token, body.get("username")) {
        return read(visit, token);
    }
    let (Some(name), Some(password)) = (text(&body, "username"), text(&body, "password")) else {
        let cause = "The 'username' and 'password' attributes are required in this context.";
        return Err(Refusal::validation("authRequest", cause));
    };
    count_try(visit, name)?;
    let Some(user) = users::find(name).filter(|user| user.password == password) else {
        return Err(Refusal::authentication());
    };
    if visit.state.wrong_codes.get(user.login).is_some_and(|wrong| *wrong >= WRONG_CODES) {
        return Err(Refusal::authentication());
    }
    if let Some(token) = running_token {
        return sign_in_again(visit, token, user);
    }
    let warn = body.pointer("/options/warnBeforePasswordExpired") == Some(&json!(true));
    let status = match user.gate {
        Gate::Open => return Ok(passed(visit, user, false, warn)),
        Gate::Mfa if device_is_known(visit, user) => return Ok(passed(visit, user, false, warn)),
        Gate::LockedShown => return Ok(ok(&locked_out(&visit.shared.org))),
        Gate::LockedHidden => return Err(Refusal::authentication()),
        Gate::Mfa => Status::MfaRequired,
        Gate::Enroll => Status::MfaEnroll,
        Gate::EnrollActivate => Status::MfaEnrollActivate,
        Gate::PasswordReset => Status::PasswordReset,
        Gate::Recovery => Status::Recovery,
        Gate::Consent => Status::ConsentRequired,
        Gate::Strange => Status::SomethingNew,
    };
    Ok(started(visit, user, status, warn))
}

/// A new transaction.
fn started(visit: &mut Visit<'_>, user: &'static User, status: Status, warn: bool) -> Reply {
    let token = visit.state.random.state_token();
    let mut transaction = Transaction::new(token.clone(), user, status, visit.now + TRANSACTION_LIFE);
    transaction.warn = warn;
    let device = visit.asked.cookie("DT");
    transaction.auto_push |=
        device.is_some_and(|device| visit.state.auto_push.contains(&(user.login, device)));
    let shown = transaction.json(&visit.shared.org);
    visit.state.transactions.insert(token, transaction);
    ok(&shown)
}

/// A transaction as it stands. A step-up whose session has ended wants name and password.
fn read(visit: &mut Visit<'_>, token: &str) -> Result<Reply, Refusal> {
    let sid = running(visit, token)?.step_up.clone();
    let ended = sid.is_some_and(|sid| visit.state.session(&sid, visit.now).is_none());
    let org = visit.shared.org.clone();
    let transaction = running(visit, token)?;
    if ended {
        transaction.status = Status::Unauthenticated;
    }
    Ok(ok(&transaction.json(&org)))
}

/// Name and password for a step-up that is [`Status::Unauthenticated`]: a new session, and on to the factor.
fn sign_in_again(visit: &mut Visit<'_>, token: &str, user: &'static User) -> Result<Reply, Refusal> {
    let transaction = running(visit, token)?;
    if transaction.status != Status::Unauthenticated || transaction.user.login != user.login {
        return Err(Refusal::wrong_state());
    }
    let sid = visit.state.open_session(user, false, visit.now);
    let org = visit.shared.org.clone();
    let transaction = running(visit, token)?;
    transaction.step_up = Some(sid);
    transaction.new_session = true;
    transaction.status = Status::MfaRequired;
    Ok(ok(&transaction.json(&org)))
}

/// All but the password's age is in order: an old one has to be changed, one that soon will be may be warned of.
pub(super) fn passed(visit: &mut Visit<'_>, user: &'static User, factor_used: bool, warn: bool) -> Reply {
    match user.age {
        Age::Expired => started(visit, user, Status::PasswordExpired, warn),
        Age::Warn => started(visit, user, Status::PasswordWarn, warn),
        Age::WarnIfAsked if warn => started(visit, user, Status::PasswordWarn, warn),
        Age::Fresh | Age::WarnIfAsked => finish(visit, user, factor_used),
    }
}

/// The end of a plain login: a session token, and no transaction any more.
fn finish(visit: &mut Visit<'_>, user: &'static User, factor_used: bool) -> Reply {
    let token = visit.state.issue_session_token(user, factor_used, visit.now);
    ok(&success(user, &token, visit.now + SESSION_TOKEN_LIFE))
}

fn count_try(visit: &mut Visit<'_>, name: &str) -> Result<(), Refusal> {
    let now = visit.now;
    let tries = visit.state.tries.entry(name.to_ascii_lowercase()).or_default();
    tries.retain(|time| now - time < SECOND);
    if tries.len() >= TRIES_A_SECOND {
        return Err(Refusal::rate_limit());
    }
    tries.push(now);
    Ok(())
}

fn device_is_known(visit: &Visit<'_>, user: &'static User) -> bool {
    let device = visit.asked.cookie("DT");
    device.is_some_and(|device| visit.state.remembered.contains(&(user.login, device)))
}

/// The live transaction of a state token, its life prolonged by this use.
pub(super) fn running<'a>(visit: &'a mut Visit<'_>, token: &str) -> Result<&'a mut Transaction, Refusal> {
    let now = visit.now;
    visit.state.transactions.retain(|_, transaction| transaction.expires > now);
    let transaction = visit.state.transactions.get_mut(token).ok_or_else(Refusal::token)?;
    transaction.expires = now + TRANSACTION_LIFE;
    Ok(transaction)
}

/// The state token every call on a transaction has in its body.
pub(super) fn state_token(visit: &Visit<'_>) -> Result<(serde_json::Value, String), Refusal> {
    let body = visit.json()?;
    let token = text(&body, "stateToken").map(str::to_owned);
    let token = token
        .ok_or_else(|| Refusal::validation("stateToken", "stateToken: The field cannot be left blank"))?;
    Ok((body, token))
}

/// `POST /api/v1/authn/cancel`: the transaction is gone.
pub(super) fn cancel(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    running(visit, &token)?;
    visit.state.transactions.remove(&token);
    Ok(ok(&json!({ "relayState": "" })))
}

/// `POST /api/v1/authn/previous`: from a challenge back to the choice of factors, and likewise in enrolment.
pub(super) fn previous(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    let org = visit.shared.org.clone();
    let transaction = running(visit, &token)?;
    transaction.status = match transaction.status {
        Status::MfaChallenge => Status::MfaRequired,
        Status::MfaEnrollActivate => Status::MfaEnroll,
        _ => return Err(Refusal::wrong_state()),
    };
    transaction.factor = None;
    Ok(ok(&transaction.json(&org)))
}

/// `POST /api/v1/authn/skip`: allowed only where a `skip` link was given, which is in the warning about the password.
pub(super) fn skip(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    let transaction = running(visit, &token)?;
    if transaction.status != Status::PasswordWarn {
        return Err(Refusal::wrong_state());
    }
    let user = transaction.user;
    visit.state.transactions.remove(&token);
    Ok(finish(visit, user, user.gate == Gate::Mfa))
}

/// `POST /api/v1/authn/introspect`: reads a transaction and does not prolong it.
pub(super) fn introspect(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    let transaction = visit.state.transactions.get(&token);
    let live = transaction.filter(|transaction| transaction.expires > visit.now);
    Ok(ok(&live.ok_or_else(Refusal::token)?.json(&visit.shared.org)))
}
