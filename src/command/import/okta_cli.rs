//! okta-aws-cli: `~/.okta/okta.yaml`, `.env` and `OKTA_AWSCLI_*`, by its README and `internal/config/config.go` (2.6.0).

use super::taken::{Reading, Taken, is_on};
use super::yaml;

const PREFIX: &str = "OKTA_AWSCLI_";

/// Its settings, by flag and by variable (without the beginning that all share).
const SETTINGS: [(&str, &str); 28] = [
    ("org-domain", "ORG_DOMAIN"),
    ("username", "USERNAME"),
    ("aws-acct-fed-app-id", "AWS_ACCOUNT_FEDERATION_APP_ID"),
    ("aws-iam-role", "IAM_ROLE"),
    ("aws-iam-idp", "IAM_IDP"),
    ("aws-session-duration", "SESSION_DURATION"),
    ("aws-region", "AWS_REGION"),
    ("password", "PASSWORD"),
    ("oidc-client-id", "OIDC_CLIENT_ID"),
    ("private-key", "PRIVATE_KEY"),
    ("private-key-file", "PRIVATE_KEY_FILE"),
    ("key-id", "KEY_ID"),
    ("authz-id", "AUTHZ_ID"),
    ("custom-scope", "CUSTOM_SCOPE"),
    ("aws-sts-role-session-name", "STS_ROLE_SESSION_NAME"),
    ("all-profiles", "ALL_PROFILES"),
    ("format", "FORMAT"),
    ("aws-credentials", "AWS_CREDENTIALS"),
    ("write-aws-credentials", "WRITE_AWS_CREDENTIALS"),
    ("cache-access-token", "CACHE_ACCESS_TOKEN"),
    ("open-browser", "OPEN_BROWSER"),
    ("open-browser-command", "OPEN_BROWSER_COMMAND"),
    ("qr-code", "QR_CODE"),
    ("legacy-aws-variables", "LEGACY_AWS_VARIABLES"),
    ("expiry-aws-variables", "EXPIRY_AWS_VARIABLES"),
    ("debug", "DEBUG"),
    ("debug-api-calls", "DEBUG_API_CALLS"),
    ("exec", "EXEC"),
];

/// Reads okta.yaml.
///
/// # Errors
/// The line that is not understood.
pub(super) fn yaml(text: &str, taken: &mut Taken) -> Result<(), usize> {
    let leaves = yaml::leaves(text)?;
    let own = |leaf: &yaml::Leaf| leaf.path.first().is_some_and(|root| root == "awscli");
    let mut names: Vec<&str> = Vec::new();
    for leaf in leaves.iter().filter(|leaf| own(leaf)) {
        match leaf.path.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [_, "profiles", name, _] if !names.contains(name) => names.push(name),
            [_, "profiles", _, _] => {}
            [_, "idps", arn] => alias(arn, &leaf.value, taken),
            [_, "roles", _] => {
                let mut reading = Reading::new(taken, "awscli.roles");
                reading.leave(
                    leaf.path.last().map_or("", String::as_str),
                    "roles are shown by account and name",
                );
            }
            _ => {
                let mut reading = Reading::new(taken, "awscli");
                reading.leave(leaf.path.last().map_or("", String::as_str), "oktapipe knows no such setting");
            }
        }
    }
    for name in names {
        let settings: Vec<(&str, &str)> = leaves
            .iter()
            .filter(|leaf| own(leaf) && leaf.path.get(1).is_some_and(|part| part == "profiles"))
            .filter(|leaf| leaf.path.get(2).is_some_and(|part| part == name))
            .filter_map(|leaf| Some((leaf.path.get(3)?.as_str(), leaf.value.as_str())))
            .collect();
        profile(name, &settings, taken);
    }
    Ok(())
}

/// Reads a file of lines `NAME=value`, of which other programs' are skipped.
pub(super) fn dotenv(text: &str, taken: &mut Taken) {
    let lines = Lines::read(text);
    variables(|name| lines.value(name), taken);
}

/// The lines of such a file.
#[derive(Debug, Default)]
pub(super) struct Lines(Vec<(String, String)>);

