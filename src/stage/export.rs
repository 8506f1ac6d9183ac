//! `export`: credentials as code for a shell, as lines for a file of variables, as JSON, or as a credential_process prints them.

use super::credentials::Credentials;
use super::{Output, checked, input_lines, wrong_document};
use crate::arn;
use crate::cli::{Export, Format, OnError};
use crate::context::Context;
use crate::document::{Document, HIDDEN, to_line};
use crate::error::{Error, Kind};
use crate::shell::{Dialect, File, OVERRIDING, Script, github_mask, is_name};
use crate::sts;
use crate::time;
use clap::ValueEnum;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};
use std::path::PathBuf;

/// What belongs to one role's credentials. The region does not: it may have been the person's own.
const CLEARED: [&str; 8] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_SESSION_EXPIRATION",
    "OKTAPIPE_ROLE",
    "OKTAPIPE_EXPIRES_EPOCH",
];

/// Prints credentials in another form; as JSON, many documents too, one a line. The region is set only when somebody named one.
///
/// # Errors
/// `wrong_document` for anything but credentials, for a value that the form cannot carry, and for several documents in a form that
/// takes one; `config` for a region that is none; `usage` for a form that is not offered or cannot do what is asked of it.
pub fn run(arguments: &Export, context: &Context<'_>) -> Result<Output, Error> {
    check(arguments)?;
    if arguments.unset {
        return unset(arguments);
    }
    let mut documents = input_lines(context)?;
    if documents.len() > 1 {
        if arguments.format != Format::Json {
            return Err(wrong_document(
                "stdin holds more than one document",
                "export --format json takes many; the others take one",
            ));
        }
        let each = documents.into_iter().map(|document| Ok(read(arguments, context, document)?.json()));
        return Ok(Output::Lines(each.collect()));
    }
    let found = read(arguments, context, documents.pop().ok_or_else(super::no_document)?)?;
    let variables = found.all();
    match form(arguments.format)? {
        Form::Process => Ok(Output::Document(process(&found.credentials).into())),
        Form::Json => Ok(Output::Document(found.json())),
        Form::Nushell => {
            let unset =
                OVERRIDING.into_iter().chain(found.absent()).map(|name| (name.to_owned(), Value::Null));
            let set = found.json().into_members();
            Ok(Output::Document(unset.chain(set).collect::<Map<String, Value>>().into()))
        }
        Form::Code(dialect) => Ok(Output::Text {
            plain: script(dialect, &found, &variables, false)?.into(),
            masked: script(dialect, &found, &variables, true)?,
        }),
        Form::File(File::Github) => github(context, &variables),
        Form::File(file) => {
            Ok(Output::Text { plain: lines(file, &variables)?.into(), masked: masked_lines(&variables) })
        }
    }
}

/// What a format is made with.
enum Form {
    Code(Dialect),
    File(File),
    Nushell,
    Json,
    Process,
}

fn form(format: Format) -> Result<Form, Error> {
    Ok(match format {
        Format::EnvNoExport => Form::File(File::Bare),
        Format::Dotenv => Form::File(File::Dotenv),
        Format::Docker => Form::File(File::Docker),
        Format::Github => Form::File(File::Github),
        Format::Nushell => Form::Nushell,
        Format::Json => Form::Json,
        Format::Process => Form::Process,
        code => Form::Code(dialect(code).ok_or_else(|| {
            Error::new(
                Kind::Usage,
                "windows-cmd is not offered: cmd.exe loses the status, and carries no % and no quotes",
                "use --format powershell",
            )
        })?),
    })
}

fn dialect(format: Format) -> Option<Dialect> {
    format.to_possible_value().and_then(|value| Dialect::named(value.get_name()))
}

fn check(arguments: &Export) -> Result<(), Error> {
    let form = form(arguments.format)?;
    let clears = arguments.unset || arguments.on_error == OnError::Clear;
    if clears && !matches!(form, Form::Code(_) | Form::Nushell) {
        return Err(Error::new(
            Kind::Usage,
            "this format cannot unset a variable",
            "--unset and --on-error clear are for the formats of shells",
        ));
    }
    match arguments.label.iter().find(|label| !may_label(label)) {
        None => Ok(()),
        Some(label) => Err(Error::new(
            Kind::Usage,
            format!("{} cannot be a label", crate::error::printable(label)),
            "take the name of a variable that export neither sets nor unsets, for instance AWS_VAULT",
        )),
    }
}

