//! `/api/v1/authn` and the calls that move a transaction without a factor.
//!
//! Rules from Okta's Authentication API reference.

use super::refusal::Refusal;
use super::transaction::{Status, Transaction, locked_out, success};
use super::{Visit, ok, text};
use crate::clock::SECOND;
use crate::exchange::Reply;
use crate::state::{SESSION_TOKEN_LIFE, TRANSACTION_LIFE};
use crate::users::{self, Gate, User};
use serde_json::json;

/// How often one user name may be tried in a second (Okta's rate limit pages).
const TRIES_A_SECOND: usize = 4;
/// Wrong codes before a user is locked.
pub(super) const WRONG_CODES: u32 = 5;

/// `POST /api/v1/authn`: a name and a password begin a transaction; a state token reads one.
pub(super) fn begin(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let body = visit.json()?;
    if let (Some(token), None) = (text(&body, "stateToken"), body.get("username")) {
        let transaction = running(visit, token)?.clone();
        return Ok(ok(&transaction.json(&visit.shared.org)));
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
    let status = match user.gate {
        Gate::Open => return Ok(finish(visit, user, false)),
        Gate::Mfa if device_is_known(visit, user) => return Ok(finish(visit, user, false)),
        Gate::LockedShown => return Ok(ok(&locked_out(&visit.shared.org))),
        Gate::LockedHidden => return Err(Refusal::authentication()),
        Gate::Mfa => Status::MfaRequired,
        Gate::Enroll => Status::MfaEnroll,
        Gate::PasswordExpired => Status::PasswordExpired,
    };
    let token = visit.state.random.state_token();
    let transaction = Transaction::new(token.clone(), user, status, visit.now + TRANSACTION_LIFE);
    let shown = transaction.json(&visit.shared.org);
    visit.state.transactions.insert(token, transaction);
    Ok(ok(&shown))
}

/// The end of a plain login: a session token, and no transaction any more.
pub(super) fn finish(visit: &mut Visit<'_>, user: &'static User, factor_used: bool) -> Reply {
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

/// `POST /api/v1/authn/previous`: from a challenge back to the choice of factors.
pub(super) fn previous(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    let org = visit.shared.org.clone();
    let transaction = running(visit, &token)?;
    if transaction.status != Status::MfaChallenge {
        return Err(Refusal::wrong_state());
    }
    transaction.status = Status::MfaRequired;
    transaction.factor = None;
    Ok(ok(&transaction.json(&org)))
}

/// `POST /api/v1/authn/skip`: allowed only where a `skip` link was given, and no state of this sandbox gives
/// one.
pub(super) fn skip(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    running(visit, &token)?;
    Err(Refusal::wrong_state())
}

/// `POST /api/v1/authn/introspect`: reads a transaction and does not prolong it.
pub(super) fn introspect(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, token) = state_token(visit)?;
    let transaction = visit.state.transactions.get(&token);
    let live = transaction.filter(|transaction| transaction.expires > visit.now);
    Ok(ok(&live.ok_or_else(Refusal::token)?.json(&visit.shared.org)))
}
