//! `/api/v1/sessions` and the two calls a session cookie may make.
//!
//! From Okta's Sessions API reference, as it stood until 2023, and its guide to session cookies.

use super::refusal::Refusal;
use super::transaction::{link, user_json};
use super::{APP_ID, APP_LABEL, ORG_ID, SID_CLEAR, Visit, ok, text};
use crate::clock::okta_time;
use crate::exchange::Reply;
use crate::state::Session;
use serde_json::{Value, json};

/// `POST /api/v1/sessions`: a session token for a session; its id is the value of the cookie `sid`.
pub(super) fn create(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let body = visit.json()?;
    let Some(token) = text(&body, "sessionToken") else {
        let cause = "sessionToken: The field cannot be left blank";
        return Err(Refusal::validation("sessionToken", cause));
    };
    let sid = visit.state.spend_session_token(token, visit.now);
    let sid = sid.ok_or_else(Refusal::authentication)?;
    let session = visit.state.session(&sid, visit.now);
    let session = session.ok_or_else(Refusal::authentication)?;
    Ok(ok(&shown(visit, &sid, &session)))
}

/// `GET /api/v1/sessions/me` and `POST /api/v1/sessions/me/lifecycle/refresh`.
pub(super) fn current(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (sid, session) = visit.session().ok_or_else(no_session)?;
    Ok(ok(&shown(visit, &sid, &session)))
}

/// `DELETE /api/v1/sessions/me`: signs out.
pub(super) fn close(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (sid, _) = visit.session().ok_or_else(no_session)?;
    visit.state.sessions.remove(&sid);
    Ok(Reply::new(204, "", "").cookie(SID_CLEAR))
}

/// `GET /api/v1/users/me`.
pub(super) fn me(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, session) = visit.session().ok_or_else(Refusal::session)?;
    let mut user = user_json(session.user);
    if let Some(user) = user.as_object_mut() {
        user.insert("status".to_owned(), json!("ACTIVE"));
    }
    Ok(ok(&user))
}

/// `GET /api/v1/users/me/appLinks`: the AWS app, for whom it is assigned. The row's own `id` is not the
/// app's.
pub(super) fn app_links(visit: &mut Visit<'_>) -> Result<Reply, Refusal> {
    let (_, session) = visit.session().ok_or_else(Refusal::session)?;
    let assigned = !matches!(session.user.app, crate::users::App::Unassigned);
    let row = json!({
        "id": session.user.id(),
        "label": APP_LABEL,
        "linkUrl": visit.address(&format!("/home/amazon_aws/{APP_ID}/272")),
        "logoUrl": visit.address("/img/logos/amazon_aws.png"),
        "appName": "amazon_aws",
        "appInstanceId": APP_ID,
        "appAssignmentId": "0uaaws0000example0x7",
        "credentialsSetup": false,
        "hidden": false,
        "sortOrder": 0,
    });
    let rows = if assigned { vec![row] } else { Vec::new() };
    Ok(ok(&Value::Array(rows)))
}

fn no_session() -> Refusal {
    Refusal::not_found("me", "Session")
}

fn shown(visit: &Visit<'_>, sid: &str, session: &Session) -> Value {
    let amr = if session.factor_used { json!(["pwd", "mfa", "otp"]) } else { json!(["pwd"]) };
    let created = okta_time(session.created);
    let factor = session.factor_used.then(|| created.clone());
    json!({
        "id": sid,
        "login": session.user.login,
        "userId": session.user.id(),
        "expiresAt": okta_time(session.expires),
        "status": "ACTIVE",
        "lastPasswordVerification": created,
        "lastFactorVerification": factor,
        "amr": amr,
        "idp": { "id": ORG_ID, "type": "OKTA" },
        "mfaActive": !session.user.factors.is_empty(),
        "_links": {
            "self": {
                "href": visit.address("/api/v1/sessions/me"),
                "hints": { "allow": ["GET", "DELETE"] },
            },
            "refresh": link(&visit.address("/api/v1/sessions/me/lifecycle/refresh"), "POST"),
            "user": {
                "name": format!("{} {}", session.user.name.0, session.user.name.1),
                "href": visit.address("/api/v1/users/me"),
                "hints": { "allow": ["GET"] },
            },
        },
    })
}
