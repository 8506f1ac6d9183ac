//! Okta's authentication transaction, as its answers show it.
//!
//! Source: Okta's Authentication API reference and recorded answers. Shapes that both of them leave open are taken
//! either way: `_embedded.factors` (array; what the wire has in MFA_REQUIRED) or `_embedded.factor` (object; in MFA_CHALLENGE),
//! a link relation as one object or an array of them.

use secrecy::SecretString;
use serde_json::{Map, Value};

/// A transaction, read from the members of Okta's answer.
#[derive(Debug)]
pub struct Transaction<'a> {
    members: &'a Map<String, Value>,
    /// `status` as Okta spells it.
    pub status: &'a str,
}

/// A factor that the user has enrolled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Okta's id, by which the policy names the factor; nothing is read out of it.
    pub id: String,
    /// Okta's `factorType`, for instance `token:software:totp`.
    pub kind: String,
    /// Okta's `provider`, for instance `GOOGLE`.
    pub provider: String,
    /// What tells two factors of a kind apart to a person: the phone's name or number, where there is one.
    pub label: Option<String>,
    /// Where a verification is posted. Dispatch is by kind and provider, never on the id that stands in here.
    pub verify: Option<String>,
}

impl Factor {
    /// `TYPE:PROVIDER`, as `--factor` takes it.
    pub fn name(&self) -> String {
        format!("{}:{}", self.kind, self.provider)
    }

    fn read(value: &Value) -> Option<Factor> {
        let members = value.as_object()?;
        let text = |name: &str| members.get(name).and_then(Value::as_str).map(str::to_owned);
        let profile = members.get("profile").and_then(Value::as_object);
        let label = ["name", "phoneNumber", "email", "questionText", "credentialId"]
            .iter()
            .find_map(|name| profile?.get(*name)?.as_str());
        Some(Factor {
            id: text("id").unwrap_or_default(),
            kind: text("factorType")?,
            provider: text("provider").unwrap_or_default(),
            label: label.map(str::to_owned),
            verify: link(members, "verify", None),
        })
    }
}

impl<'a> Transaction<'a> {
    /// The transaction that an answer holds, or `None` if it has no `status`.
    pub fn read(members: &'a Map<String, Value>) -> Option<Self> {
        let status = members.get("status")?.as_str()?;
        Some(Transaction { members, status })
    }

    /// The token that goes with each request of the transaction.
    pub fn state_token(&self) -> Option<SecretString> {
        self.secret("stateToken")
    }

    /// The one-time token of a finished sign-in.
    pub fn session_token(&self) -> Option<SecretString> {
        self.secret("sessionToken")
    }

    /// The state of a challenge: `WAITING`, `REJECTED`, `TIMEOUT`, ...
    pub fn factor_result(&self) -> Option<&'a str> {
        self.members.get("factorResult").and_then(Value::as_str)
    }

    /// The factors: those to choose from, or the one that is being verified.
    pub fn factors(&self) -> Vec<Factor> {
        let embedded = ["factors", "factor"].iter().filter_map(|name| self.embedded(name));
        embedded.flat_map(|value| one_or_many(value).iter().filter_map(Factor::read)).collect()
    }

    /// The number that a push challenge wants the person to tap. It is there only while the phone shows it.
    pub fn correct_answer(&self) -> Option<String> {
        let factor = one_or_many(self.embedded("factor")?).first()?;
        match factor.get("_embedded")?.get("challenge")?.get("correctAnswer")? {
            Value::Number(number) => Some(number.to_string()),
            Value::String(text) => Some(text.clone()),
            _ => None,
        }
    }

    /// Whether the user has told Okta to send pushes to this factor without asking: `autoPushEnabled` in the policy.
    pub fn auto_push(&self, factor: &Factor) -> bool {
        let policy = || {
            self.embedded("policy")?
                .get("factorsPolicyInfo")?
                .get(&factor.id)?
                .get("autoPushEnabled")?
                .as_bool()
        };
        policy().unwrap_or(false)
    }

    /// The `href` of a link relation, of the link with that `name` if one is given (a relation may be an array).
    pub fn link(&self, relation: &str, name: Option<&str>) -> Option<String> {
        link(self.members, relation, name)
    }

    /// Every link of the transaction that tokens are sent to: its own relations and its factors' `verify`. The logo of a step-up's
    /// target and Duo's script lie elsewhere and get no token.
    pub fn links(&self) -> Vec<String> {
        let own = ["next", "prev", "cancel", "skip", "resend"]
            .iter()
            .flat_map(|relation| links(self.members, relation));
        let factors = self.factors().into_iter().filter_map(|factor| factor.verify);
        own.filter_map(href).chain(factors).collect()
    }

    fn embedded(&self, name: &str) -> Option<&'a Value> {
        self.members.get("_embedded")?.get(name)
    }

    fn secret(&self, name: &str) -> Option<SecretString> {
        let text = self.members.get(name)?.as_str().filter(|text| !text.is_empty())?;
        Some(SecretString::from(text.to_owned()))
    }
}

fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn links<'m>(members: &'m Map<String, Value>, relation: &str) -> impl Iterator<Item = &'m Value> + use<'m> {
    members.get("_links").and_then(|links| links.get(relation)).into_iter().flat_map(one_or_many)
}

fn href(link: &Value) -> Option<String> {
    link.get("href")?.as_str().map(str::to_owned)
}

