//! What a browser sees: the sign-in page, the embed link, the app and its step-up.
//!
//! Addresses and pages are as observed with public clients; there is no reference for them. Never JSON here.

use super::transaction::{Status, Transaction};
use super::{APP_ID, APP_LABEL, EXTERNAL_KEY, SID_CLEAR, Visit, page};
use crate::exchange::{Reply, percent};
use crate::saml;
use crate::state::{Session, TRANSACTION_LIFE};
use crate::users::App;

/// Answers a page's address.
pub(super) fn answer(visit: &mut Visit<'_>, path: &[&str]) -> Reply {
    let reads = matches!(visit.asked.method.as_str(), "GET" | "POST" | "HEAD");
    let reply = match path {
        _ if !reads => page::refused(405, "Method Not Allowed", "This page does not take that method."),
        [""] | ["login", "login.htm" | "default"] => sign_in(visit),
        ["login", "sessionCookieRedirect"] => session_cookie_redirect(visit),
        ["login", "step-up", "redirect"] => step_up_redirect(visit),
        ["login", "signout"] => sign_out(visit),
        ["home", "amazon_aws", id, link] if *id == APP_ID && !link.is_empty() => embed_link(visit),
        ["app", "amazon_aws", id, "sso", "saml"] if *id == EXTERNAL_KEY => app(visit),
        ["app", "amazon_aws", id, "login"] if *id == EXTERNAL_KEY || *id == APP_ID => app(visit),
        _ => page::not_found(),
    };
    visit.common_cookies(reply)
}

fn sign_in(visit: &mut Visit<'_>) -> Reply {
    let from = visit.asked.query_parameters().remove("fromURI").unwrap_or_default();
    page::sign_in(&visit.shared.org, &from)
}

/// Away to the sign-in page, without the cookie that was no good.
fn to_sign_in(visit: &Visit<'_>, from: &str) -> Reply {
    let location = visit.address(&format!("/login/login.htm?fromURI={}", percent(from)));
    Reply::redirect(&location).cookie(SID_CLEAR)
}

fn session_cookie(sid: &str) -> String {
    format!("sid={sid};Version=1;Path=/;Secure;HttpOnly;SameSite=None")
}

/// `/login/sessionCookieRedirect?token=…&redirectUrl=…`: a session token for a cookie. The answer takes the
/// cookie away and sets it again, in this order (observed); the last one counts.
fn session_cookie_redirect(visit: &mut Visit<'_>) -> Reply {
    let mut parameters = visit.asked.parameters();
    let target = parameters.remove("redirectUrl").unwrap_or_else(|| visit.address("/app/UserHome"));
    let relative = target.starts_with('/') && !target.starts_with("//");
    if !relative && target != visit.shared.org && !target.starts_with(&visit.address("/")) {
        return page::refused(
            400,
            "Bad Request",
            "The redirect address is neither this org nor a trusted origin.",
        );
    }
    let token = parameters.remove("token").unwrap_or_default();
    // With a live session the token is ignored, spent or not, as at the embed link.
    let sid = match visit.session() {
        Some((sid, _)) => Some(sid),
        None => visit.state.spend_session_token(&token, visit.now),
    };
    match sid {
        None => to_sign_in(visit, target.strip_prefix(&visit.shared.org).unwrap_or(&target)),
        Some(sid) => Reply::redirect(&target)
            .cookie(SID_CLEAR)
            .cookie("t=default; Path=/")
            .cookie(&session_cookie(&sid)),
    }
}

fn sign_out(visit: &mut Visit<'_>) -> Reply {
    if let Some((sid, _)) = visit.session() {
        visit.state.sessions.remove(&sid);
    }
    Reply::redirect(&visit.address("/login/login.htm")).cookie(SID_CLEAR)
}

/// The session of a page's visitor: by cookie, or by a session token in the address, which is spent. With a
/// live cookie the token is not looked at (Okta's guide to session cookies).
fn visitor(visit: &mut Visit<'_>) -> Option<(String, Session)> {
    if let Some(found) = visit.session() {
        return Some(found);
    }
    let mut parameters = visit.asked.query_parameters();
    let token = parameters.remove("sessionToken").or_else(|| parameters.remove("onetimetoken"))?;
    let sid = visit.state.spend_session_token(&token, visit.now)?;
    let session = visit.state.session(&sid, visit.now)?;
    Some((sid, session))
}

