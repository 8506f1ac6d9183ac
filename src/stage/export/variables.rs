//! The variables that `export` sets and unsets.

use crate::document::{Document, HIDDEN};
use crate::error::Error;
use crate::shell::{Dialect, OVERRIDING, Script, is_name};
use crate::stage::credentials::Credentials;
use crate::time;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// What belongs to one role's credentials. The region does not: it may have been the person's own.
pub(super) const CLEARED: [&str; 8] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    "OKTAPIPE_ROLE",
    "OKTAPIPE_EXPIRES_EPOCH",
];

/// Whether the variable may be a label: AWS_PROFILE, for one, would lead the SDKs away from the keys.
pub(super) fn may_label(name: &str) -> bool {
    is_name(name)
        && !CLEARED.contains(&name)
        && !OVERRIDING.contains(&name)
        && !["AWS_REGION", "AWS_DEFAULT_REGION", "PATH"].contains(&name)
}

/// Credentials, and what is known beside them.
pub(super) struct Found {
    pub(super) credentials: Credentials,
    pub(super) region: Option<String>,
    /// ACCOUNT/NAME.
    pub(super) role: Option<String>,
    /// Variables that hold the role too.
    pub(super) labels: Vec<String>,
}

pub(super) struct Variable<'a> {
    pub(super) name: &'a str,
    pub(super) value: SecretString,
    pub(super) is_secret: bool,
}

impl Found {
    pub(super) fn all(&self) -> Vec<Variable<'_>> {
        let credentials = &self.credentials;
        let open = |name, value: &str| Variable { name, value: value.to_owned().into(), is_secret: false };
        let mut variables = vec![
            open("AWS_ACCESS_KEY_ID", &credentials.access_key_id),
            Variable {
                name: "AWS_SECRET_ACCESS_KEY",
                value: credentials.secret_access_key.clone(),
                is_secret: true,
            },
        ];
        if let Some(token) = &credentials.session_token {
            variables.push(Variable { name: "AWS_SESSION_TOKEN", value: token.clone(), is_secret: true });
        }
        if let Some(region) = self.region.as_deref() {
            variables.extend([open("AWS_REGION", region), open("AWS_DEFAULT_REGION", region)]);
        }
        if let Some((epoch, time)) =
            credentials.expiration.and_then(|epoch| Some((epoch, time::format(epoch)?)))
        {
            variables.extend([
                open("AWS_CREDENTIAL_EXPIRATION", &time),
                open("AWS_SESSION_EXPIRATION", &time),
                open("OKTAPIPE_EXPIRES_EPOCH", &epoch.to_string()),
            ]);
        }
        if let Some(role) = self.role.as_deref() {
            variables.push(open("OKTAPIPE_ROLE", role));
            variables.extend(self.labels.iter().map(|label| open(label, role)));
        }
        variables
    }

    /// What other credentials may have left behind and these do not set: a session token of others spoils long-term keys, and a
    /// label of others lies.
    pub(super) fn absent(&self) -> Vec<&str> {
        let variables = self.all();
        let is_set = |name: &str| variables.iter().any(|variable| variable.name == name);
        let labels = self.labels.iter().map(String::as_str);
        let names = CLEARED.into_iter().chain(labels);
        names.filter(|name| !is_set(name) && !OVERRIDING.contains(name)).collect()
    }

    pub(super) fn json(&self) -> Document {
        let member =
            |variable: Variable<'_>| (variable.name.to_owned(), variable.value.expose_secret().into());
        self.all().into_iter().map(member).collect::<Map<String, Value>>().into()
    }
}

/// The variables as code; `masked`, as a terminal shows it.
pub(super) fn script(
    dialect: Dialect,
    found: &Found,
    variables: &[Variable<'_>],
    masked: bool,
) -> Result<String, Error> {
    let mut script = Script::for_credentials(dialect);
    script.unset(&found.absent())?;
    for variable in variables {
        let value = if masked && variable.is_secret { HIDDEN } else { variable.value.expose_secret() };
        script.export(variable.name, value)?;
    }
    Ok(script.into_code())
}
