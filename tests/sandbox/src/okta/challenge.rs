//! Factors as JSON: the entries of a list, and the one in challenge with what belongs to its kind.

use super::transaction::{Showing, Transaction, link, named_link};
use crate::users::{Channel, Factor, Means, User};
use serde_json::{Map, Value, json};

/// The number a user of `number@` has to tap.
const NUMBER: u32 = 92;

impl Transaction {
    /// The parts of an `MFA_CHALLENGE`.
    pub(super) fn challenge_json(
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
        let (mut result, next) = match self.showing {
            Showing::Nothing => (None, "verify"),
            Showing::Waiting { .. } => (Some("WAITING"), "poll"),
            Showing::Rejected => (Some("REJECTED"), "verify"),
            Showing::TimedOut => (Some("TIMEOUT"), "verify"),
        };
        if factor.means == Means::WebAuthn {
            result = Some("CHALLENGE");
            shown.insert("challengeType".to_owned(), json!("FACTOR"));
        }
        if let (Some(detail), Some(body)) = (self.detail(org, factor), body.as_object_mut()) {
            body.insert("_embedded".to_owned(), detail);
        }
        if let Some(result) = result {
            shown.insert("factorResult".to_owned(), json!(result));
        }
        embedded.insert("factor".to_owned(), body);
        embedded.insert("policy".to_owned(), mfa_policy(self.user, self.auto_push));
        let next = if factor.means == Means::Redirect {
            let away = format!("{org}/sso/idps/0oaidp0000example0x7?stateToken={}", self.token);
            named_link("redirect", &away, "GET")
        } else {
            named_link(next, &verify, "POST")
        };
        links.insert("next".to_owned(), next);
        links.insert("prev".to_owned(), link(&format!("{org}/api/v1/authn/previous"), "POST"));
        let resend = match factor.means {
            Means::Push { .. } => "push",
            Means::Message { .. } => factor.factor_type,
            _ => return,
        };
        let again = json!([named_link(resend, &format!("{verify}/resend"), "POST")]);
        links.insert("resend".to_owned(), again);
    }

    /// What is embedded in the factor while it is in challenge.
    fn detail(&self, org: &str, factor: &Factor) -> Option<Value> {
        match factor.means {
            Means::Push { .. } if self.showing == (Showing::Waiting { number: true }) => {
                Some(json!({ "challenge": { "correctAnswer": NUMBER } }))
            }
            Means::WebAuthn => Some(json!({ "challenge": {
                "challenge": "mAdEuPcHaLlEnGe20ch", "userVerification": "preferred", "extensions": {},
            } })),
            Means::U2f => {
                Some(json!({ "challenge": { "nonce": "mAdEuPnOnCe000000000", "timeoutSeconds": 20 } }))
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
        }
    }
}

/// A factor as a list shows it, or, without its link, a challenge.
pub(super) fn factor_json(factor: &Factor, user: &User, org: &str, with_links: bool) -> Value {
    let profile = match factor.means {
        Means::Push { phone, .. } => Some(json!({
            "credentialId": user.login,
            "deviceType": "SmartPhone_IPhone",
            "keys": [{ "kty": "PKIX", "use": "sig", "kid": "default", "x5c": ["MIIBIjANBgkqhkiG"] }],
            "name": phone.map_or_else(|| format!("{}'s phone", user.name.0), str::to_owned),
            "platform": "IOS",
            "version": "17.4",
        })),
        Means::Question { .. } => Some(json!({
            "question": "disliked_food",
            "questionText": "What is the food you least liked as a child?",
        })),
        Means::Message { channel: Channel::Email, to, .. } => Some(json!({ "email": to })),
        Means::Message { channel: Channel::Sms, to, .. } => Some(json!({ "phoneNumber": to })),
        Means::Message { channel: Channel::Call, to, .. } => {
            Some(json!({ "phoneNumber": to, "phoneExtension": "1234" }))
        }
        Means::WebAuthn => {
            Some(json!({ "credentialId": "AbCdEfGhIjKlMnOpQrStUv", "authenticatorName": "YubiKey 5" }))
        }
        Means::U2f => Some(
            json!({ "credentialId": "shvjvW2Fi2GtCJb33nm0105EISG9lf2Jg", "appId": org, "version": "U2F_V2" }),
        ),
        // A claims provider has no profile at all; the older kinds name the user.
        Means::Redirect if factor.factor_type == "claims_provider" => None,
        Means::Redirect => Some(json!({ "user": user.login })),
        Means::Sequence { .. } if factor.provider == "YUBICO" => {
            Some(json!({ "credentialId": "000001234567" }))
        }
        Means::Totp { .. } | Means::Sequence { .. } | Means::DuoWeb | Means::Unknown => {
            Some(json!({ "credentialId": user.login }))
        }
    };
    // A vendor is a name for people and not always the provider's.
    let vendor = match (factor.factor_type, factor.provider) {
        ("token:hotp", _) => "Entrust",
        (_, "DEL_OATH") => "On-Prem MFA",
        ("claims_provider", _) => "IDP factor",
        ("assertion:saml2", _) => "SAML Factor",
        ("assertion:oidc", _) => "OIDC Factor",
        (_, provider) => provider,
    };
    let mut shown = Map::new();
    for (name, value) in [
        ("id", factor.id),
        ("factorType", factor.factor_type),
        ("provider", factor.provider),
        ("vendorName", vendor),
    ] {
        shown.insert(name.to_owned(), json!(value));
    }
    if let Some(profile) = profile {
        shown.insert("profile".to_owned(), profile);
    }
    if with_links {
        let href = format!("{org}/api/v1/authn/factors/{}/verify", factor.id);
        shown.insert("_links".to_owned(), json!({ "verify": link(&href, "POST") }));
    }
    Value::Object(shown)
}

/// `factorsPolicyInfo` has entries for push factors only (observed).
pub(super) fn mfa_policy(user: &User, auto_push: bool) -> Value {
    let pushes = user.factors.iter().filter(|factor| matches!(factor.means, Means::Push { .. }));
    let info: Map<String, Value> =
        pushes.map(|factor| (factor.id.to_owned(), json!({ "autoPushEnabled": auto_push }))).collect();
    json!({
        "allowRememberDevice": true,
        "rememberDeviceLifetimeInMinutes": 15,
        "rememberDeviceByDefault": false,
        "factorsPolicyInfo": info,
    })
}
