//! gimme-aws-creds: `~/.okta_aws_login_config`, read by Python's ConfigParser, by its `config.py` (2.8.2): `[DEFAULT]` gives its keys to every
//! section, and `inherits` those of another.

use super::taken::{Reading, Taken, is_on};
use crate::ini;
use std::collections::BTreeMap;

const DEFAULT: &str = "DEFAULT";
/// How many sections may inherit from each other; it has no limit, and ends in Python's.
const LEVELS: usize = 32;

type Section = BTreeMap<String, String>;

pub(super) fn read(text: &str, taken: &mut Taken) {
    let mut order: Vec<String> = Vec::new();
    let mut sections: BTreeMap<String, Section> = BTreeMap::new();
    for entry in ini::entries(text) {
        if !order.iter().any(|name| name == entry.section) {
            order.push(entry.section.to_owned());
        }
        let section = sections.entry(entry.section.to_owned()).or_default();
        section.insert(entry.key.to_ascii_lowercase(), entry.value.to_owned());
    }
    for name in &order {
        let mut reading = Reading::new(taken, if name == DEFAULT { "default" } else { name });
        match whole(name, &sections, 0) {
            Some(section) => profile(&mut reading, &section),
            None => {
                reading.leave("inherits", "it leads to no section, or round in a circle");
                let mut section = own(name, &sections);
                section.remove("inherits");
                profile(&mut reading, &section);
            }
        }
        reading.finish();
    }
}

/// The section with what `[DEFAULT]` gives to each.
fn own(name: &str, sections: &BTreeMap<String, Section>) -> Section {
    let mut section = sections.get(DEFAULT).cloned().unwrap_or_default();
    section.extend(sections.get(name).cloned().unwrap_or_default());
    section
}

/// With what it inherits, which its own keys outweigh, and so do those of `[DEFAULT]`.
fn whole(name: &str, sections: &BTreeMap<String, Section>, level: usize) -> Option<Section> {
    let mut section = own(name, sections);
    let Some(from) = section.remove("inherits") else { return Some(section) };
    if level == LEVELS || !sections.contains_key(&from) {
        return None;
    }
    let mut all = whole(&from, sections, level + 1)?;
    all.extend(section);
    Some(all)
}

fn profile(reading: &mut Reading<'_>, section: &Section) {
    let value = |key: &str| section.get(key).map(String::as_str).filter(|value| !value.is_empty());
    let org = value("okta_org_url").and_then(|url| reading.take_org("okta_org_url", url));
    let (kind, provider) = (value("preferred_mfa_type"), value("preferred_mfa_provider"));
    factor(reading, kind, provider);
    let writes = value("write_aws_creds").is_some_and(is_on);
    for (key, text) in section.iter().filter(|(_, text)| !text.is_empty()) {
        let key = key.as_str();
        if text.contains("%(") {
            reading.leave(key, "it refers to another setting");
            continue;
        }
        let text = text.replace("%%", "%");
        match key {
            "okta_org_url" | "preferred_mfa_type" | "preferred_mfa_provider" => {}
            "okta_username" => reading.take(key, "username", &text),
            "app_url" => reading.take_app(key, &text, org.as_ref()),
            "aws_default_duration" => reading.take_duration(key, &text),
            "aws_rolename" => roles(reading, &text),
            "gimme_creds_server" if text == "appurl" => {}
            "gimme_creds_server" => reading.leave(key, "apps are not looked up: app is the link of one"),
            "okta_auth_server" | "client_id" => reading.leave(key, "the sign-in needs no OAuth client"),
            "aws_appname" => reading.leave(key, "an app is named by its link or id"),
            // What it writes into every file, and what is so anyway.
            "output_format" if text == "export" => {}
            "force_classic" => {}
            "cred_profile" if !writes => {}
            "write_aws_creds" | "resolve_aws_alias" | "include_path" | "remember_device" | "open_browser"
            | "enable_keychain"
                if !is_on(&text) => {}
            "write_aws_creds" => reading.leave(key, "to-profile writes to the credentials file"),
            "cred_profile" => reading.leave(key, "to-profile --name names the AWS profile"),
            "resolve_aws_alias" | "include_path" => {
                reading.leave(key, "to-profile --name says how a profile is called")
            }
            "remember_device" | "device_token" => reading.leave(key, "no device is remembered"),
            "open_browser" => reading.leave(key, "no browser takes part"),
            "enable_keychain" => {
                reading.leave(key, "a password is not kept: password-command names a program that prints it")
            }
            "output_format" => reading.leave(key, "export --format says it"),
            "duo_universal_factor" => reading.leave(key, "oktapipe cannot verify that factor"),
            _ => reading.leave(key, "oktapipe knows no such setting"),
        }
    }
}

fn factor(reading: &mut Reading<'_>, kind: Option<&str>, provider: Option<&str>) {
    const KEY: &str = "preferred_mfa_type";
    if provider.is_some_and(|provider| provider.eq_ignore_ascii_case("DUO")) {
        return reading.leave("preferred_mfa_provider", "oktapipe cannot verify that factor");
    }
    match (kind, provider) {
        (
            Some(
                kind @ ("push"
                | "token:software:totp"
                | "token:hardware"
                | "token"
                | "call"
                | "sms"
                | "email"
                | "question"),
            ),
            _,
        ) => {
            let provider =
                provider.map(|provider| format!(":{}", provider.to_ascii_uppercase())).unwrap_or_default();
            reading.take(KEY, "factor", &format!("{kind}{provider}"));
        }
        (Some(_), _) => reading.leave(KEY, "oktapipe cannot verify that factor"),
        (None, Some(provider)) => reading.take("preferred_mfa_provider", "provider", provider),
        (None, None) => {}
    }
}

fn roles(reading: &mut Reading<'_>, text: &str) {
    const KEY: &str = "aws_rolename";
    let names: Vec<&str> = text.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    if names == ["all"] {
        return reading.leave(KEY, "login --all takes every role");
    }
    if names.iter().any(|name| name.starts_with('/')) {
        return reading.leave(KEY, "it is a regular expression: role takes * and ?");
    }
    reading.take_all(KEY, "role", &names);
}
