//! The forms that are no code: lines for files of variables, and what a credential_process prints.

use super::variables::Variable;
use crate::context::Context;
use crate::document::HIDDEN;
use crate::error::{Error, Kind};
use crate::shell::{File, github_mask};
use crate::stage::Output;
use crate::stage::credentials::Credentials;
use crate::time;
use secrecy::ExposeSecret;
use serde_json::{Map, Value};
use std::path::PathBuf;

pub(super) fn lines(file: File, variables: &[Variable<'_>]) -> Result<String, Error> {
    variables.iter().map(|variable| file.line(variable.name, variable.value.expose_secret())).collect()
}

pub(super) fn masked_lines(variables: &[Variable<'_>]) -> String {
    let shown = |variable: &Variable<'_>| match variable.is_secret {
        true => format!("{}={HIDDEN}\n", variable.name),
        false => format!("{}={}\n", variable.name, variable.value.expose_secret()),
    };
    variables.iter().map(shown).collect()
}

/// The masks for the step's log, and then the variables for the file: in this order, so that nothing is set that is not masked.
pub(super) fn github(context: &Context<'_>, variables: &[Variable<'_>]) -> Result<Output, Error> {
    let Some(file) = context.environment.path("GITHUB_ENV") else {
        return Err(Error::new(
            Kind::Config,
            "GITHUB_ENV is not set",
            "use --format github in a step of GitHub Actions",
        ));
    };
    // The id of the key too, as AWS's own action does.
    let secret = |variable: &&Variable<'_>| variable.is_secret || variable.name == "AWS_ACCESS_KEY_ID";
    let masks = variables.iter().filter(secret).map(|variable| github_mask(variable.value.expose_secret()));
    let text = masks.collect::<Result<String, Error>>()?;
    Ok(Output::Appended {
        plain: text.into(),
        masked: masked_lines(variables),
        file: PathBuf::from(file),
        lines: lines(File::Github, variables)?.into(),
    })
}

/// `{"Version": 1, "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}`: Version must be the number 1, and Expiration carry `Z`.
pub(super) fn process(credentials: &Credentials) -> Map<String, Value> {
    let mut members = Map::from_iter([
        ("Version".to_owned(), 1.into()),
        ("AccessKeyId".to_owned(), credentials.access_key_id.as_str().into()),
        ("SecretAccessKey".to_owned(), credentials.secret_access_key.expose_secret().into()),
    ]);
    if let Some(token) = &credentials.session_token {
        members.insert("SessionToken".to_owned(), token.expose_secret().into());
    }
    if let Some(expiration) = credentials.expiration.and_then(time::format) {
        members.insert("Expiration".to_owned(), expiration.into());
    }
    members
}