impl Lines {
    pub(super) fn read(text: &str) -> Lines {
        let mut found: Vec<(String, String)> = Vec::new();
        for line in text.lines() {
            let line = line.trim();
            let line = line.strip_prefix("export ").unwrap_or(line).trim_start();
            let Some((name, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else {
                continue;
            };
            let value = value.trim();
            let quoted = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.split_once(quote));
            let value = match quoted('"').or_else(|| quoted('\'')) {
                Some((inside, _)) => inside,
                None => value.split_once(" #").map_or(value, |(value, _)| value.trim_end()),
            };
            found.push((name.trim().to_owned(), value.to_owned()));
        }
        Lines(found)
    }

    /// The last one counts.
    pub(super) fn value(&self, wanted: &str) -> Option<&str> {
        self.0.iter().rfind(|(name, _)| name == wanted).map(|(_, value)| value.as_str())
    }
}

/// Whether one of its variables is set.
pub(super) fn is_set<'v>(lookup: impl Fn(&str) -> Option<&'v str>) -> bool {
    SETTINGS.iter().any(|(_, variable)| lookup(&format!("{PREFIX}{variable}")).is_some())
}

/// Reads its variables, which make one profile.
pub(super) fn variables<'v>(lookup: impl Fn(&str) -> Option<&'v str>, taken: &mut Taken) {
    let mut settings: Vec<(&str, &str)> = SETTINGS
        .iter()
        .filter_map(|(flag, variable)| Some((*flag, lookup(&format!("{PREFIX}{variable}"))?)))
        .collect();
    if settings.is_empty() {
        return;
    }
    // It takes these for its own.
    if !settings.iter().any(|(flag, _)| *flag == "aws-region")
        && let Some(region) = lookup("AWS_REGION")
    {
        settings.push(("aws-region", region));
    }
    let name = lookup(&format!("{PREFIX}PROFILE")).unwrap_or("default");
    profile(name, &settings, taken);
}

fn profile(name: &str, settings: &[(&str, &str)], taken: &mut Taken) {
    let mut reading = Reading::new(taken, name);
    let org = settings.iter().find(|(flag, _)| *flag == "org-domain");
    let org = org.and_then(|(flag, text)| reading.take_org(flag, text));
    for (flag, text) in settings.iter().filter(|(_, text)| !text.trim().is_empty()) {
        match *flag {
            "org-domain" => {}
            "username" => reading.take(flag, "username", text),
            "aws-acct-fed-app-id" => reading.take_app(flag, text, org.as_ref()),
            "aws-iam-role" => reading.take(flag, "role", text),
            "aws-iam-idp" => reading.take(flag, "principal", text),
            "aws-session-duration" | "session-duration" => reading.take_duration(flag, text),
            "aws-region" => reading.take(flag, "region", text),
            "format" if *text == "env-var" => {}
            "all-profiles"
            | "write-aws-credentials"
            | "cache-access-token"
            | "open-browser"
            | "qr-code"
            | "legacy-aws-variables"
            | "expiry-aws-variables"
            | "debug"
            | "debug-api-calls"
            | "exec"
                if !is_on(text) => {}
            "password" => reading.leave(
                flag,
                "no password stands in the file: password-command names a program that prints it",
            ),
            "oidc-client-id" => reading.leave(flag, "the sign-in needs no OAuth client"),
            "private-key" | "private-key-file" | "key-id" | "authz-id" | "custom-scope" => {
                reading.leave(flag, "oktapipe signs people in, not machines");
            }
            "aws-sts-role-session-name" => reading.leave(flag, "the assertion names the session"),
            "all-profiles" => reading.leave(flag, "login --all takes every role"),
            "format" => reading.leave(flag, "export --format says it"),
            "aws-credentials" | "write-aws-credentials" | "legacy-aws-variables" | "expiry-aws-variables" => {
                reading.leave(flag, "to-profile writes to the credentials file");
            }
            "cache-access-token" | "open-browser" | "open-browser-command" | "qr-code" => {
                reading.leave(flag, "no browser takes part");
            }
            "debug" | "debug-api-calls" => reading.leave(flag, "--verbose logs requests"),
            "exec" => reading.leave(flag, "it is about the one call"),
            "profile" => {}
            _ => reading.leave(flag, "oktapipe knows no such setting"),
        }
    }
    reading.finish();
}

/// A label of a provider is a name of its account.
fn alias(arn: &str, label: &str, taken: &mut Taken) {
    let account = arn
        .split(':')
        .nth(4)
        .filter(|account| account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()));
    let alias: String = label.trim().chars().map(|c| if c == ' ' { '-' } else { c }).collect();
    let is_alias = (1..=63).contains(&alias.len())
        && alias.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    match account.filter(|_| is_alias) {
        Some(account) => {
            taken.aliases.insert(account.to_owned(), alias);
        }
        None => Reading::new(taken, "awscli.idps")
            .leave(arn, "it is not one account, or its label is no name for one"),
    }
}
