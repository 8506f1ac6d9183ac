//! The HTML pages, with Okta's two ways of escaping: lower-case hexadecimal entities in attributes and `\xHH`
//! in scripts (both observed).

use super::{APP_LABEL, ORG_ID};
use crate::exchange::Reply;
use crate::users::User;

/// A value within an attribute: letters, digits and `. - _` stay, everything else is an entity.
pub(super) fn attribute(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for letter in value.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | '_') {
            escaped.push(letter);
        } else {
            escaped.push_str(&format!("&#x{:x};", u32::from(letter)));
        }
    }
    escaped
}

/// A value within a script's string: letters, digits and `, . _` stay, everything else is `\xHH` or `\uHHHH`.
pub(super) fn script(value: &str) -> String {
    let mut escaped = String::with_capacity(value.len());
    for unit in value.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte) if byte.is_ascii_alphanumeric() || matches!(byte, b',' | b'.' | b'_') => {
                escaped.push(char::from(byte));
            }
            Ok(byte) => escaped.push_str(&format!("\\x{byte:02X}")),
            Err(_) => escaped.push_str(&format!("\\u{unit:04X}")),
        }
    }
    escaped
}

fn page(status: u16, title: &str, body: &str) -> Reply {
    let html = format!(
        r#"<!DOCTYPE html>
<html lang="en">
<head>
  <meta http-equiv="Content-Type" content="text/html; charset=UTF-8">
  <title>
    {title}</title>
  <script>var okta = {{ locale: 'en', deployEnv: 'PROD', settings: {{ orgId: '{ORG_ID}', orgName: 'acme\x2Dcorp' }} }};</script>
</head>
<body id="app" class="enduser-app  okta-legacy-theme  ">
<noscript>
    <div id="noscript-msg" class="infobox infobox-warning infobox-compact"><span class="icon warning-16"></span>
      <h3>Javascript is disabled on your browser.</h3><p>Please enable Javascript and refresh this page.</p></div>
</noscript>
{body}
</body></html>
"#
    );
    Reply::new(status, "text/html;charset=utf-8", html).header("cache-control", "no-cache, no-store")
}

/// The page that posts a form by script. `fields` are the form's inputs, one a line.
fn auto_post(user: &User, action: &str, fields: &str) -> Reply {
    let body = format!(
        r#"<div id="container">
<script>var interstitialMinWaitTime = 1200;</script>
<script>var userId = '{user_id}';</script>
<div id="okta-interstitial-wrap"><h1 id="okta-auth-heading" class='signing-in-text'>Signing in to {APP_LABEL}</h1></div>
<form id="appForm" action="{action}" method="POST">
{fields}
</form>
<script src="/assets/js/interstitial.min.js" type="text/javascript"></script>
</div>"#,
        user_id = user.id(),
        action = attribute(action),
    );
    page(200, "Acme - Signing in...", &body)
}

/// The page with the assertion.
pub(super) fn assertion(user: &User, action: &str, assertion: &str, relay_state: &str) -> Reply {
    let fields = format!(
        r#"    <input name="SAMLResponse" type="hidden" value="{}"/>
    <input name="RelayState" type="hidden" value="{}"/>"#,
        attribute(assertion),
        attribute(relay_state),
    );
    auto_post(user, action, &fields)
}

/// The page of an app in SWA mode: a stored name and password, no assertion.
pub(super) fn stored_password(user: &User) -> Reply {
    let fields = format!(
        r#"    <input name="username" type="hidden" value="{}"/>
    <input name="password" type="hidden" value="CANARY-pw-stored-in-swa"/>
    <input name="action" type="hidden" value="iam-user-authentication"/>"#,
        attribute(user.login),
    );
    auto_post(user, "https://signin.aws.amazon.com/federation", &fields)
}

/// The sign-in page. Nothing in it is of use to a program but its title.
pub(super) fn sign_in(org: &str, from_uri: &str) -> Reply {
    let body = format!(
        r##"<div id="login-bg-image"></div>
<div id="okta-sign-in"></div>
<script type="text/javascript">
  var baseUrl = '{base}';
  var fromUri = '{from}';
  var stateToken = '';
  var config = {{"signIn":{{"el":"#okta-sign-in","baseUrl":"{base}","consent":null,"fromUri":"{from}"}}}};
</script>"##,
        base = script(org),
        from = script(from_uri),
    );
    page(200, "Acme - Sign In", &body)
}

/// The page of an app that wants another factor. The state token is in its script, escaped.
pub(super) fn extra_verification(state_token: &str) -> Reply {
    let body = format!(
        r#"<div id="okta-sign-in"></div>
<script type="text/javascript">
  var stateToken = '{token}';
  var redirect = '{redirect}';
</script>"#,
        token = script(state_token),
        redirect = script("/login/step-up/redirect"),
    );
    page(200, "Acme - Extra Verification", &body)
}

/// A refusal in words, found by its class.
pub(super) fn refused(status: u16, title: &str, text: &str) -> Reply {
    let body = format!(
        r#"<div id="container"><div class="error-content">
  <h1>{title}</h1>
  <p>{text}</p>
</div></div>"#
    );
    page(status, &format!("Acme - {title}"), &body)
}

/// There is no such page or app.
pub(super) fn not_found() -> Reply {
    let body = r#"<div class="error-content"><h1>404</h1><h2>Page Not Found</h2></div>"#;
    page(404, "Page Not Found", body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_as_okta_escapes_them() {
        assert_eq!(attribute("a+b/c=é:-_."), "a&#x2b;b&#x2f;c&#x3d;&#xe9;&#x3a;-_.");
        assert_eq!(script("/a-b_c.'é"), r"\x2Fa\x2Db_c.\x27\xE9");
        assert_eq!(script("\u{1F600}"), r"\uD83D\uDE00");
    }
}