/// `/home/amazon_aws/0oa…/272`: on to the app's SAML address.
fn embed_link(visit: &mut Visit<'_>) -> Reply {
    let Some((sid, _)) = visitor(visit) else {
        return to_sign_in(visit, &visit.asked.path.clone());
    };
    let mut parameters = visit.asked.query_parameters();
    // gimme-aws-creds ends a step-up here: it puts the whole address of the redirect into the query as `stateToken`.
    // Whether Okta then goes by the token or by the session is not known.
    if let Some(token) = parameters.remove("stateToken") {
        let token = token.rsplit("stateToken=").next().unwrap_or_default();
        end_step_up(visit, token);
    }
    let relay_state = parameters.remove("RelayState");
    let relay_state = relay_state.map(|value| format!("&RelayState={}", percent(&value))).unwrap_or_default();
    let path = format!("/app/amazon_aws/{EXTERNAL_KEY}/sso/saml?fromHome=true{relay_state}");
    Reply::redirect(&visit.address(&path)).cookie(&session_cookie(&sid))
}

/// The app itself.
fn app(visit: &mut Visit<'_>) -> Reply {
    let Some((sid, session)) = visitor(visit) else {
        return to_sign_in(visit, &visit.asked.path.clone());
    };
    let user = session.user;
    let reply = match user.app {
        App::Unassigned => page::refused(
            403,
            "App Not Assigned",
            &format!(
                "Sorry, you can't access {APP_LABEL} because you are not assigned this app in Okta. \
                 If you're wondering why this is happening, please contact your administrator."
            ),
        ),
        App::PasswordForm => page::stored_password(user),
        App::StepUp(_) if !session.stepped_up => extra_verification(visit, &sid, &session),
        App::Aws(_) | App::Many(_) | App::StepUp(_) => {
            let relay_state = visit.asked.parameters().remove("RelayState").unwrap_or_default();
            match saml::for_user(user, visit.shared.idp_key, visit.state, visit.now) {
                Some(assertion) => page::assertion(user, saml::destination(user), &assertion, &relay_state),
                None => page::refused(500, "Internal Server Error", "No assertion could be made."),
            }
        }
    };
    reply.cookie("t=default; Path=/").cookie(&session_cookie(&sid))
}

/// Begins a step-up for this session and shows its state token.
fn extra_verification(visit: &mut Visit<'_>, sid: &str, session: &Session) -> Reply {
    let token = visit.state.random.state_token();
    let expires = visit.now + TRANSACTION_LIFE;
    let mut transaction = Transaction::new(token.clone(), session.user, Status::MfaRequired, expires);
    transaction.step_up = Some(sid.to_owned());
    visit.state.transactions.insert(token.clone(), transaction);
    page::extra_verification(&token)
}

/// `/login/step-up/redirect?stateToken=…`: back to the app, if the step-up is met and it is the same session.
fn step_up_redirect(visit: &mut Visit<'_>) -> Reply {
    let back = format!("/home/amazon_aws/{APP_ID}/272");
    let token = visit.asked.query_parameters().remove("stateToken").unwrap_or_default();
    let cookie = visit.session().map(|(sid, _)| sid);
    let Some(sid) = end_step_up(visit, &token).or(cookie) else {
        return to_sign_in(visit, &back);
    };
    // Not met: the app asks again, with a new state token.
    Reply::redirect(&visit.address(&format!("/app/amazon_aws/{EXTERNAL_KEY}/sso/saml")))
        .cookie(&session_cookie(&sid))
}

/// Ends a step-up whose factor was proved: its session has met the app's demand. The session, if this is its browser.
fn end_step_up(visit: &mut Visit<'_>, token: &str) -> Option<String> {
    let cookie = visit.session().map(|(sid, _)| sid);
    let transaction = visit.state.transactions.get(token)?;
    if transaction.status != Status::SteppedUp || transaction.expires <= visit.now {
        return None;
    }
    let sid = transaction.step_up.clone()?;
    // Who has just given name and password need not show a cookie: they have none yet.
    if !transaction.new_session && cookie.as_ref() != Some(&sid) {
        return None;
    }
    visit.state.transactions.remove(token);
    if let Some(session) = visit.state.sessions.get_mut(&sid) {
        session.stepped_up = true;
        session.factor_used = true;
    }
    Some(sid)
}
