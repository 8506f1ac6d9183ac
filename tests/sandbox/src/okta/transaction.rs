//! A running authentication, and the JSON that shows it.
//!
//! The shapes are those of Okta's Authentication API reference before 2025, which the wire still has:
//! `_embedded.factors` is the list, `_embedded.factor` the one in challenge.

use super::{APP_ID, APP_LABEL, EXTERNAL_KEY};
use crate::clock::okta_time;
use crate::users::{Factor, Means, User};
use serde_json::{Map, Value, json};

/// The number a user of `number@` has to tap.
const NUMBER: u32 = 92;

/// Where a transaction stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    MfaRequired,
    MfaChallenge,
    MfaEnroll,
    PasswordExpired,
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
    /// When the last text message went out.
    pub(crate) sent: i64,
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
            sent: 0,
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
        embedded.insert("user".to_owned(), user_json(self.user));
        let mut links = Map::new();
        let status = match self.status {
            Status::MfaRequired => {
                let factors = self.user.factors.iter();
                let factors = factors.map(|factor| factor_json(factor, self.user, org, true)).collect();
                embedded.insert("factors".to_owned(), Value::Array(factors));
                embedded.insert("policy".to_owned(), mfa_policy(self.user));
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
            Status::PasswordExpired => {
                embedded.insert("policy".to_owned(), password_policy());
                let href = format!("{org}/api/v1/authn/credentials/change_password");
                links.insert("next".to_owned(), named_link("changePassword", &href, "POST"));
                "PASSWORD_EXPIRED"
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

    fn challenge_json(
        &self,
        org: &str,
        shown: &mut Map<String, Value>,
        embedded: &mut Map<String, Value>,
        links: &mut Map<String, Value>,
    ) {
        let Some(factor) = self.factor else { return };
        let mut body = factor_json(factor, self.user, org, false);
        let verify = format!("{org}/api/v1/authn/factors/{}/verify", factor.id);
        // The link's name is how a client learns that polling is over: it turns from `poll` into `verify`.
        let (result, next) = match self.showing {
            Showing::Nothing => (None, "verify"),
            Showing::Waiting { .. } => (Some("WAITING"), "poll"),
            Showing::Rejected => (Some("REJECTED"), "verify"),
            Showing::TimedOut => (Some("TIMEOUT"), "verify"),
        };
        let mut result = result;
        let detail = match factor.means {
            Means::Push(_) if self.showing == (Showing::Waiting { number: true }) => {
                Some(json!({ "challenge": { "correctAnswer": NUMBER } }))
            }
            Means::WebAuthn => {
                result = Some("CHALLENGE");
                shown.insert("challengeType".to_owned(), json!("FACTOR"));
                let challenge = json!({
                    "challenge": "mAdEuPcHaLlEnGe20ch", "userVerification": "preferred", "extensions": {},
                });
                Some(json!({ "challenge": challenge }))
            }
            Means::DuoWeb => {
                let duo = format!("{org}/api/v1/authn/factors/{}/lifecycle/duoCallback", factor.id);
                Some(json!({ "verification": {
                    "host": "api-sandbox.duosecurity.example",
                    "signature": "TX|c2FuZGJveA==|0f3c:APP|c2FuZGJveA==|9ab1",
                    "factorResult": "WAITING",
                    "_links": {
                        "complete": link(&duo, "POST"),
                        "script": {
                            "href": format!("{org}/js/sections/duo/Duo-Web-v2.js"),
                            "type": "text/javascript; charset=utf-8",
                        },
                    },
                } }))
            }
            _ => None,
        };
        if let (Some(detail), Some(body)) = (detail, body.as_object_mut()) {
            body.insert("_embedded".to_owned(), detail);
        }
        if let Some(result) = result {
            shown.insert("factorResult".to_owned(), json!(result));
        }
        embedded.insert("factor".to_owned(), body);
        embedded.insert("policy".to_owned(), mfa_policy(self.user));
        links.insert("next".to_owned(), named_link(next, &verify, "POST"));
        links.insert("prev".to_owned(), link(&format!("{org}/api/v1/authn/previous"), "POST"));
        let resend = match factor.means {
            Means::Push(_) => "push",
            Means::Sms { .. } => "sms",
            _ => return,
        };
        let again = json!([named_link(resend, &format!("{verify}/resend"), "POST")]);
        links.insert("resend".to_owned(), again);
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

fn named_link(name: &str, href: &str, method: &str) -> Value {
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

fn factor_json(factor: &Factor, user: &User, org: &str, with_links: bool) -> Value {
    let profile = match factor.means {
        Means::Push(_) => json!({
            "credentialId": user.login,
            "deviceType": "SmartPhone_IPhone",
            "keys": [{ "kty": "PKIX", "use": "sig", "kid": "default", "x5c": ["MIIBIjANBgkqhkiG"] }],
            "name": format!("{}'s phone", user.name.0),
            "platform": "IOS",
            "version": "17.4",
        }),
        Means::Question { .. } => json!({
            "question": "disliked_food",
            "questionText": "What is the food you least liked as a child?",
        }),
        Means::Sms { .. } => json!({ "phoneNumber": "+1 XXX-XXX-1337" }),
        Means::WebAuthn => {
            json!({ "credentialId": "AbCdEfGhIjKlMnOpQrStUv", "authenticatorName": "YubiKey 5" })
        }
        Means::Totp { .. } | Means::DuoWeb | Means::Unknown => json!({ "credentialId": user.login }),
    };
    let mut shown = json!({
        "id": factor.id,
        "factorType": factor.factor_type,
        "provider": factor.provider,
        "vendorName": factor.provider,
        "profile": profile,
    });
    if let (true, Some(shown)) = (with_links, shown.as_object_mut()) {
        let href = format!("{org}/api/v1/authn/factors/{}/verify", factor.id);
        shown.insert("_links".to_owned(), json!({ "verify": link(&href, "POST") }));
    }
    shown
}

/// `factorsPolicyInfo` has entries for push factors only (observed).
fn mfa_policy(user: &User) -> Value {
    let pushes = user.factors.iter().filter(|factor| matches!(factor.means, Means::Push(_)));
    let info: Map<String, Value> =
        pushes.map(|factor| (factor.id.to_owned(), json!({ "autoPushEnabled": false }))).collect();
    json!({
        "allowRememberDevice": true,
        "rememberDeviceLifetimeInMinutes": 15,
        "rememberDeviceByDefault": false,
        "factorsPolicyInfo": info,
    })
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
