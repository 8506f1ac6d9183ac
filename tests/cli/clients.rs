//! Other people's clients as judges of the sandbox: Okta's JavaScript SDK, and gimme-aws-creds. Nothing of ours runs
//! here but the sandbox; where a client disagrees with it, the sandbox is wrong.
//!
//! `.ci/run` installs them into `$OKTAPIPE_TOOLS`:
//!
//! ```sh
//! mkdir -p "$OKTAPIPE_TOOLS/okta-auth-js"
//! cp tests/cli/clients/okta-auth-js/package*.json "$OKTAPIPE_TOOLS/okta-auth-js/"
//! npm ci --prefix "$OKTAPIPE_TOOLS/okta-auth-js" --ignore-scripts --no-audit --no-fund
//! python3 -m venv "$OKTAPIPE_TOOLS/gimme"
//! "$OKTAPIPE_TOOLS/gimme/bin/pip" install -q -r tests/cli/clients/gimme/requirements.txt
//! ```

use crate::harness::{Case, Outcome, World, has, installed};
use oktapipe_sandbox::Switch;
use serde_json::{Value, json};

/// A login with Okta's SDK, in a sandbox of its own.
fn okta_auth_js(login: &str, variables: &[(&str, &str)]) -> Option<(World, Value)> {
    if !has("node") {
        return None;
    }
    let modules = installed("okta-auth-js/node_modules/@okta/okta-auth-js")?;
    let modules = modules.ancestors().nth(2)?.display().to_string();
    let world = World::new();
    let script = world.home.join("login.cjs");
    std::fs::write(&script, include_str!("clients/okta-auth-js/login.cjs")).unwrap();
    let login = format!("{login}@acme.example");
    let mut case = Case::new("node", &[&script.display().to_string()], &world.home)
        .env("NODE_PATH", &modules)
        .env("NODE_EXTRA_CA_CERTS", &world.sandbox.ca_file().display().to_string())
        .env("OKTA_ORG", &world.sandbox.org())
        .env("OKTA_USERNAME", &login)
        .env("OKTA_PASSWORD", world.password(&login));
    for (name, value) in variables {
        case = case.env(name, value);
    }
    let seen = case.run().succeeds().json();
    Some((world, seen))
}

/// What the SDK saw on the way, ending in a session.
fn signs_in(login: &str, variables: &[(&str, &str)], statuses: &[&str]) {
    let Some((_, seen)) = okta_auth_js(login, variables) else { return };
    assert_eq!(seen["statuses"], json!(statuses), "{seen}");
    assert_eq!(seen["session"], "ACTIVE", "{seen}");
    assert_eq!(seen["login"], json!(format!("{login}@acme.example")), "{seen}");
}

/// What the SDK saw on the way to a refusal.
fn is_refused(login: &str, variables: &[(&str, &str)], statuses: &[&str], error: &str) {
    let Some((_, seen)) = okta_auth_js(login, variables) else { return };
    assert_eq!((&seen["statuses"], &seen["error"]), (&json!(statuses), &json!(error)), "{seen}");
}

#[test]
fn oktas_sdk_signs_in_without_a_factor() {
    signs_in("ada", &[], &["SUCCESS"]);
    signs_in("quote", &[], &["SUCCESS"]);
}

#[test]
fn oktas_sdk_signs_in_with_codes_it_is_given() {
    for (login, factor) in [
        ("grace", "token:software:totp:GOOGLE"),
        ("hopper", "token:software:totp:OKTA"),
        ("hotp", "token:hotp"),
        ("symantec", "token:SYMANTEC"),
        ("onprem", "token:DEL_OATH"),
        ("yubikey", "token:hardware"),
        ("question", "question"),
        ("all", "token:hardware:YUBICO"),
    ] {
        signs_in(login, &[("FACTOR", factor)], &["MFA_REQUIRED", "SUCCESS"]);
    }
}

#[test]
fn oktas_sdk_signs_in_with_codes_that_are_sent() {
    for login in ["sms", "call", "email"] {
        signs_in(login, &[], &["MFA_REQUIRED", "MFA_CHALLENGE", "SUCCESS"]);
    }
}

