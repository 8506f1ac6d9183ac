//! A running authentication, and the JSON that shows it.
//!
//! The shapes are those of Okta's Authentication API reference before 2025, which the wire still has:
//! `_embedded.factors` is the list, `_embedded.factor` the one in challenge. What is not in the reference is taken
//! from the mock answers in the repository of Okta's sign-in widget.

use super::challenge::{factor_json, mfa_policy};
use super::{APP_ID, APP_LABEL, EXTERNAL_KEY};
use crate::clock::okta_time;
use crate::users::{Factor, User};
use serde_json::{Map, Value, json};

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    MfaRequired,
    MfaChallenge,
    MfaEnroll,
    MfaEnrollActivate,
    PasswordWarn,
    PasswordExpired,
    PasswordReset,
    Recovery,
    ConsentRequired,
    SomethingNew,
    /// A step-up whose session is gone: name and password first.
    Unauthenticated,
    /// A step-up that has been met. A plain login has no such state: its transaction ends with the session
    /// token.
    SteppedUp,
}

/// What a challenge shows besides the factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Showing {
    Nothing,
    Waiting { number: bool },
    Rejected,
    TimedOut,
}

/// One authentication under way.
#[derive(Debug, Clone)]
pub(crate) struct Transaction {
    pub(crate) token: String,
    pub(crate) user: &'static User,
    pub(crate) status: Status,
    pub(crate) expires: i64,
    /// The factor in challenge.
    pub(crate) factor: Option<&'static Factor>,
    pub(crate) showing: Showing,
    /// WAITING answers given for the present push.
    pub(crate) polls: u32,
    /// Whether a second code was asked for, as RSA does.
    pub(crate) asked_again: bool,
    /// Whether the client wants to hear of a password that expires soon.
    pub(crate) warn: bool,
    /// Whether this device's pushes go out without asking.
    pub(crate) auto_push: bool,
    /// A step-up that was begun again with name and password: its end sets the session's cookie.
    pub(crate) new_session: bool,
    /// The session an app wants a factor for; `None` in a plain login.
    pub(crate) step_up: Option<String>,
}

impl Transaction {
    pub(crate) fn new(token: String, user: &'static User, status: Status, expires: i64) -> Transaction {
        Transaction {
            token,
            user,
            status,
            expires,
            factor: None,
            showing: Showing::Nothing,
            polls: 0,
            asked_again: false,
            warn: false,
            auto_push: user.auto_push,
            new_session: false,
            step_up: None,
        }
    }

    /// Puts a factor in challenge.
    pub(crate) fn challenge(&mut self, factor: &'static Factor, showing: Showing) {
        self.status = Status::MfaChallenge;
        self.factor = Some(factor);
        self.showing = showing;
    }

    /// The transaction as Okta shows it.
    pub(crate) fn json(&self, org: &str) -> Value {
        let mut shown = Map::new();
        shown.insert("stateToken".to_owned(), json!(self.token));
        if self.step_up.is_some() {
            shown.insert("type".to_owned(), json!("SESSION_STEP_UP"));
        }
        shown.insert("expiresAt".to_owned(), json!(okta_time(self.expires)));
        let mut embedded = Map::new();
        if self.status != Status::Unauthenticated {
            embedded.insert("user".to_owned(), self.user_json());
        }
        let mut links = Map::new();
        let credentials =
            |name: &str, path: &str| named_link(name, &format!("{org}/api/v1/authn/{path}"), "POST");
        let status = match self.status {
            Status::MfaRequired => {
                let factors = self.user.factors.iter();
                let factors = factors.map(|factor| factor_json(factor, self.user, org, true)).collect();
                embedded.insert("factors".to_owned(), Value::Array(factors));
                embedded.insert("policy".to_owned(), mfa_policy(self.user, self.auto_push));
                "MFA_REQUIRED"
            }
            Status::MfaChallenge => {
                self.challenge_json(org, &mut shown, &mut embedded, &mut links);
                "MFA_CHALLENGE"
            }
            Status::MfaEnroll => {
                embedded.insert("factors".to_owned(), enrollable(org, self.user));
                "MFA_ENROLL"
            }
            Status::MfaEnrollActivate => {
                let lifecycle = format!("factors/{ENROLLED}/lifecycle/activate");
                embedded.insert("factor".to_owned(), activation(org, self.user));
                links.insert("next".to_owned(), credentials("activate", &lifecycle));
                links.insert("prev".to_owned(), link(&format!("{org}/api/v1/authn/previous"), "POST"));
                "MFA_ENROLL_ACTIVATE"
            }
            Status::PasswordWarn => {
                let mut policy = json!({ "expiration": { "passwordExpireDays": 5 } });
                merge(&mut policy, password_policy());
                embedded.insert("policy".to_owned(), policy);
                links.insert("next".to_owned(), credentials("changePassword", "credentials/change_password"));
                links.insert("skip".to_owned(), credentials("skip", "skip"));
                "PASSWORD_WARN"
            }
            Status::PasswordExpired => {
                embedded.insert("policy".to_owned(), password_policy());
                links.insert("next".to_owned(), credentials("changePassword", "credentials/change_password"));
                "PASSWORD_EXPIRED"
            }
            Status::PasswordReset => {
                embedded.insert("policy".to_owned(), password_policy());
                links.insert("next".to_owned(), credentials("resetPassword", "credentials/reset_password"));
                "PASSWORD_RESET"
            }
            Status::Recovery => {
                shown.insert("recoveryType".to_owned(), json!("PASSWORD"));
                links.insert("next".to_owned(), credentials("answer", "recovery/answer"));
                "RECOVERY"
            }
            Status::ConsentRequired => {
                let target = json!({ "type": "APP", "name": "amazon_aws", "label": APP_LABEL });
                embedded.insert("target".to_owned(), target);
                let scope = json!({ "name": "roles:read", "displayName": "Read your roles" });
                embedded.insert("scopes".to_owned(), json!([scope]));
                links.insert("next".to_owned(), credentials("consent", "consent"));
                "CONSENT_REQUIRED"
            }
            Status::SomethingNew => {
                links.insert("next".to_owned(), credentials("something", "something"));
                "SOMETHING_NEW"
            }
            Status::Unauthenticated => {
                let href = format!("{org}/api/v1/authn");
                links.insert("next".to_owned(), named_link("authenticate", &href, "POST"));
                "UNAUTHENTICATED"
            }
            Status::SteppedUp => {
                let href = format!("{org}/login/step-up/redirect?stateToken={}", self.token);
                links.insert("next".to_owned(), named_link("original", &href, "GET"));
                "SUCCESS"
            }
        };
        if self.step_up.is_some() {
            let logo = json!({ "name": "medium", "href": format!("{org}/img/logos/amazon_aws.png"), "type": "image/png" });
            let target = json!({ "type": "APP", "name": "amazon_aws", "label": APP_LABEL, "_links": { "logo": logo } });
            let issuer = json!({ "id": APP_ID, "name": APP_LABEL, "uri": EXTERNAL_KEY });
            embedded.insert("target".to_owned(), target);
            embedded.insert("authentication".to_owned(), json!({ "protocol": "SAML2.0", "issuer": issuer }));
        }
        if self.status != Status::SteppedUp {
            links.insert("cancel".to_owned(), link(&format!("{org}/api/v1/authn/cancel"), "POST"));
        }
        shown.insert("status".to_owned(), json!(status));
        shown.insert("_embedded".to_owned(), Value::Object(embedded));
        shown.insert("_links".to_owned(), Value::Object(links));
        Value::Object(shown)
    }

