//! AWS's sign-in page, `/saml`: an assertion for a choice of roles.
//!
//! The page is for browsers and has no reference. Its shapes are those that clients' test data keep: the legacy page,
//! and the one of 2023. Status codes are assumed.

use super::assertion::{self, Claims};
use super::escaped;
use super::request::resource;
use crate::clock::parse_time;
use crate::exchange::{Asked, Reply};
use crate::saml::AWS_ATTRIBUTES;
use crate::server::Shared;
use crate::switch::Switch;
use crate::users::{Role, alias, find_role};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

/// Where one role, or a chosen one, leads.
const CONSOLE: &str = "https://console.aws.amazon.com/console/home";

/// Answers a posted assertion. Nothing else is taken.
pub(super) fn answer(shared: &Shared, asked: &Asked) -> Reply {
    let parameters = asked.parameters();
    let assertion = parameters.get("SAMLResponse").filter(|_| asked.method == "POST");
    let claims = assertion.and_then(|assertion| assertion::read(assertion, shared.idp_key).ok());
    let claims = claims.filter(|claims| good(claims, shared.clock.now()));
    let (Some(assertion), Some(claims)) = (assertion, claims) else {
        return error();
    };
    let on = |switch| shared.state().switches.contains(&switch);
    let roles = usable(&claims);
    if on(Switch::SignInError) || roles.is_empty() {
        return error();
    }
    if on(Switch::SignInInterstitial) {
        return interstitial();
    }
    let chosen = parameters.get("roleIndex");
    if let Some(chosen) = chosen.filter(|chosen| roles.iter().any(|role| role.arn == chosen.as_str())) {
        return console(chosen);
    }
    if let [role] = roles.as_slice() {
        return console(&role.arn);
    }
    let accounts = by_account(&roles);
    let relay_state = parameters.get("RelayState").map_or("", String::as_str);
    if on(Switch::SignInNext) {
        next(&accounts, assertion, relay_state)
    } else {
        legacy(&accounts, assertion, relay_state)
    }
}

/// Whether AWS would look further at what is said.
fn good(claims: &Claims, now: i64) -> bool {
    let fresh = claims.not_on_or_after.as_deref().and_then(parse_time).is_some_and(|expires| expires > now);
    fresh && claims.audiences.iter().any(|audience| audience.starts_with("urn:amazon:webservices"))
}

/// The roles that exist, each once and in the assertion's order. Trust policies are not asked here.
fn usable(claims: &Claims) -> Vec<&'static Role> {
    let mut roles: Vec<&'static Role> = Vec::new();
    for value in claims.values(&format!("{AWS_ATTRIBUTES}Role")) {
        let named = value.split(',').find_map(find_role);
        let named = named.filter(|role| value.split(',').any(|arn| arn == role.provider));
        if let Some(role) = named.filter(|role| roles.iter().all(|known| known.arn != role.arn)) {
            roles.push(role);
        }
    }
    roles
}