/// Whether the variable may be a label: AWS_PROFILE, for one, would lead the SDKs away from the keys.
fn may_label(name: &str) -> bool {
    is_name(name)
        && !CLEARED.contains(&name)
        && !OVERRIDING.contains(&name)
        && !["AWS_REGION", "AWS_DEFAULT_REGION", "PATH"].contains(&name)
}

/// Every variable that goes when the role goes.
fn cleared(arguments: &Export) -> Vec<&str> {
    let labels = arguments.label.iter().map(String::as_str).filter(|label| may_label(label));
    CLEARED.into_iter().chain(labels).collect()
}

fn unset(arguments: &Export) -> Result<Output, Error> {
    let names = cleared(arguments);
    let Some(dialect) = dialect(arguments.format) else {
        let nothing = names.into_iter().map(|name| (name.to_owned(), Value::Null));
        return Ok(Output::Document(nothing.collect::<Map<String, Value>>().into()));
    };
    let mut script = Script::new(dialect);
    script.unset(&names)?;
    let text = script.into_code();
    Ok(Output::Text { plain: text.clone().into(), masked: text })
}

/// What `export` prints when the pipe has failed: in a shell's format a statement that fails with the number, and before it, with
/// `--on-error clear`, what unsets the variables.
pub fn failed(arguments: &Export, exit_code: u8) -> Option<String> {
    let clears = arguments.on_error == OnError::Clear;
    let Some(dialect) = dialect(arguments.format) else {
        let nulls = clears && arguments.format == Format::Nushell;
        let nothing = cleared(arguments).into_iter().map(|name| (name.to_owned(), Value::Null));
        return nulls.then(|| to_line(&nothing.collect::<Map<String, Value>>().into()));
    };
    let mut script = Script::new(dialect);
    if clears {
        script.unset(&cleared(arguments)).ok()?;
    }
    Some(script.failing(exit_code)).filter(|code| !code.is_empty())
}

/// Credentials, and what is known beside them.
struct Found<'a> {
    credentials: Credentials,
    region: Option<String>,
    /// ACCOUNT/NAME.
    role: Option<String>,
    labels: &'a [String],
}

fn read<'a>(arguments: &'a Export, context: &Context<'_>, document: Document) -> Result<Found<'a>, Error> {
    let document = checked(document)?;
    let carry = document.carry()?;
    let credentials = Credentials::read(&document)?;
    let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
    let region = context.setting(arguments.region.region.as_deref(), &variables, carry.setting("region"));
    region.as_deref().map_or(Ok(()), sts::check_region)?;
    let user = document.members().get("AssumedRoleUser").and_then(|user| user.get("Arn"));
    let role = user.and_then(Value::as_str).and_then(arn::assumed_role);
    Ok(Found { credentials, region, role, labels: &arguments.label })
}

struct Variable<'a> {
    name: &'a str,
    value: SecretString,
    is_secret: bool,
}

impl Found<'_> {
    fn all(&self) -> Vec<Variable<'_>> {
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
    fn absent(&self) -> Vec<&str> {
        let variables = self.all();
        let is_set = |name: &str| variables.iter().any(|variable| variable.name == name);
        let labels = self.labels.iter().map(String::as_str);
        let names = CLEARED.into_iter().chain(labels);
        names.filter(|name| !is_set(name) && !OVERRIDING.contains(name)).collect()
    }

    fn json(&self) -> Document {
        let member =
            |variable: Variable<'_>| (variable.name.to_owned(), variable.value.expose_secret().into());
        self.all().into_iter().map(member).collect::<Map<String, Value>>().into()
    }
}

fn script(
    dialect: Dialect,
    found: &Found<'_>,
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

fn lines(file: File, variables: &[Variable<'_>]) -> Result<String, Error> {
    variables.iter().map(|variable| file.line(variable.name, variable.value.expose_secret())).collect()
}

fn masked_lines(variables: &[Variable<'_>]) -> String {
    let shown = |variable: &Variable<'_>| match variable.is_secret {
        true => format!("{}={HIDDEN}\n", variable.name),
        false => format!("{}={}\n", variable.name, variable.value.expose_secret()),
    };
    variables.iter().map(shown).collect()
}

/// The masks for the step's log, and then the variables for the file: in this order, so that nothing is set that is not masked.
fn github(context: &Context<'_>, variables: &[Variable<'_>]) -> Result<Output, Error> {
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
