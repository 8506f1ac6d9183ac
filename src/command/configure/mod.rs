//! `configure`: a profile written step by step, by questions or by flags.

mod aws;
mod questions;

use crate::cli::{As, Common, Configure, Settings};
use crate::config::{self, Config, Key, Profile, Value, with_profile};
use crate::context::Context;
use crate::error::{Error, Kind, printable};
use crate::org::Org;
use crate::stage::Output;
use crate::store::OwnFile;
use aws::Line;
use serde_json::Map;

/// What one key shall become; `None` takes it out.
type Change = (&'static str, Option<Value>);

/// Writes the profile. With a flag that gives or takes out a setting, that alone is changed, and nothing is asked; without any the person is
/// asked, and shown what will be written before it is.
///
/// # Errors
/// `usage` for a value that its flag does not take; `config` for a file that is faulty; `no_terminal` where nobody can be asked; `io`; `locked_file`
/// where others write to the file all the time.
pub fn run(arguments: &Configure, context: &Context<'_>) -> Result<Output, Error> {
    let name = name(arguments, context)?;
    let file = context.profiles.file().ok_or_else(|| {
        Error::new(
            Kind::Config,
            "there is no place for the configuration file",
            "set HOME or OKTAPIPE_CONFIG",
        )
    })?;
    let file = OwnFile::new(file.to_owned());
    let before = context.profiles.config()?.and_then(|config| config.profile(name)).unwrap_or_default();
    let mut changes = given(arguments, context.common)?;
    let mut aws = arguments.aws_profile.clone();
    let asks = changes.is_empty() && aws.is_none();
    if asks {
        changes = questions::ask(context, &file, name, &before)?;
        aws = questions::aws_profile(context)?;
    }
    let edit = |text: &str| with_profile(text, name, &changes).map_err(|fault| fault.error(file.path()));
    let text = file.read(config::LIMIT)?;
    let after = if changes.is_empty() { text } else { edit(&text)? };
    let profile = Config::parse(&after).ok().and_then(|config| config.profile(name));
    let line = match (aws, profile) {
        (None, _) => None,
        (Some(aws), Some(profile)) => Some(Line::new(context, &aws, name, &profile)?),
        (Some(_), None) => {
            return Err(Error::new(
                Kind::Config,
                format!("there is no profile {name}"),
                "give it settings too",
            ));
        }
    };
    let shown = || {
        let line = line.as_ref().map(|line| format!("\n# {}\n{}", line.path().display(), line.shown()));
        format!(
            "# {}\n{}{}",
            file.path().display(),
            config::excerpt(&after, &[name]),
            line.unwrap_or_default()
        )
    };
    if arguments.dry_run {
        let plain = shown();
        return Ok(Output::Text { plain: plain.clone().into(), masked: plain });
    }
    let is_something = !changes.is_empty() || line.is_some();
    if asks && is_something && !questions::confirm(context, &shown())? {
        return Err(Error::new(Kind::NoTerminal, "it was not confirmed", "nothing was written"));
    }
    if !changes.is_empty() {
        file.edit(config::LIMIT, edit)?;
    }
    let mut told = vec![("Profile", name.to_owned()), ("File", file.path().to_string_lossy().into_owned())];
    if let Some(line) = line {
        line.write()?;
        told.push(("AwsProfile", line.profile().to_owned()));
        told.push(("AwsConfigFile", line.path().to_string_lossy().into_owned()));
    }
    let members = told.into_iter().map(|(name, value)| (name.to_owned(), value.into()));
    Ok(Output::Document(members.collect::<Map<_, _>>().into()))
}

fn name<'c>(arguments: &'c Configure, context: &'c Context<'_>) -> Result<&'c str, Error> {
    let named = || context.profiles.named().map_or("default", |(name, _)| name);
    let name = arguments.name.as_deref().unwrap_or_else(named);
    if config::is_name(name) {
        return Ok(name);
    }
    Err(Error::new(
        Kind::Usage,
        format!("{} cannot be the name of a profile", printable(name)),
        "take letters, digits and . _ @ + / -",
    ))
}

/// What the flags change.
fn given(arguments: &Configure, common: &Common) -> Result<Vec<Change>, Error> {
    let mut changes: Vec<Change> = Vec::new();
    changes.extend(arguments.inherit.clone().map(|from| ("inherit", Some(Value::Text(from)))));
    for (key, value) in flags(&arguments.settings, common) {
        check(key, &value).map_err(|expected| {
            Error::new(Kind::Usage, format!("--{key} is not usable"), format!("give {expected}"))
        })?;
        changes.push((key, Some(value)));
    }
    for wanted in &arguments.unset {
        let key = Key::named(wanted).map(|key| key.name).or((wanted == "inherit").then_some("inherit"));
        let key = key.ok_or_else(|| {
            let message = format!("there is no setting {}", printable(wanted));
            Error::new(Kind::Usage, message, "see oktapipe man config")
        })?;
        changes.push((key, None));
    }
    Ok(changes)
}

/// The settings that flags give, by their keys.
pub(super) fn flags(settings: &Settings, common: &Common) -> Vec<(&'static str, Value)> {
    let Settings { org, role: As { role, policy, region, first, strict_duration }, .. } = settings;
    let text = |text: &Option<String>| text.clone().map(Value::Text);
    let list = |list: &[String]| (!list.is_empty()).then(|| Value::List(list.to_vec()));
    let number = |number: Option<u64>| number.map(Value::Number);
    let switch = |on: bool| on.then_some(Value::Switch(true));
    let ca_file = common.ca_file.as_ref().map(|path| Value::Text(path.to_string_lossy().into_owned()));
    let all = [
        ("org", text(&org.org)),
        ("username", text(&settings.username)),
        ("password-command", text(&settings.password_command)),
        ("factor", list(&settings.factor)),
        ("provider", text(&settings.provider)),
        ("passcode-command", text(&settings.passcode_command)),
        ("push-timeout", number(settings.push_timeout)),
        ("app", text(&settings.app)),
        ("role", list(&role.role)),
        ("principal", text(&role.principal)),
        ("first", switch(*first)),
        ("duration", text(&role.duration)),
        ("strict-duration", switch(*strict_duration)),
        ("policy", text(&policy.policy)),
        ("policy-arn", list(&policy.policy_arn)),
        ("region", text(&region.region)),
        ("label", list(&settings.label)),
        ("remember", switch(settings.remember)),
        ("no-cache", switch(settings.no_cache)),
        ("ca-file", ca_file),
        ("timeout", number(common.timeout)),
    ];
    all.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

/// Holds a value against its key, and an org against what is one; what would be right, if it is not.
fn check(key: &str, value: &Value) -> Result<(), String> {
    let texts = match value {
        Value::Text(text) => std::slice::from_ref(text),
        Value::List(list) => list,
        _ => &[],
    };
    for text in texts {
        Key::named(key).map_or(Ok(()), |key| key.check(text)).map_err(str::to_owned)?;
        if key == "org" && !text.trim().is_empty() && Org::parse(text).is_err() {
            return Err("a name (acme), a host (acme.okta.com) or an https URL without a path".to_owned());
        }
    }
    Ok(())
}

/// A setting as it is shown in a question.
fn shown(profile: &Profile, key: &str) -> String {
    match profile.setting(key).map(|setting| &setting.value) {
        Some(Value::Text(text)) => text.clone(),
        Some(Value::List(list)) => list.join(" "),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Switch(on)) => on.to_string(),
        None => String::new(),
    }
}
