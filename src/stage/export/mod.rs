//! `export`: credentials as code for a shell, as lines for a file of variables, as JSON, or as a credential_process prints them.

mod code;
mod files;
mod variables;

use super::credentials::Credentials;
use super::{Output, bytes, checked, profile, wrong_document};
use crate::arn;
use crate::cli::{Export, Format, OnError};
use crate::config::Profile;
use crate::context::Context;
use crate::document::{Carry, Document, LINES_LIMIT, to_line};
use crate::error::{Error, Kind};
use crate::shell::{Dialect, File, OVERRIDING, Script, is_code};
use crate::sts;
use clap::ValueEnum;
use files::{github, lines, masked_lines, process};
use serde_json::{Map, Value};
use variables::{CLEARED, Found, may_label, script};

/// Prints credentials in another form; as JSON, many documents too, one a line. The region is set only when somebody named one.
///
/// The input may be what this stage itself printed for the sh family: a pipe that ends in `export` can stand where credentials are wanted.
///
/// # Errors
/// `wrong_document` for anything but credentials, for a value that the form cannot carry, and for several documents in a form that
/// takes one; `config` for a region that is none; `usage` for a form that is not offered or cannot do what is asked of it.
pub fn run(arguments: &Export, context: &Context<'_>) -> Result<Output, Error> {
    check(arguments)?;
    if arguments.unset {
        // A faulty configuration must not keep keys in a shell.
        let profile = context.profile(&mut Carry::default()).unwrap_or_else(|error| {
            (context.warn)(&format!("the labels of a profile stay: {error}"));
            Profile::default()
        });
        return unset(&filled(arguments, &profile));
    }
    let input = bytes(context, LINES_LIMIT)?;
    if is_code(&input) {
        let profile = context.profile(&mut Carry::default())?;
        let found = with_settings(&filled(arguments, &profile), code::found(&input)?)?;
        return print(arguments, context, &found);
    }
    let mut documents = super::lines(&input)?;
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
    print(arguments, context, &found)
}

fn print(arguments: &Export, context: &Context<'_>, found: &Found) -> Result<Output, Error> {
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
            plain: script(dialect, found, &variables, false)?.into(),
            masked: script(dialect, found, &variables, true)?,
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
    check_labels(arguments)
}

/// With what the profile gives.
pub fn filled(arguments: &Export, profile: &Profile) -> Export {
    Export { label: profile::list(&arguments.label, profile, "label"), ..arguments.clone() }
}

fn check_labels(arguments: &Export) -> Result<(), Error> {
    match arguments.label.iter().find(|label| !may_label(label)) {
        None => Ok(()),
        Some(label) => Err(Error::new(
            Kind::Usage,
            format!("{} cannot be a label", crate::error::printable(label)),
            "take the name of a variable that export neither sets nor unsets, for instance AWS_VAULT",
        )),
    }
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

fn read(arguments: &Export, context: &Context<'_>, document: Document) -> Result<Found, Error> {
    let document = checked(document)?;
    let mut carry = document.carry()?;
    let credentials = Credentials::read(&document)?;
    let profile = context.profile(&mut carry)?;
    let variables = ["AWS_REGION", "AWS_DEFAULT_REGION"];
    let region = context.setting("region", None, &variables, carry.setting("region"), &profile);
    let user = document.members().get("AssumedRoleUser").and_then(|user| user.get("Arn"));
    let role = user.and_then(Value::as_str).and_then(arn::assumed_role);
    with_settings(&filled(arguments, &profile), Found { credentials, region, role, labels: Vec::new() })
}

/// The flags over what the input says. Code has settled its region already: the variables of the environment do not outweigh its flag.
fn with_settings(arguments: &Export, found: Found) -> Result<Found, Error> {
    check_labels(arguments)?;
    let flag = arguments.region.region.clone().filter(|flag| !flag.trim().is_empty());
    let region = flag.or(found.region);
    region.as_deref().map_or(Ok(()), sts::check_region)?;
    let mut labels = found.labels;
    for label in &arguments.label {
        if !labels.contains(label) {
            labels.push(label.clone());
        }
    }
    Ok(Found { region, labels, ..found })
}
