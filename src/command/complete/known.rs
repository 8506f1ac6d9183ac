//! What this machine knows of roles, providers and regions: the remembered roles, `~/.aws/config`, and the role that is taken.

use crate::arn::RoleArn;
use crate::context::{Environment, Profiles};
use crate::ini;
use crate::store::{self, Roles};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Mutex;

/// As much of `~/.aws/config` as is read.
const LIMIT: usize = 1 << 20;

/// Where to look. Nothing is read before it is asked for.
#[derive(Debug)]
pub(super) struct Known {
    remembered: Option<Roles>,
    config: Option<PathBuf>,
    taken: Option<String>,
    profiles: Mutex<Profiles>,
}

/// Keys of one section of `~/.aws/config` that say something together.
#[derive(Default)]
struct Sso<'t> {
    account: Option<&'t str>,
    name: Option<&'t str>,
}

impl Known {
    pub(super) fn new(environment: &Environment) -> Known {
        let home = environment.path("HOME").map(PathBuf::from);
        let config = match environment.path("AWS_CONFIG_FILE").map(PathBuf::from) {
            // botocore goes home for a tilde, and nobody else does: the shell that set the variable may have been told not to.
            Some(path) => match path.strip_prefix("~") {
                Ok(rest) => home.map(|home| home.join(rest)),
                Err(_) => Some(path),
            },
            None => home.map(|home| home.join(".aws/config")),
        };
        Known {
            remembered: store::cache(|name| environment.path(name)).map(Roles::new),
            config,
            taken: environment.text("OKTAPIPE_ROLE").map(str::to_owned),
            profiles: Mutex::new(Profiles::new(None, None, environment)),
        }
    }

    /// Roles as `--role` takes them: ARNs if what is typed begins as one, names for what begins as a name, else `ACCOUNT/NAME`.
    pub(super) fn roles(&self, typed: &str) -> Vec<(String, String)> {
        let (arns, handles) = self.all_roles();
        if typed.starts_with("arn:") {
            return arns.iter().map(|role| (role.to_string(), String::new())).collect();
        }
        if typed.starts_with(|c: char| !c.is_ascii_digit()) {
            let names = handles.keys().filter_map(|handle| handle.rsplit('/').next());
            let names: BTreeSet<&str> = names.collect();
            return names.into_iter().map(|name| (name.to_owned(), String::new())).collect();
        }
        handles.into_iter().collect()
    }

    /// The ARNs of the providers of the remembered roles.
    pub(super) fn principals(&self) -> Vec<(String, String)> {
        let roles = self.remembered.iter().flat_map(Roles::known);
        let principals: BTreeSet<String> = roles.map(|role| role.principal.to_string()).collect();
        principals.into_iter().map(|principal| (principal, String::new())).collect()
    }

    /// The names of the profiles of the configuration file, with the role of each. None of a file that is faulty.
    pub(super) fn profiles(&self) -> Vec<(String, String)> {
        let Ok(profiles) = self.profiles.lock() else { return Vec::new() };
        let Some(config) = profiles.config().ok().flatten() else { return Vec::new() };
        let role = |name: &str| {
            config.profile(name).map(|profile| profile.list("role").join(" ")).unwrap_or_default()
        };
        config.names().map(|name| (name.to_owned(), role(name))).collect()
    }

    /// The profiles of `~/.aws/config`.
    pub(super) fn aws_profiles(&self) -> Vec<(String, String)> {
        let text = self.config();
        let named = |section: &str| match section {
            "default" => Some("default".to_owned()),
            other => other.strip_prefix("profile ").map(|name| name.trim().to_owned()),
        };
        let names: BTreeSet<String> = ini::entries(&text)
            .filter_map(|entry| named(entry.section))
            .filter(|name| ini::is_profile_name(name))
            .collect();
        names.into_iter().map(|name| (name, "in your AWS config".to_owned())).collect()
    }

    /// Regions that `~/.aws/config` names.
    pub(super) fn regions(&self) -> Vec<(String, String)> {
        let text = self.config();
        let regions = ini::entries(&text).filter(|entry| entry.is("region") || entry.is("sso_region"));
        let is_region = |text: &&str| {
            text.len() <= 64
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        };
        let regions: BTreeSet<&str> =
            regions.map(|entry| entry.value).filter(|value| !value.is_empty()).filter(is_region).collect();
        regions.into_iter().map(|region| (region.to_owned(), "in your AWS config".to_owned())).collect()
    }

    /// ARNs, and handles with the ARN where it is known.
    fn all_roles(&self) -> (BTreeSet<RoleArn>, BTreeMap<String, String>) {
        let text = self.config();
        let mut arns: BTreeSet<RoleArn> =
            self.remembered.iter().flat_map(Roles::known).map(|role| role.role).collect();
        let mut sections: BTreeMap<usize, Sso<'_>> = BTreeMap::new();
        for entry in ini::entries(&text) {
            if entry.is("role_arn") {
                arns.extend(RoleArn::parse(entry.value));
            } else if entry.is("sso_account_id") {
                sections.entry(entry.place).or_default().account = Some(entry.value);
            } else if entry.is("sso_role_name") {
                sections.entry(entry.place).or_default().name = Some(entry.value);
            }
        }
        let sso = sections.into_values().filter_map(|sso| Some(format!("{}/{}", sso.account?, sso.name?)));
        let bare = sso.chain(self.taken.clone()).filter(|handle| is_handle(handle));
        let mut handles: BTreeMap<String, String> = bare.map(|handle| (handle, String::new())).collect();
        handles.extend(arns.iter().map(|role| (handle(role), role.to_string())));
        (arns, handles)
    }

    fn config(&self) -> String {
        self.config.as_deref().and_then(|path| store::text(path, LIMIT)).unwrap_or_default()
    }
}

/// `ACCOUNT/NAME` with the role's path; without it where it has a colon, at which a shell would cut the word.
fn handle(role: &RoleArn) -> String {
    let path_and_name = role.path_and_name();
    let name = if path_and_name.contains(':') { role.name() } else { path_and_name };
    format!("{}/{name}", role.account_id())
}

fn is_handle(text: &str) -> bool {
    let arn = |(account, name): (&str, &str)| RoleArn::parse(&format!("arn:aws:iam::{account}:role/{name}"));
    !text.contains(':') && text.split_once('/').and_then(arn).is_some()
}
