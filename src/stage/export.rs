//! `export`: credentials as code for a shell, as JSON, or as a credential_process prints them.

use super::credentials::Credentials;
use super::{Output, input_document};
use crate::cli::{Export, Format};
use crate::context::Context;
use crate::document::HIDDEN;
use crate::error::Error;
use crate::shell::{Dialect, Script};
use crate::sts;
use crate::time;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// Prints one credentials document in another form. The region is set only when somebody named one.
///
/// # Errors
/// `wrong_document` for anything but credentials, or for a value that the form cannot carry; `config` for a region that is none.
pub fn run(arguments: &Export, context: &Context<'_>) -> Result<Output, Error> {
    let document = input_document(context)?;
    let carry = document.carry()?;
    let credentials = Credentials::read(&document)?;
    let region = context.setting(
        arguments.region.region.as_deref(),
        &["AWS_REGION", "AWS_DEFAULT_REGION"],
        carry.setting("region"),
    );
    region.as_deref().map_or(Ok(()), sts::check_region)?;
    match arguments.format {
        Format::Process => Ok(Output::Document(process(&credentials).into())),
        Format::Json => {
            let variables = variables(&credentials, region.as_deref());
            let members: Map<String, Value> = variables
                .into_iter()
                .map(|variable| (variable.name.to_owned(), variable.value.expose_secret().into()))
                .collect();
            Ok(Output::Document(members.into()))
        }
        Format::Sh => {
            let variables = variables(&credentials, region.as_deref());
            Ok(Output::Text { plain: script(&variables, false)?.into(), masked: script(&variables, true)? })
        }
    }
}

/// What `export` prints for a shell when the pipe has failed: a statement that fails with the number.
pub fn failed(format: Format, exit_code: u8) -> Option<String> {
    (format == Format::Sh).then(|| Dialect::Sh.failure(exit_code))
}

struct Variable {
    name: &'static str,
    value: SecretString,
    is_secret: bool,
}

fn variables(credentials: &Credentials, region: Option<&str>) -> Vec<Variable> {
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
    if let Some(region) = region {
        variables.extend([open("AWS_REGION", region), open("AWS_DEFAULT_REGION", region)]);
    }
    if let Some(expiration) = credentials.expiration.and_then(time::format) {
        variables.push(open("AWS_CREDENTIAL_EXPIRATION", &expiration));
    }
    variables
}

fn script(variables: &[Variable], masked: bool) -> Result<String, Error> {
    let mut script = Script::for_credentials(Dialect::Sh);
    // Long-term keys have no session token, and one that is left over from other keys would spoil them.
    if !variables.iter().any(|variable| variable.name == "AWS_SESSION_TOKEN") {
        script.unset(&["AWS_SESSION_TOKEN"])?;
    }
    for variable in variables {
        let value = if masked && variable.is_secret { HIDDEN } else { variable.value.expose_secret() };
        script.export(variable.name, value)?;
    }
    Ok(script.into_code())
}

/// `{"Version": 1, "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}`: Version must be the number 1, and Expiration carry `Z`.
fn process(credentials: &Credentials) -> Map<String, Value> {
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
