//! `import`: the settings of another tool as profiles. What cannot be taken over is told, setting by setting, with the reason.

mod gimme;
#[cfg(test)]
mod laws;
mod okta_cli;
mod saml2aws;
mod taken;
#[cfg(test)]
mod tests;
mod yaml;

use crate::cli::{Import, Peer};
use crate::config::{self, Config, Value, with_aliases, with_profile};
use crate::context::Context;
use crate::error::{Error, Kind, printable};
use crate::stage::Output;
use crate::store::{self, OwnFile};
use serde_json::{Map, json};
use std::path::{Path, PathBuf};
use taken::Taken;

/// Where okta-aws-cli looks for variables, in the folder that it is started in.
const DOTENV: &str = ".env";
/// The longest file of a peer that is read.
const LIMIT: usize = 1 << 20;

/// Takes over what the peer's files say.
///
/// # Errors
/// `config` where there is nothing to take over, or our own file is faulty; `io`; `locked_file`.
pub fn run(arguments: &Import, context: &Context<'_>) -> Result<Output, Error> {
    let file = context.profiles.file().ok_or_else(|| {
        Error::new(
            Kind::Config,
            "there is no place for the configuration file",
            "set HOME or OKTAPIPE_CONFIG",
        )
    })?;
    let file = OwnFile::new(file.to_owned());
    context.profiles.config()?;
    let sources = sources(arguments, context);
    let mut taken = Taken::default();
    let mut dotenv = okta_cli::Lines::default();
    let mut read = Vec::new();
    for source in sources.iter().filter(|source| source.is_file()) {
        let text = store::text(source, LIMIT).ok_or_else(|| {
            Error::new(
                Kind::Io,
                format!("{} cannot be read", shown(source)),
                "check it, or name another with --file",
            )
        })?;
        if arguments.file.is_none() && source.as_os_str() == DOTENV {
            dotenv = okta_cli::Lines::read(&text);
        } else {
            taken::from(arguments.tool, source, &text, &mut taken)?;
        }
        read.push(source.display().to_string());
    }
    if arguments.tool == Peer::OktaAwsCli && arguments.file.is_none() {
        // What is set already, the peer's reading of .env leaves as it is.
        let set = |name: &str| context.environment.text(name);
        okta_cli::variables(|name| set(name).or_else(|| dotenv.value(name)), &mut taken);
        read.extend(okta_cli::is_set(set).then(|| "the environment".to_owned()));
    }
    if read.is_empty() {
        let places: Vec<String> = sources.iter().map(|source| shown(source)).collect();
        let message = format!(
            "there is nothing of {} to take over: no {}",
            arguments.tool.name(),
            places.join(", no ")
        );
        return Err(Error::new(Kind::Config, message, "name the file with --file"));
    }
    if taken.is_empty() {
        let message =
            format!("there is nothing of {} in {}", arguments.tool.name(), printable(&read.join(", ")));
        return Err(Error::new(Kind::Config, message, "name its file with --file"));
    }
    let edit = |text: &str| merge(text, &taken, arguments.overwrite, &file);
    let text = file.read(config::LIMIT)?;
    let (after, there) = edit(&text)?;
    taken::told(there.iter().chain(&taken.left)).iter().for_each(|line| (context.warn)(line));
    let names: Vec<&str> = taken
        .profiles
        .iter()
        .map(|profile| profile.name.as_str())
        .filter(|name| !there.iter().any(|left| left.is_of_profile(name)))
        .collect();
    if arguments.dry_run {
        let aliases: Vec<(&str, &str)> =
            taken.aliases.iter().map(|(account, alias)| (account.as_str(), alias.as_str())).collect();
        let aliases = with_aliases("", &aliases).map_err(|fault| fault.error(file.path()))?;
        let plain = format!("# {}\n{}{aliases}", file.path().display(), config::excerpt(&after, &names));
        return Ok(Output::Text { plain: plain.clone().into(), masked: plain });
    }
    file.edit(config::LIMIT, |text| edit(text).map(|(after, _)| after))?;
    let left = there.iter().chain(&taken.left);
    let told = json!({
        "File": file.path().to_string_lossy(),
        "From": read,
        "Profiles": names,
        "NotTaken": left.map(|left| json!({"Profile": left.section, "Setting": left.key, "Reason": left.why})).collect::<Vec<_>>(),
    });
    Ok(Output::Document(told.as_object().cloned().unwrap_or_else(Map::new).into()))
}

impl Peer {
    const fn name(self) -> &'static str {
        match self {
            Peer::Saml2aws => "saml2aws",
            Peer::GimmeAwsCreds => "gimme-aws-creds",
            Peer::OktaAwsCli => "okta-aws-cli",
        }
    }
}

/// Where the peer's settings are, or may be.
fn sources(arguments: &Import, context: &Context<'_>) -> Vec<PathBuf> {
    if let Some(file) = &arguments.file {
        return vec![file.clone()];
    }
    let home = context.environment.path("HOME").map(PathBuf::from).unwrap_or_default();
    let variable = |name: &str| context.environment.path(name).map(PathBuf::from);
    match arguments.tool {
        Peer::Saml2aws => vec![variable("SAML2AWS_CONFIGFILE").unwrap_or_else(|| home.join(".saml2aws"))],
        Peer::GimmeAwsCreds => {
            vec![variable("OKTA_CONFIG").unwrap_or_else(|| home.join(".okta_aws_login_config"))]
        }
        Peer::OktaAwsCli => vec![home.join(".okta/okta.yaml"), PathBuf::from(DOTENV)],
    }
}

/// Our file's text with what was taken, and the profiles that were there already.
fn merge(
    text: &str,
    taken: &Taken,
    overwrite: bool,
    file: &OwnFile,
) -> Result<(String, Vec<taken::Left>), Error> {
    let fault = |fault: config::Fault| fault.error(file.path());
    let before = Config::parse(text).map_err(fault)?;
    let mut there = Vec::new();
    let mut after = text.to_owned();
    for profile in &taken.profiles {
        let mut settings: Vec<(&str, Option<Value>)> = Vec::new();
        if before.names().any(|name| name == profile.name) {
            if !overwrite {
                there.push(taken::Left::profile(
                    &profile.name,
                    "there is such a profile already: --overwrite replaces it",
                ));
                continue;
            }
            let known = config::KEYS.iter().map(|key| key.name).chain(["inherit"]);
            settings.extend(known.map(|key| (key, None)));
        }
        settings.extend(profile.settings.iter().map(|(key, value)| (*key, Some(value.clone()))));
        after = with_profile(&after, &profile.name, &settings).map_err(fault)?;
    }
    let new: Vec<(&str, &str)> = taken
        .aliases
        .iter()
        .filter(|(account, _)| !before.aliases().contains_key(*account))
        .map(|(account, alias)| (account.as_str(), alias.as_str()))
        .collect();
    after = with_aliases(&after, &new).map_err(fault)?;
    Ok((after, there))
}

fn shown(path: &Path) -> String {
    printable(&path.display().to_string())
}