#[test]
fn oktas_sdk_is_told_that_a_code_was_sent_a_moment_ago() {
    for (login, error) in [("sms", "E0000109"), ("call", "E0000133"), ("email", "E0000118")] {
        is_refused(login, &[("RESEND", "1")], &["MFA_REQUIRED", "MFA_CHALLENGE"], error);
    }
}

#[test]
fn oktas_sdk_signs_in_with_a_push() {
    signs_in("push", &[], &["MFA_REQUIRED", "MFA_CHALLENGE WAITING", "SUCCESS"]);
}

#[test]
fn oktas_sdk_shows_the_number_of_a_push() {
    let Some((world, seen)) = okta_auth_js("number", &[]) else { return };
    assert_eq!(seen["correctAnswer"], 92, "{seen}");
    assert_eq!(seen["session"], "ACTIVE", "{seen}");
    assert_eq!(world.sandbox.pushes("number"), 1);
}

#[test]
fn oktas_sdk_sees_a_push_rejected_or_timed_out_and_stops() {
    for (login, result) in [("reject", "REJECTED"), ("timeout", "TIMEOUT")] {
        let Some((world, seen)) = okta_auth_js(login, &[]) else { return };
        let ended = format!("MFA_CHALLENGE {result}");
        assert_eq!(seen["statuses"], json!(["MFA_REQUIRED", "MFA_CHALLENGE WAITING", ended]), "{seen}");
        // The link has turned from `poll` into `verify`, so the SDK offers the one and not the other.
        assert_eq!(seen["next"], json!(["verify", "prev", "resend", "cancel"]), "{seen}");
        assert_eq!(world.sandbox.pushes(login), 1);
    }
}

#[test]
fn oktas_sdk_skips_the_warning_about_a_password() {
    for login in ["warn", "warned"] {
        signs_in(login, &[], &["PASSWORD_WARN", "SUCCESS"]);
    }
    signs_in("latewarn", &[], &["MFA_REQUIRED", "PASSWORD_WARN", "SUCCESS"]);
}

#[test]
fn oktas_sdk_knows_the_states_it_cannot_leave() {
    for (login, status, next) in [
        ("locked", "LOCKED_OUT", json!(["unlock", "cancel"])),
        ("expired", "PASSWORD_EXPIRED", json!(["changePassword", "cancel"])),
        ("reset", "PASSWORD_RESET", json!(["resetPassword", "cancel"])),
        ("recovery", "RECOVERY", json!(["answer", "cancel"])),
        ("enroll", "MFA_ENROLL", json!(["cancel"])),
        ("activate", "MFA_ENROLL_ACTIVATE", json!(["activate", "prev", "cancel"])),
    ] {
        let Some((_, seen)) = okta_auth_js(login, &[]) else { return };
        assert_eq!((&seen["statuses"], &seen["next"]), (&json!([status]), &next), "{seen}");
    }
}

#[test]
fn oktas_sdk_reads_the_refusals() {
    is_refused("ada", &[("OKTA_PASSWORD", "wrong")], &[], "E0000004");
    is_refused("hidden", &[], &[], "E0000004");
    is_refused("grace", &[("CODE", "nocode")], &["MFA_REQUIRED"], "E0000068");
    is_refused("question", &[("CODE", "nothing")], &["MFA_REQUIRED"], "E0000068");
    is_refused("sms", &[("CODE", "nocode")], &["MFA_REQUIRED", "MFA_CHALLENGE"], "E0000068");
    is_refused("rsa", &[], &["MFA_REQUIRED"], "E0000113");
}

/// The configuration without which gimme-aws-creds asks questions. No `device_token`: it would be kept as a cookie for
/// `localhost:PORT`, which is no domain, beside the one the org sets, and two are an error to it. So it registers
/// its device first, as on anyone's first day.
fn gimme_configuration(world: &World, role: &str, factor: &str) -> String {
    format!(
        "[DEFAULT]\nokta_org_url = {org}\nokta_auth_server =\nclient_id =\ngimme_creds_server = appurl\n\
         app_url = {app}\naws_appname =\naws_rolename = {role}\nwrite_aws_creds = False\ncred_profile = role\n\
         okta_username =\nresolve_aws_alias = False\ninclude_path = False\npreferred_mfa_type = {factor}\n\
         remember_device = False\naws_default_duration = 3600\noutput_format = json\n",
        org = world.sandbox.org(),
        app = world.sandbox.app_link(),
    )
}

