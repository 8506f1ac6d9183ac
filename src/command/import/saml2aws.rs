//! saml2aws: `~/.saml2aws`, an INI file with a section for each account, by its `pkg/cfg/cfg.go` (2.36.19).

use super::taken::{Reading, Taken, is_on};
use crate::ini;

/// Its labels of factors, of which `mfa` is a beginning, as `pkg/provider/okta/okta.go` has them, and what they are to us.
const FACTORS: [(&str, Option<&str>); 9] = [
    ("PUSH", Some("push")),
    ("SMS", Some("sms")),
    ("EMAIL", Some("email")),
    ("TOTP", Some("token:software:totp:GOOGLE")),
    ("OKTA", Some("token:software:totp:OKTA")),
    ("SYMANTEC", Some("token:SYMANTEC")),
    ("YUBICO TOKEN:HARDWARE", Some("token:hardware:YUBICO")),
    ("DUO", None),
    ("FIDO", None),
];

pub(super) fn read(text: &str, taken: &mut Taken) {
    // Its reader takes an indented key for a key.
    let text: String = text.lines().flat_map(|line| [line.trim_start(), "\n"]).collect();
    let entries: Vec<ini::Entry<'_>> = ini::entries(&text).collect();
    for section in entries.chunk_by(|a, b| a.place == b.place) {
        let Some(name) = section.first().map(|entry| entry.section) else { continue };
        let value = |key: &str| {
            let entry = section.iter().rfind(|entry| entry.is(key))?;
            Some(plain(entry.value)).filter(|value| !value.is_empty())
        };
        let mut reading = Reading::new(taken, name);
        match value("provider") {
            Some(provider) if provider.eq_ignore_ascii_case("okta") => {}
            Some(_) => {
                reading.leave("", "its provider is not Okta");
                continue;
            }
            None => {
                reading.leave("", "it names no provider");
                continue;
            }
        }
        account(&mut reading, section, &value);
        reading.finish();
    }
}

fn account(reading: &mut Reading<'_>, section: &[ini::Entry<'_>], value: &dyn Fn(&str) -> Option<String>) {
    let org = value("url").and_then(|url| {
        let org = reading.take_org("url", &url);
        let path = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest).split_once('/');
        if path.is_some_and(|(_, path)| !path.is_empty()) {
            reading.take_app("url", &url, org.as_ref());
        }
        org
    });
    if org.is_none() && value("url").is_none() {
        reading.leave("url", "there is none");
    }
    let mut seen = Vec::new();
    for entry in section {
        let key = entry.key.to_ascii_lowercase();
        if seen.contains(&key) {
            continue;
        }
        seen.push(key.clone());
        let Some(text) = value(&key) else { continue };
        match key.as_str() {
            "url" | "provider" | "name" => {}
            "username" => reading.take(&key, "username", &text),
            "mfa" => factor(reading, &text),
            "timeout" if text != "0" => reading.take(&key, "timeout", &text),
            "aws_session_duration" => reading.take_duration(&key, &text),
            "role_arn" => reading.take(&key, "role", &text),
            "region" => reading.take(&key, "region", &text),
            "policy_file" => reading.take(&key, "policy", &format!("file://{text}")),
            "policy_arn_list" => {
                reading.take_all(&key, "policy-arn", &text.split(',').map(str::trim).collect::<Vec<_>>());
            }
            // What it writes into every file.
            "aws_urn" if text == "urn:amazon:webservices" => {}
            "timeout" | "http_attempts_count" | "http_retry_delay" if matches!(text.as_str(), "0" | "1") => {}
            "skip_verify" | "saml_cache" | "disable_remember_device" | "disable_sessions" | "headless"
            | "download_browser_driver" | "browser_autofill"
                if !is_on(&text) => {}
            "skip_verify" => reading.leave(&key, "nothing turns certificate checks off: ca-file names an authority to trust"),
            "aws_urn" => reading.leave(&key, "it is not needed: the role says its partition"),
            "target_url" => reading.leave(&key, "it is not needed: the form says where it goes"),
            "aws_profile" => reading.leave(&key, "to-profile --name writes to an AWS profile, and configure --aws-profile has one ask for its credentials"),
            "credentials_file" => reading.leave(&key, "to-profile --file writes to another file"),
            "saml_cache" | "saml_cache_file" => reading.leave(&key, "what may be kept is kept encrypted, in a place of oktapipe's own"),
            "disable_sessions" => reading.take_switch("no-cache"),
            "disable_remember_device" => reading.leave(&key, "no device is remembered"),
            "http_attempts_count" | "http_retry_delay" => reading.leave(&key, "a request that carries something one-time is sent once"),
            "prompter" => reading.leave(&key, "OKTAPIPE_ASKPASS names a program that asks"),
            "app_id" | "mfa_ip_address" | "resource_id" | "subdomain" | "kc_auth_error_message"
            | "kc_auth_error_element" | "kc_broker" | "browser_type" | "browser_executable_path"
            | "browser_driver_dir" | "headless" | "download_browser_driver" | "browser_autofill" => {
                reading.leave(&key, "it is for another provider than Okta");
            }
            _ => reading.leave(&key, "oktapipe knows no such setting"),
        }
    }
}

fn factor(reading: &mut Reading<'_>, text: &str) {
    let wanted = text.to_ascii_uppercase();
    if wanted == "AUTO" {
        return;
    }
    match FACTORS.iter().find(|(label, _)| label.starts_with(&wanted) || wanted.starts_with(label)) {
        Some((_, Some(factor))) => reading.take("mfa", "factor", factor),
        Some((_, None)) => reading.leave("mfa", "oktapipe cannot verify that factor"),
        None => reading.leave("mfa", "oktapipe knows no such factor"),
    }
}

/// Without what its reader takes away: a comment behind a blank, and quotes around the whole.
fn plain(value: &str) -> String {
    let quoted = |quote: char| value.strip_prefix(quote).and_then(|rest| rest.split_once(quote));
    if let Some((inside, _)) = quoted('"').or_else(|| quoted('`')).or_else(|| quoted('\'')) {
        return inside.to_owned();
    }
    let end = [" #", " ;", "\t#", "\t;"].iter().filter_map(|comment| value.find(comment)).min();
    value.get(..end.unwrap_or(value.len())).unwrap_or(value).trim().to_owned()
}
