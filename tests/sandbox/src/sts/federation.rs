//! AWS's sign-in endpoint for federated users, `/federation`: credentials for a sign-in token, a sign-in
//! token for the console.
//!
//! From the IAM guide, "Enable custom identity broker access to the AWS console". Failures are 400 with no
//! useful body (observed).

use crate::clock::MINUTE;
use crate::exchange::{Asked, Reply};
use crate::server::Shared;
use serde_json::{Value, json};

/// How long a sign-in token is good for.
const LIFE: i64 = 15 * MINUTE;

/// Answers `Action=getSigninToken` and `Action=login`, by GET or POST.
pub(super) fn answer(shared: &Shared, asked: &Asked) -> Reply {
    let parameters = asked.parameters();
    let parameter = |name: &str| parameters.get(name).map(String::as_str);
    let answered = match parameter("Action") {
        Some("getSigninToken") => signin_token(shared, parameter("Session"), parameter("SessionDuration")),
        Some("login") => login(shared, parameter("SigninToken"), parameter("Destination")),
        _ => None,
    };
    answered.unwrap_or_else(|| Reply::new(400, "text/html", "<html><body>Bad Request</body></html>"))
}

fn signin_token(shared: &Shared, session: Option<&str>, duration: Option<&str>) -> Option<Reply> {
    let session: Value = serde_json::from_str(session?).ok()?;
    let member = |name: &str| session.get(name).and_then(Value::as_str);
    if duration.is_some_and(|text| !text.parse().is_ok_and(|seconds: u32| (900..=43_200).contains(&seconds)))
    {
        return None;
    }
    let now = shared.clock.now();
    let mut state = shared.state();
    let key = state.keys.get(member("sessionId")?)?;
    if Some(key.secret.as_str()) != member("sessionKey")
        || key.session_token.is_none()
        || key.session_token.as_deref() != member("sessionToken")
        || key.expires <= now
    {
        return None;
    }
    // People report that credentials of a chain of roles get no session of an hour or more when one is asked for.
    let chained = key.session.as_ref().is_some_and(|session| session.chained);
    if chained && duration.is_some_and(|text| text.parse().is_ok_and(|seconds: u32| seconds >= 3600)) {
        return Some(Reply::new(400, "", ""));
    }
    let token = state.random.signin_token();
    state.signin_tokens.insert(token.clone(), now + LIFE);
    Some(Reply::new(200, "application/json", json!({ "SigninToken": token }).to_string()))
}

fn login(shared: &Shared, token: Option<&str>, destination: Option<&str>) -> Option<Reply> {
    let expires = shared.state().signin_tokens.get(token?).copied()?;
    let destination = destination.filter(|address| address.starts_with("https://"))?;
    (shared.clock.now() < expires).then(|| Reply::redirect(destination))
}