const DEV: &str = "arn:aws:iam::111122223333:role/Dev";

/// A login with gimme-aws-creds, to credentials for a role.
fn gimme(login: &str, factor: &str, code: Option<&str>) -> Option<(World, Outcome)> {
    let program = installed("gimme/bin/gimme-aws-creds")?;
    let world = World::new();
    let configuration = gimme_configuration(&world, DEV, factor);
    std::fs::write(world.home.join(".okta_aws_login_config"), configuration).unwrap();
    let login = format!("{login}@acme.example");
    let ca_file = world.sandbox.ca_file().display().to_string();
    let mut case = Case::new(&program.display().to_string(), &[], &world.home)
        .env("REQUESTS_CA_BUNDLE", &ca_file)
        .env("AWS_CA_BUNDLE", &ca_file)
        .env("AWS_ENDPOINT_URL_STS", &world.sandbox.sts())
        .env("AWS_EC2_METADATA_DISABLED", "true")
        // A keyring that keeps nothing: none is asked for the password, and none is given it.
        .env("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        .env("OKTA_USERNAME", &login)
        .env("OKTA_PASSWORD", world.password(&login));
    if let Some(factor) = code {
        case = case.env("OKTA_MFA_CODE", &world.sandbox.code(&login, factor).unwrap());
    }
    let outcome = case.run();
    Some((world, outcome))
}

#[test]
fn gimme_aws_creds_gets_credentials() {
    for (login, factor, code) in [
        ("ada", "", None),
        ("solo", "", None),
        ("grace", "token:software:totp", Some("token:software:totp")),
        ("push", "push", None),
        ("stepup", "token:software:totp", Some("token:software:totp")),
        ("symantec", "token", Some("token")),
        ("yubikey", "token:hardware", Some("token:hardware")),
    ] {
        let Some((_, outcome)) = gimme(login, factor, code) else { return };
        assert_eq!(outcome.status, Some(0), "{outcome}");
        let line = outcome.stdout.lines().find(|line| line.starts_with('{')).unwrap_or_default();
        let got: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {outcome}"));
        assert_eq!(got["role"]["arn"], DEV, "{outcome}");
        assert!(got["credentials"]["aws_access_key_id"].as_str().unwrap().starts_with("ASIA"), "{outcome}");
    }
}

#[test]
fn gimme_aws_creds_shows_the_number_of_a_push() {
    let Some((_, outcome)) = gimme("number", "push", None) else { return };
    assert_eq!(outcome.status, Some(0), "{outcome}");
    assert!(outcome.stderr.contains("correct answer is: 92"), "{outcome}");
}

#[test]
fn gimme_aws_creds_is_refused_in_words_it_knows() {
    for (login, words) in [
        ("hidden", "LOGIN ERROR: Authentication failed | Error Code: E0000004"),
        ("locked", "Your Okta access has been locked out due to failed login attempts."),
    ] {
        let Some((_, outcome)) = gimme(login, "", None) else { return };
        assert!(outcome.status != Some(0) && outcome.stderr.contains(words), "{outcome}");
    }
}

#[test]
fn gimme_aws_creds_reads_aliases_from_both_sign_in_pages() {
    let Some(python) = installed("gimme/bin/python") else { return };
    for switch in [None, Some(Switch::SignInNext)] {
        let world = World::new();
        switch.into_iter().for_each(|switch| world.sandbox.set(switch));
        let arguments = ["-c", include_str!("clients/gimme/aliases.py"), &world.sandbox.sign_in()];
        let outcome = Case::new(&python.display().to_string(), &arguments, &world.home)
            .env("REQUESTS_CA_BUNDLE", &world.sandbox.ca_file().display().to_string())
            .stdin(world.sandbox.assertion("ada").unwrap())
            .run();
        let names = outcome.json();
        assert_eq!(names[DEV], json!(["Account: acme-production (111122223333)", "Dev"]), "{outcome}");
        let other = &names["arn:aws:iam::444455556666:role/ReadOnly"];
        assert_eq!(*other, json!(["Account: 444455556666", "ReadOnly"]), "{outcome}");
    }
}
