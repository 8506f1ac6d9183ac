//! What stands in a profile, and what is not replaced unless that is said.

use super::super::profile::{Overwrite, Session, changes, other_way};
use super::Kind;
use crate::ini::Ini;

const DEV: &str = "arn:aws:sts::111122223333:assumed-role/Dev/ada";

fn session<'s>(profile: &'s str, arn: Option<&'s str>) -> Session<'s> {
    Session {
        profile,
        access_key_id: "ASIANEW",
        secret_access_key: "CANARYsk",
        session_token: "CANARYst",
        expiration: Some("2030-01-02T03:04:05Z"),
        arn,
        region: None,
    }
}

fn written(text: &str, session: Session<'_>, overwrite: Overwrite) -> Result<String, String> {
    let ini = Ini::parse(text.as_bytes()).unwrap();
    let sessions = [session];
    let changes = changes(&sessions, overwrite, &ini).map_err(|error| {
        assert_eq!(error.kind(), Some(Kind::Config));
        error.to_string()
    })?;
    Ok(ini.edit(&changes).unwrap().to_string())
}

const NONE: Overwrite = Overwrite { others: false, long_term: false };
const OTHERS: Overwrite = Overwrite { others: true, long_term: false };
const LONG_TERM: Overwrite = Overwrite { others: false, long_term: true };

#[test]
fn a_profile_holds_the_keys_their_end_and_whose_they_are() {
    let new = "[dev]\naws_access_key_id = ASIANEW\naws_secret_access_key = CANARYsk\naws_session_token = CANARYst\n\
        x_principal_arn = arn:aws:sts::111122223333:assumed-role/Dev/ada\nx_security_token_expires = 2030-01-02T03:04:05Z\n";
    assert_eq!(written("", session("dev", Some(DEV)), NONE).as_deref(), Ok(new));
    let with_region = written("", Session { region: Some("eu-west-1"), ..session("dev", Some(DEV)) }, NONE);
    assert_eq!(with_region, Ok(format!("{new}region = eu-west-1\n")));
    // Refreshed, by us and others.
    assert_eq!(written(new, session("dev", Some(DEV)), NONE).as_deref(), Ok(new));
    let others = "[dev]\n# saml2aws\naws_access_key_id        = ASIAOLD\naws_session_token=old\naws_security_token = old\nregion = eu-west-3\n\
        x_security_token_expires = 2020-01-01T00:00:00+01:00\naws_account_id = 999999999999\n";
    let text = written(others, session("dev", Some(DEV)), NONE).unwrap();
    assert!(
        !text.contains("security_token =")
            && text.contains("region = eu-west-3\n")
            && text.contains("# saml2aws\n"),
        "{text}"
    );
    assert!(text.contains("aws_account_id = 111122223333\n") && text.contains("expires = 2030-"), "{text}");
    // What is not known of these is not left of those.
    let text = written(new, Session { expiration: None, ..session("dev", None) }, OTHERS).unwrap();
    assert_eq!(
        text,
        "[dev]\naws_access_key_id = ASIANEW\naws_secret_access_key = CANARYsk\naws_session_token = CANARYst\n"
    );
}

#[test]
fn long_term_keys_are_not_overwritten_unless_that_is_said() {
    for text in [
        "[dev]\naws_access_key_id = AKIAOLD\naws_secret_access_key = CANARY\n",
        "[dev]\naws_access_key_id = AKIAOLD\naws_secret_access_key = CANARY\naws_session_token = x\n",
        "[dev]\nAWS_ACCESS_KEY_ID: old\n",
        "[dev]\naws_secret_access_key = CANARY\naws_session_token =\n",
    ] {
        for overwrite in [NONE, OTHERS] {
            let error = written(text, session("dev", Some(DEV)), overwrite).unwrap_err();
            assert!(error.contains("long-term keys") && !error.contains("CANARY"), "{error}");
        }
        assert!(written(text, session("dev", Some(DEV)), LONG_TERM).unwrap().contains("ASIANEW"), "{text}");
    }
}

#[test]
fn profiles_of_other_roles_and_ways_are_not_overwritten_unless_that_is_said() {
    let of = |arn: &str| {
        format!("[dev]\naws_access_key_id = ASIAOLD\naws_session_token = x\nx_principal_arn = {arn}\n")
    };
    for (text, arn, word) in [
        (of("arn:aws:sts::999999999999:assumed-role/Dev/ada"), Some(DEV), "is that of 999999999999/Dev, and"),
        (of("arn:aws:sts::111122223333:assumed-role/Ops/ada"), Some(DEV), "111122223333/Ops"),
        (of(DEV), None, "do not tell their role"),
        ("[dev]\ncredential_process = x\n".to_owned(), Some(DEV), "by credential_process"),
        ("[dev]\nrole_arn = x\nsource_profile = y\n".to_owned(), Some(DEV), "by role_arn"),
        ("[Dev]\n".to_owned(), Some(DEV), "differ from Dev by case only"),
    ] {
        for overwrite in [NONE, LONG_TERM] {
            let error = written(&text, session("dev", arn), overwrite).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
        let text = written(&text, session("dev", arn), OTHERS).unwrap();
        assert!(
            text.contains("ASIANEW") && !text.contains("credential_process") && !text.contains("role_arn"),
            "{text}"
        );
    }
    // Another session of the role is the role.
    assert!(
        written(&of("arn:aws:sts::111122223333:assumed-role/Dev/bob"), session("dev", Some(DEV)), NONE)
            .is_ok()
    );
    assert!(written(&of("something"), session("dev", Some(DEV)), NONE).is_ok());
}

#[test]
fn that_the_configuration_has_another_way_for_a_profile_is_known() {
    let config = "[default]\nregion = x\nsso_session = y\n[profile a]\nrole_arn = z\n[profile \"b\"]\nCredential_Process: p\n\
        [c]\nrole_arn = no profile\n[profile d]\nregion = x\n";
    let found = ["default", "a", "b", "c", "d"].map(|profile| other_way(config, profile));
    assert_eq!(found, [Some("sso_session"), Some("role_arn"), Some("credential_process"), None, None]);
}