fn link(members: &Map<String, Value>, relation: &str, name: Option<&str>) -> Option<String> {
    let named = |link: &&Value| name.is_none() || link.get("name").and_then(Value::as_str) == name;
    links(members, relation).find(named).and_then(href)
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;
    use serde_json::json;

    fn members(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn factors_are_read_from_an_array_or_an_object() {
        let factor = json!({"id": "x", "factorType": "push", "provider": "OKTA", "profile": {"name": "Ada's phone"},
            "_links": {"verify": [{"href": "https://a/verify"}]}});
        for embedded in [
            json!({"factors": [factor, 7, {"id": "no type"}]}),
            json!({"factor": factor}),
            json!({"factor": [factor]}),
            json!({"factors": factor}),
        ] {
            let members = members(json!({"status": "MFA_REQUIRED", "_embedded": embedded}));
            let factors = Transaction::read(&members).unwrap().factors();
            assert_eq!(factors.len(), 1);
            assert_eq!(
                (factors[0].name().as_str(), factors[0].label.as_deref()),
                ("push:OKTA", Some("Ada's phone"))
            );
            assert_eq!(factors[0].verify.as_deref(), Some("https://a/verify"));
        }
    }

    #[test]
    fn missing_members_are_none_not_a_panic() {
        for value in [
            json!({"status": "MFA_REQUIRED"}),
            json!({"status": "X", "_embedded": null, "_links": []}),
            json!({"status": "X", "_links": {"next": [], "prev": 7}}),
        ] {
            let members = members(value);
            let transaction = Transaction::read(&members).unwrap();
            assert!(transaction.factors().is_empty() && transaction.links().is_empty());
            assert!(transaction.state_token().is_none() && transaction.correct_answer().is_none());
            assert!(transaction.link("next", Some("poll")).is_none());
        }
        for value in [json!({}), json!({"status": 1})] {
            assert!(Transaction::read(&members(value)).is_none());
        }
    }

    #[test]
    fn the_number_of_a_push_is_a_number_or_a_text() {
        for answer in [json!(92), json!("92")] {
            let members = members(
                json!({"status": "MFA_CHALLENGE", "_embedded": {"factor": {"_embedded": {"challenge": {"correctAnswer": answer}}}}}),
            );
            assert_eq!(Transaction::read(&members).unwrap().correct_answer().as_deref(), Some("92"));
        }
    }

    #[test]
    fn a_link_is_found_by_relation_and_name() {
        let members = members(
            json!({"status": "MFA_CHALLENGE", "_links": {"next": {"name": "poll", "href": "https://a/p"},
            "resend": [{"name": "sms", "href": "https://a/s"}, {"name": "call", "href": "https://a/c"}]}}),
        );
        let transaction = Transaction::read(&members).unwrap();
        assert_eq!(transaction.link("next", Some("poll")).as_deref(), Some("https://a/p"));
        assert_eq!(transaction.link("next", Some("verify")), None);
        assert_eq!(transaction.link("resend", Some("call")).as_deref(), Some("https://a/c"));
        assert_eq!(transaction.links().len(), 3);
    }

    #[test]
    fn tokens_and_the_result_are_read_where_they_are_texts_that_hold_something() {
        for (value, token, result) in [
            (
                json!({"status": "X", "stateToken": "00CANARY", "factorResult": "WAITING"}),
                Some("00CANARY"),
                Some("WAITING"),
            ),
            (json!({"status": "X", "stateToken": "", "factorResult": 7}), None, None),
            (json!({"status": "X", "stateToken": 7}), None, None),
        ] {
            let members = members(value);
            let transaction = Transaction::read(&members).unwrap();
            assert_eq!((transaction.status, transaction.factor_result()), ("X", result));
            assert_eq!(transaction.state_token().as_ref().map(|token| token.expose_secret()), token);
            assert!(transaction.session_token().is_none());
        }
        let members = members(json!({"status": "SUCCESS", "sessionToken": "20CANARY"}));
        let transaction = Transaction::read(&members).unwrap();
        assert_eq!(transaction.session_token().unwrap().expose_secret(), "20CANARY");
        assert!(transaction.state_token().is_none());
    }

    #[test]
    fn a_push_goes_out_unasked_where_the_policy_says_so_for_that_factor() {
        let members = members(json!({"status": "MFA_REQUIRED", "_embedded": {
            "factors": [
                {"id": "opf1", "factorType": "push", "provider": "OKTA"},
                {"id": "opf2", "factorType": "push", "provider": "OKTA"},
                {"id": "opf3", "factorType": "push", "provider": "OKTA"},
                {"id": "opf4", "factorType": "push", "provider": "OKTA"},
            ],
            "policy": {"factorsPolicyInfo": {"opf1": {"autoPushEnabled": true}, "opf2": {"autoPushEnabled": false}, "opf3": {"autoPushEnabled": "true"}}},
        }}));
        let transaction = Transaction::read(&members).unwrap();
        let sent: Vec<bool> =
            transaction.factors().iter().map(|factor| transaction.auto_push(factor)).collect();
        assert_eq!(sent, [true, false, false, false]);
    }

    #[test]
    fn a_factor_is_told_from_its_like_by_the_first_text_of_its_profile() {
        let label =
            |profile: Value| Factor::read(&json!({"factorType": "sms", "profile": profile})).unwrap().label;
        assert_eq!(label(json!({"phoneNumber": "+1 XXX-XXX-1234"})).as_deref(), Some("+1 XXX-XXX-1234"));
        assert_eq!(label(json!({"name": 7, "email": "a@acme.example"})).as_deref(), Some("a@acme.example"));
        assert_eq!(label(json!({"questionText": "What?", "credentialId": "ada"})).as_deref(), Some("What?"));
        assert_eq!(label(json!({"other": "x"})), None);
        assert_eq!(label(json!(null)), None);
    }
}