    /// The user; in a recovery with the question to be answered.
    fn user_json(&self) -> Value {
        let mut user = user_json(self.user);
        if self.status == Status::Recovery {
            let question = json!({ "question": "Who's a major player in the cowboy scene?" });
            merge(&mut user, json!({ "recovery_question": question }));
        }
        user
    }
}

/// The answer to a finished login.
pub(crate) fn success(user: &User, session_token: &str, expires: i64) -> Value {
    json!({
        "expiresAt": okta_time(expires),
        "status": "SUCCESS",
        "relayState": "",
        "sessionToken": session_token,
        "_embedded": { "user": user_json(user) },
    })
}

/// The answer to someone who is locked out and may know it.
pub(crate) fn locked_out(org: &str) -> Value {
    json!({
        "status": "LOCKED_OUT",
        "_embedded": {},
        "_links": {
            "next": named_link("unlock", &format!("{org}/api/v1/authn/recovery/unlock"), "POST"),
            "cancel": link(&format!("{org}/api/v1/authn/cancel"), "POST"),
        },
    })
}

/// A link with the one method it allows.
pub(crate) fn link(href: &str, method: &str) -> Value {
    json!({ "href": href, "hints": { "allow": [method] } })
}

pub(super) fn named_link(name: &str, href: &str, method: &str) -> Value {
    json!({ "name": name, "href": href, "hints": { "allow": [method] } })
}

/// The `_embedded.user` of a transaction.
pub(crate) fn user_json(user: &User) -> Value {
    json!({
        "id": user.id(),
        "passwordChanged": "2025-11-08T20:14:45.000Z",
        "profile": {
            "login": user.login,
            "firstName": user.name.0,
            "lastName": user.name.1,
            "locale": "en",
            "timeZone": "America/Los_Angeles",
        },
    })
}

/// Puts the members of one object behind those of another.
fn merge(into: &mut Value, more: Value) {
    if let (Some(into), Value::Object(more)) = (into.as_object_mut(), more) {
        into.extend(more);
    }
}

fn password_policy() -> Value {
    json!({ "complexity": {
        "minLength": 8, "minLowerCase": 1, "minUpperCase": 1, "minNumber": 1, "minSymbol": 0, "excludeUsername": true,
    } })
}

fn enrollable(org: &str, user: &User) -> Value {
    let enroll = link(&format!("{org}/api/v1/authn/factors"), "POST");
    let questions = link(&format!("{org}/api/v1/users/{}/factors/questions", user.id()), "GET");
    json!([
        {
            "factorType": "token:software:totp", "provider": "GOOGLE", "vendorName": "GOOGLE",
            "status": "NOT_SETUP", "enrollment": "OPTIONAL", "_links": { "enroll": enroll },
        },
        {
            "factorType": "question", "provider": "OKTA", "vendorName": "OKTA",
            "status": "NOT_SETUP", "enrollment": "REQUIRED", "_links": { "questions": questions, "enroll": enroll },
        },
    ])
}

/// The id of the factor that `activate@` has begun to enrol.
const ENROLLED: &str = "uftactivatexample0x7";

/// A Google Authenticator whose secret was shown and whose first code is still to come.
fn activation(org: &str, user: &User) -> Value {
    json!({
        "id": ENROLLED,
        "factorType": "token:software:totp",
        "provider": "GOOGLE",
        "vendorName": "GOOGLE",
        "profile": { "credentialId": user.login },
        "_embedded": { "activation": {
            "timeStep": 30,
            "sharedSecret": "JBTWGV22G4ZGKV3N",
            "encoding": "base32",
            "keyLength": 16,
            "_links": { "qrcode": {
                "href": format!("{org}/api/v1/users/{}/factors/{ENROLLED}/qr/00fukNElRS_Tz6k-CFhg3pH4KO2dj2guhmaapXWbc4", user.id()),
                "type": "image/png",
            } },
        } },
    })
}
