//! The questions of `configure`, in the order in which a login comes to need the answers.

use super::{Change, check, shown};
use crate::config::{Form, Key, Profile, Value};
use crate::context::Context;
use crate::error::{Error, Kind};
use crate::store::OwnFile;

const QUESTIONS: [(&str, &str); 8] = [
    ("org", "Okta org, a name, host or URL"),
    ("username", "Okta user name"),
    ("password-command", "Command that prints the password"),
    ("factor", "Second factor, for instance push"),
    ("app", "AWS app, its link in the Okta dashboard or its id"),
    ("role", "Role, as NAME, ACCOUNT/NAME or an ARN"),
    ("duration", "Duration, for instance 1h"),
    ("region", "AWS region"),
];

/// How often an answer may be given again that is not usable.
const TRIES: usize = 3;
const TAKE_OUT: &str = "-";

/// What the answers change. Enter alone keeps what stands in brackets.
pub(super) fn ask(
    context: &Context<'_>,
    file: &OwnFile,
    name: &str,
    before: &Profile,
) -> Result<Vec<Change>, Error> {
    if context.terminal.can_ask() {
        let path = file.path().display();
        context.terminal.show(&format!(
            "Profile {name} of {path}. Enter keeps what is in brackets, or leaves it open; - takes it out."
        ));
    }
    let mut changes = Vec::new();
    for (name, question) in QUESTIONS {
        let Some(key) = Key::named(name) else { continue };
        let current = shown(before, key.name);
        let question =
            if current.is_empty() { question.to_owned() } else { format!("{question} [{current}]") };
        changes.extend(one(context, key, &question)?);
    }
    Ok(changes)
}

/// The AWS profile that shall have its credentials from this one, if any.
pub(super) fn aws_profile(context: &Context<'_>) -> Result<Option<String>, Error> {
    let question = "AWS profile for the AWS CLI and SDKs to use this one by, if any";
    let answer = context.terminal.ask(question, "give --aws-profile")?;
    Ok(Some(answer.trim().to_owned()).filter(|name| !name.is_empty() && name != TAKE_OUT))
}

fn one(context: &Context<'_>, key: &'static Key, question: &str) -> Result<Option<Change>, Error> {
    let instead = format!("give settings as flags, --{} for this one", key.name);
    for _ in 0..TRIES {
        let answer = context.terminal.ask(question, &instead)?;
        let value = match answer.trim() {
            "" => return Ok(None),
            TAKE_OUT => return Ok(Some((key.name, None))),
            text if key.form == Form::List => {
                // A role's name may have commas in it.
                let is_between = |c: char| c == ' ' || (c == ',' && key.name != "role");
                let items = text.split(is_between).filter(|item| !item.is_empty());
                Value::List(items.map(str::to_owned).collect())
            }
            text => Value::Text(text.to_owned()),
        };
        match check(key.name, &value) {
            Ok(()) => return Ok(Some((key.name, Some(value)))),
            Err(expected) => context.terminal.show(&format!("That is not usable: give {expected}.")),
        }
    }
    Err(Error::new(Kind::Usage, format!("no answer for {} was usable", key.name), "nothing was written"))
}

/// Shows what will be written, and asks whether it shall be.
pub(super) fn confirm(context: &Context<'_>, text: &str) -> Result<bool, Error> {
    text.lines().for_each(|line| context.terminal.show(line));
    let answer = context.terminal.ask("Write this? [yes]", "give settings as flags")?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "" | "y" | "yes"))
}
