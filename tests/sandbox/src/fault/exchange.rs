//! The exchanges of a sign-in, as a tester names them.

use crate::exchange::{Asked, form};
use crate::okta::transaction::Status;
use crate::server::{Service, Shared};
use serde_json::Value;

/// One step of the conversation with Okta or AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exchange {
    /// Name and password.
    Authn,
    /// The state token of an app's further verification.
    StepUp,
    /// A push or a message is sent, a factor chosen: no code is in it.
    Challenge,
    /// A push that waits is looked at.
    Poll,
    /// A code or an answer.
    Code,
    /// The session token for a session.
    Session,
    /// The app's embed link.
    AppLink,
    /// The app's own address, which a redirect leads to.
    AppPage,
    /// AssumeRoleWithSAML.
    Assume,
    /// GetCallerIdentity.
    Identity,
    /// AssumeRole.
    AssumeRole,
    /// Credentials for a token of the console's sign-in.
    SigninToken,
}

impl Exchange {
    /// All, in the order of a sign-in.
    pub const ALL: [Exchange; 12] = [
        Exchange::Authn,
        Exchange::StepUp,
        Exchange::Challenge,
        Exchange::Poll,
        Exchange::Code,
        Exchange::Session,
        Exchange::AppLink,
        Exchange::AppPage,
        Exchange::Assume,
        Exchange::Identity,
        Exchange::AssumeRole,
        Exchange::SigninToken,
    ];

    /// Its name for people.
    pub fn name(self) -> &'static str {
        match self {
            Exchange::Authn => "authn",
            Exchange::StepUp => "step-up",
            Exchange::Challenge => "challenge",
            Exchange::Poll => "poll",
            Exchange::Code => "code",
            Exchange::Session => "session",
            Exchange::AppLink => "app-link",
            Exchange::AppPage => "app-page",
            Exchange::Assume => "assume",
            Exchange::Identity => "identity",
            Exchange::AssumeRole => "assume-role",
            Exchange::SigninToken => "signin-token",
        }
    }

    /// The exchange of a name.
    pub fn named(name: &str) -> Option<Exchange> {
        Exchange::ALL.into_iter().find(|exchange| exchange.name() == name)
    }

    /// Whether its answers are pages.
    pub fn is_page(self) -> bool {
        matches!(self, Exchange::AppLink | Exchange::AppPage)
    }

    /// Whether it is a conversation with AWS.
    pub fn is_aws(self) -> bool {
        matches!(self, Exchange::Assume | Exchange::Identity | Exchange::AssumeRole | Exchange::SigninToken)
    }

    pub(crate) fn service(self) -> Service {
        if self.is_aws() { Service::Sts } else { Service::Okta }
    }

    /// Which exchange a request belongs to. `None` for what is none of a sign-in.
    pub(crate) fn of(service: Service, shared: &Shared, asked: &Asked) -> Option<Exchange> {
        if service == Service::Sts {
            let parameters = form(&asked.body);
            let action = parameters.iter().find(|(name, _)| name == "Action");
            return match action.map(|(_, action)| action.as_str()) {
                Some("AssumeRoleWithSAML") => Some(Exchange::Assume),
                Some("GetCallerIdentity") => Some(Exchange::Identity),
                Some("AssumeRole") => Some(Exchange::AssumeRole),
                Some("getSigninToken") => Some(Exchange::SigninToken),
                _ => None,
            };
        }
        let segments: Vec<&str> = asked.path.trim_start_matches('/').split('/').collect();
        let body = || serde_json::from_slice::<Value>(&asked.body).unwrap_or_default();
        match segments.as_slice() {
            ["api", "v1", "authn"] if body().get("stateToken").is_some() => Some(Exchange::StepUp),
            ["api", "v1", "authn"] => Some(Exchange::Authn),
            ["api", "v1", "authn", "factors", _, "verify"] => {
                let body = body();
                if body.get("passCode").is_some() || body.get("answer").is_some() {
                    return Some(Exchange::Code);
                }
                let token = body.get("stateToken").and_then(Value::as_str).unwrap_or_default();
                let state = shared.state();
                let status = state.transactions.get(token).map(|transaction| transaction.status);
                Some(if status == Some(Status::MfaChallenge) { Exchange::Poll } else { Exchange::Challenge })
            }
            ["api", "v1", "sessions"] => Some(Exchange::Session),
            ["home", ..] => Some(Exchange::AppLink),
            ["app", ..] => Some(Exchange::AppPage),
            _ => None,
        }
    }
}
