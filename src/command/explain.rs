//! `explain`: the commands that a stage stands for, runnable, or as guides publish them.
//!
//! The texts are scripts of their own beside this file, so that shellcheck reads them as they are. Each has the form
//!
//! ```sh
//! #!/usr/bin/env bash
//! # what it does, what it reads and prints, and why it is written like this
//! set -euo pipefail
//!
//! the commands: the document of the stage before on stdin, that of the next on stdout
//! ```
//!
//! and the whole recipe is made of these parts: a function a stage, and the pipe of them. What guides publish is no script for use
//! and lies in `published/*.txt`: the wording is ours, the commands and their mistakes are those of the guides.

use crate::cli::{Explain, Step};
use crate::error::{Error, Kind};
use crate::stage::Output;

const SHEBANG: &str = "#!/usr/bin/env bash\n";
const STRICT: &str = "set -euo pipefail\n";

/// Prints one stage's commands, or the whole recipe.
///
/// # Errors
/// None but `internal`, for a text of ours that has lost its form.
pub fn run(arguments: &Explain) -> Result<Output, Error> {
    let text = match (arguments.stage, arguments.as_published) {
        (Some(step), false) => script(step).to_owned(),
        (Some(step), true) => published(step).to_owned(),
        (None, false) => recipe()?,
        (None, true) => Step::recipe().map(published).collect::<Vec<_>>().join("\n"),
    };
    Ok(Output::Text { plain: text.clone().into(), masked: text })
}

/// A script for the whole pipe: it prints what `export` prints.
fn recipe() -> Result<String, Error> {
    let mut text = format!("{SHEBANG}{}{STRICT}", include_str!("explain/recipe.txt"));
    for step in Step::pipe() {
        let (comments, commands) = parts(script(step))?;
        text.push_str(&format!("\n{comments}{}() {{\n{}}}\n", function(step), indented(commands)));
    }
    text.push_str(&format!("\n{}\n", Step::pipe().map(function).collect::<Vec<_>>().join(" | ")));
    Ok(text)
}

/// A script's comments, and its commands.
fn parts(script: &str) -> Result<(&str, &str), Error> {
    script.strip_prefix(SHEBANG).and_then(|rest| rest.split_once(&format!("{STRICT}\n"))).ok_or_else(|| {
        Error::new(Kind::Internal, "an explanation has lost its form", "report it; single stages still work")
    })
}

/// With a prefix, for `export` alone would take the place of the shell's own.
fn function(step: Step) -> String {
    format!("recipe_{}", step.name().replace('-', "_"))
}

fn indented(commands: &str) -> String {
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("  {line}\n") };
    commands.lines().map(line).collect()
}

fn script(step: Step) -> &'static str {
    match step {
        Step::Authn => include_str!("explain/authn.sh"),
        Step::FactorVerify => include_str!("explain/factor-verify.sh"),
        Step::Session => include_str!("explain/session.sh"),
        Step::SamlFetch => include_str!("explain/saml-fetch.sh"),
        Step::SamlRoles => include_str!("explain/saml-roles.sh"),
        Step::Assume => include_str!("explain/assume.sh"),
        Step::Export => include_str!("explain/export.sh"),
        Step::ToProfile => include_str!("explain/to-profile.sh"),
        Step::CallerIdentity => include_str!("explain/caller-identity.sh"),
        Step::AssumeRole => include_str!("explain/assume-role.sh"),
        Step::Console => include_str!("explain/console.sh"),
    }
}

fn published(step: Step) -> &'static str {
    match step {
        Step::Authn => include_str!("explain/published/authn.txt"),
        Step::FactorVerify => include_str!("explain/published/factor-verify.txt"),
        Step::Session => include_str!("explain/published/session.txt"),
        Step::SamlFetch => include_str!("explain/published/saml-fetch.txt"),
        Step::SamlRoles => include_str!("explain/published/saml-roles.txt"),
        Step::Assume => include_str!("explain/published/assume.txt"),
        Step::Export => include_str!("explain/published/export.txt"),
        Step::ToProfile => include_str!("explain/published/to-profile.txt"),
        Step::CallerIdentity => include_str!("explain/published/caller-identity.txt"),
        Step::AssumeRole => include_str!("explain/published/assume-role.txt"),
        Step::Console => include_str!("explain/published/console.txt"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_has_the_form_that_the_recipe_is_made_of() {
        for step in Step::ALL {
            let (comments, commands) = parts(script(step)).unwrap();
            assert!(comments.starts_with(&format!("# {}: ", step.name())), "{comments}");
            assert!(comments.lines().all(|line| line.starts_with('#')), "{comments}");
            assert!(!commands.is_empty() && commands.ends_with('\n'), "{commands}");
        }
    }

    #[test]
    fn every_published_line_stands_under_what_is_wrong_with_it() {
        for step in Step::ALL {
            let text = published(step);
            assert!(
                text.starts_with(&format!("# {}, in the way of the published guides. ", step.name())),
                "{text}"
            );
            assert!(text.lines().filter(|line| line.starts_with("#  - ")).count() >= 1, "{text}");
            assert!(text.lines().any(|line| !line.starts_with('#')), "{text}");
        }
    }
}