/// Accounts, as the page names them, with their roles.
fn by_account(roles: &[&'static Role]) -> Vec<(String, Vec<&'static Role>)> {
    let mut accounts: Vec<(String, Vec<&'static Role>)> = Vec::new();
    for role in roles {
        let (_, account, _) = resource(&role.arn, "role/").unwrap_or_default();
        let named = alias(account).map_or_else(|| account.to_owned(), |alias| format!("{alias} ({account})"));
        match accounts.iter_mut().find(|(known, _)| *known == named) {
            Some((_, known)) => known.push(role),
            None => accounts.push((named, vec![role])),
        }
    }
    accounts
}

fn html(status: u16, head: &str, body: &str) -> Reply {
    let page = format!(
        "<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv=\"Content-Type\" content=\"text/html; charset=UTF-8\">\n{head}\n\
         <title>Amazon Web Services Sign-In</title>\n</head>\n<body>\n{body}\n</body>\n</html>\n"
    );
    Reply::new(status, "text/html;charset=UTF-8", page).header("cache-control", "no-cache, no-store")
}

fn console(role: &str) -> Reply {
    let (_, account, _) = resource(role, "role/").unwrap_or_default();
    Reply::redirect(CONSOLE)
        .cookie(&format!("aws-userInfo=CANARY-signin-{account}; Domain=.amazon.com; Path=/; Secure"))
}

fn error() -> Reply {
    let text =
        "Your request included an invalid SAML response. To logout, <a href=\"/logout\">click here</a>.";
    html(
        400,
        "",
        &format!("<div id=\"container\"><div id=\"content\"><h1>Error</h1><p>{text}</p></div></div>"),
    )
}

/// A page of a script alone, which would call again with an answer of its own (reported in 2026).
fn interstitial() -> Reply {
    let script = "<script>var hashArgs = window.location.hash; document.cookie = 'hashArgs=' + hashArgs; \
                  document.forms[0] && document.forms[0].submit();</script>";
    html(200, script, "<noscript>JavaScript is disabled.</noscript>")
}

/// The page as it always was: the rows of roles lie in a second `saml-account` within the account's.
fn legacy(accounts: &[(String, Vec<&'static Role>)], assertion: &str, relay_state: &str) -> Reply {
    let mut rows = String::new();
    for (index, (account, roles)) in accounts.iter().enumerate() {
        rows.push_str(&format!(
            "<div  class=\"saml-account\"> <div onClick=\"expandCollapse({index});\">\n              \
             <img id=\"image{index}\" src=\"/static/image/down.png\" valign=\"middle\"></img>\n              \
             <div class=\"saml-account-name\">Account: {account}</div>\n              </div>\n              \
             <hr style=\"border: 1px solid #ddd;\">\n              <div id=\"{index}\" class=\"saml-account\" >\n"
        ));
        for role in roles {
            let (arn, name) = (&role.arn, role.arn.rsplit('/').next().unwrap_or_default());
            rows.push_str(&format!(
                "                <div class=\"saml-role\" onClick=\"checkRadio(this);\">\n                    \
                 <input type=\"radio\" name=\"roleIndex\" value=\"{arn}\" class=\"saml-radio\" id=\"{arn}\" />\n                    \
                 <label for=\"{arn}\" class=\"saml-role-description\">{name}</label>\n                    \
                 <span style=\"clear: both;\"></span>\n                </div>\n"
            ));
        }
        rows.push_str("              </div></div>");
    }
    let relay_state = escaped(relay_state).replace('"', "&quot;");
    html(
        200,
        "<script type=\"text/javascript\">function expandCollapse(index) {}</script>",
        &format!(
            "<div id=\"container\">\n  <h1 class=\"background\">Amazon Web Services Login</h1>\n  <div id=\"content\">\n  \
             <div id=\"main_error\"></div>\n  \
             <form id=\"saml_form\" name=\"saml_form\" action=\"/saml\" method=\"post\">\n          \
             <input type=\"hidden\" name=\"RelayState\" value=\"{relay_state}\" />\n          \
             <input type=\"hidden\" name=\"SAMLResponse\" value=\"{assertion}\" />\n          \
             <input type=\"hidden\" name=\"name\" value=\"\" />\n          \
             <input type=\"hidden\" name=\"portal\" value=\"\" />\n          \
             <p style=\"font-size: 16px; padding-left: 20px;\">Select a role:</p>\n          \
             <fieldset>\n            {rows}\n          </fieldset>\n  </form>\n  </div>\n</div>"
        ),
    )
}

/// The page of 2023: a script draws everything from base64 in a `meta`.
fn next(accounts: &[(String, Vec<&'static Role>)], assertion: &str, relay_state: &str) -> Reply {
    let listed: Map<String, Value> = accounts
        .iter()
        .map(|(account, roles)| {
            let arns = roles.iter().map(|role| json!(role.arn)).collect();
            (account.clone(), Value::Array(arns))
        })
        .collect();
    let data = json!({
        "invalid_accounts": {},
        "RelayState": relay_state,
        "name": null,
        "roles_accounts": listed,
        "foreign_accounts": {},
        "region": "IAD",
        "portal": null,
        "SAMLResponse": assertion,
        "problems": "{}",
        "policy": null,
    });
    let data = STANDARD.encode(data.to_string());
    let head = format!(
        "<meta name=\"next-head-count\" content=\"2\">\n<meta name=\"csrf_token\" content=\"CANARY-csrf\">\n\
         <meta name=\"session_id\" content=\"CANARY-session\">\n<meta name=\"data\"\n    content=\"{data}\">"
    );
    html(200, &head, "<div id=\"root\"><div id=\"__next\"></div></div>")
}
