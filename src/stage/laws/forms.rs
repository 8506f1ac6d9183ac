//! What `export` prints in each of its forms, and what each of them refuses.

use super::world::output;
use super::*;
use crate::cli::Export;
use crate::config::Config;
use secrecy::ExposeSecret;

const KEYS: &str = r#"{"AccessKeyId":"ASIACANARY","SecretAccessKey":"CANARY/k","SessionToken":"CANARY/t","Expiration":"2030-01-02T03:04:05Z"}"#;

fn exported(words: &[&str], input: &str, variables: &[(&str, &str)]) -> Result<Output, Error> {
    output(&[&["export"], words].concat(), input.as_bytes(), variables, &GONE).0
}

/// What a pipe gets.
fn printed(words: &[&str], input: &str) -> Result<String, Error> {
    Ok(match exported(words, input, &[])? {
        Output::Document(document) => document::to_line(&document),
        Output::Text { plain, .. } => plain.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    })
}

fn kind(words: &[&str], input: &str) -> Kind {
    printed(words, input).unwrap_err().kind().unwrap()
}

/// The keys with these members beside them, or in their place.
fn keys(change: &Value) -> String {
    let mut members = parse(KEYS).as_object().unwrap().clone();
    members.extend(change.as_object().unwrap().clone());
    Value::Object(members).to_string()
}

const NULLS: &str = r#"{"AWS_ACCESS_KEY_ID":null,"AWS_SECRET_ACCESS_KEY":null,"AWS_SESSION_TOKEN":null,"AWS_SECURITY_TOKEN":null,"AWS_CREDENTIAL_EXPIRATION":null,"AWS_SESSION_EXPIRATION":null,"OKTAPIPE_ROLE":null,"OKTAPIPE_EXPIRES_EPOCH":null"#;
const UNSET: &str = "unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH";

#[test]
fn each_form_says_the_same_keys() {
    let user = r#""AssumedRoleUser":{"AssumedRoleId":"A:ada","Arn":"arn:aws:sts::111122223333:assumed-role/Dev/ada"}"#;
    let document = format!(r#"{{"Credentials":{KEYS},{user}}}"#);
    let words =
        |format| ["-f", format, "--region", "eu-west-1", "--label", "AWS_VAULT", "--label", "AWS_VAULT"];
    let lines = "AWS_ACCESS_KEY_ID=ASIACANARY\nAWS_SECRET_ACCESS_KEY=CANARY/k\nAWS_SESSION_TOKEN=CANARY/t\nAWS_REGION=eu-west-1\nAWS_DEFAULT_REGION=eu-west-1\nAWS_CREDENTIAL_EXPIRATION=2030-01-02T03:04:05Z\nAWS_SESSION_EXPIRATION=2030-01-02T03:04:05Z\nOKTAPIPE_EXPIRES_EPOCH=1893553445\nOKTAPIPE_ROLE=111122223333/Dev\nAWS_VAULT=111122223333/Dev\n";
    for format in ["env-no-export", "dotenv", "docker"] {
        assert_eq!(printed(&words(format), &document).unwrap(), lines);
    }
    let exports: String = lines
        .lines()
        .map(|line| line.split_once('=').unwrap())
        .map(|(name, value)| format!("export {name}='{value}'\n"))
        .collect();
    assert_eq!(
        printed(&words("sh"), &document).unwrap(),
        format!("unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN\n{exports}")
    );
    let json = r#""AWS_ACCESS_KEY_ID":"ASIACANARY","AWS_SECRET_ACCESS_KEY":"CANARY/k","AWS_SESSION_TOKEN":"CANARY/t","AWS_REGION":"eu-west-1","AWS_DEFAULT_REGION":"eu-west-1","AWS_CREDENTIAL_EXPIRATION":"2030-01-02T03:04:05Z","AWS_SESSION_EXPIRATION":"2030-01-02T03:04:05Z","OKTAPIPE_EXPIRES_EPOCH":"1893553445","OKTAPIPE_ROLE":"111122223333/Dev","AWS_VAULT":"111122223333/Dev""#;
    assert_eq!(printed(&words("json"), &document).unwrap(), format!("{{{json}}}\n"));
    assert_eq!(
        printed(&words("nushell"), &document).unwrap(),
        format!("{{\"AWS_PROFILE\":null,\"AWS_DEFAULT_PROFILE\":null,\"AWS_SECURITY_TOKEN\":null,{json}}}\n")
    );
    assert_eq!(
        printed(&words("process"), &document).unwrap(),
        KEYS.replacen('{', "{\"Version\":1,", 1) + "\n"
    );
    // Code is input too, and keeps its role, region and labels.
    let code = printed(&words("sh"), &document).unwrap();
    assert_eq!(printed(&["-f", "dotenv"], &code).unwrap(), lines);
    assert_eq!(printed(&["-f", "json", "--region", "us-east-2", "--label", "X"], &code).unwrap(), {
        format!("{{{},\"X\":\"111122223333/Dev\"}}\n", json.replace("eu-west-1", "us-east-2"))
    });
}

#[test]
fn keys_without_a_token_or_an_end_unset_those_of_others() {
    let bare = keys(&json!({"SessionToken": null, "Expiration": null}));
    let gone = "unset AWS_SESSION_TOKEN AWS_CREDENTIAL_EXPIRATION AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH AWS_VAULT\n";
    let set = "export AWS_ACCESS_KEY_ID='ASIACANARY'\nexport AWS_SECRET_ACCESS_KEY='CANARY/k'\n";
    assert_eq!(
        printed(&["--label", "AWS_VAULT"], &bare).unwrap(),
        format!("unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN\n{gone}{set}")
    );
    assert_eq!(
        printed(&[], &keys(&json!({"SessionToken": ""}))).unwrap().matches("SESSION_TOKEN").count(),
        1
    );
    assert_eq!(
        printed(&["-f", "process"], &bare).unwrap(),
        "{\"Version\":1,\"AccessKeyId\":\"ASIACANARY\",\"SecretAccessKey\":\"CANARY/k\"}\n"
    );
}

#[test]
fn a_profile_gives_the_labels_where_no_flag_does() {
    let config = Config::parse("[profile.default]\nlabel = ['A', 'B']").unwrap();
    let profile = config.profile("default").unwrap();
    let labels = |label: &[&str]| {
        let label = label.iter().map(|name| (*name).to_owned()).collect();
        export::filled(&Export { label, ..Default::default() }, &profile).label
    };
    assert_eq!(labels(&[]), ["A", "B"]);
    assert_eq!(labels(&["C"]), ["C"]);
}

#[test]
fn a_terminal_is_shown_no_secret() {
    for (format, secret) in [
        ("sh", "'(hidden: --reveal)'"),
        ("dotenv", "=(hidden: --reveal)\n"),
        ("fish", "'(hidden: --reveal)';"),
    ] {
        let Ok(Output::Text { plain, masked }) = exported(&["-f", format], KEYS, &[]) else {
            panic!("{format}")
        };
        assert!(plain.expose_secret().contains("CANARY/k") && plain.expose_secret().contains("CANARY/t"));
        assert!(!masked.contains("CANARY/") && masked.contains("ASIACANARY"), "{masked}");
        assert_eq!(masked.matches(secret).count(), 2, "{masked}");
    }
}

#[test]
fn a_step_of_github_masks_what_it_sets() {
    let output = exported(&["-f", "github", "--region", "eu-west-1"], KEYS, &[("GITHUB_ENV", "/x/env")]);
    let Ok(Output::Appended { plain, masked, file, lines }) = output else { panic!("{output:?}") };
    assert_eq!(plain.expose_secret(), "::add-mask::ASIACANARY\n::add-mask::CANARY/k\n::add-mask::CANARY/t\n");
    assert_eq!(file, std::path::Path::new("/x/env"));
    assert!(
        lines.expose_secret().starts_with("AWS_ACCESS_KEY_ID=ASIACANARY\nAWS_SECRET_ACCESS_KEY=CANARY/k\n")
    );
    assert!(!masked.contains("CANARY/") && masked.contains("AWS_REGION=eu-west-1\n"), "{masked}");
    assert_eq!(kind(&["-f", "github"], KEYS), Kind::Config);
}

#[test]
fn the_region_is_the_flag_else_a_variable_else_the_documents() {
    let document = keys(&json!({"_oktapipe": {"v": 1, "region": "eu-central-1"}}));
    let region = |words: &[&str], input: &str, variables: &[(&str, &str)]| {
        let Output::Document(document) =
            exported(&[&["-f", "json"], words].concat(), input, variables).unwrap()
        else {
            panic!()
        };
        assert_eq!(document.text("AWS_REGION"), document.text("AWS_DEFAULT_REGION"));
        document.text("AWS_REGION").map(str::to_owned)
    };
    assert_eq!(region(&[], KEYS, &[]), None);
    assert_eq!(region(&[], &document, &[]).as_deref(), Some("eu-central-1"));
    let variables = [("AWS_DEFAULT_REGION", "eu-west-2"), ("AWS_REGION", "eu-west-1")];
    assert_eq!(region(&[], &document, &variables[..1]).as_deref(), Some("eu-west-2"));
    assert_eq!(region(&[], &document, &variables).as_deref(), Some("eu-west-1"));
    assert_eq!(region(&["--region", "eu-north-1"], &document, &variables).as_deref(), Some("eu-north-1"));
    assert_eq!(region(&["--region", " "], &document, &variables).as_deref(), Some("eu-west-1"));
    assert_eq!(kind(&["--region", "x.example/#"], KEYS), Kind::Config);
}

#[test]
fn what_a_form_cannot_do_is_refused_before_anything_is_read() {
    for words in [
        &["-f", "json", "--unset"][..],
        &["-f", "process", "--on-error", "clear"],
        &["-f", "dotenv", "--unset"],
        &["-f", "windows-cmd"],
        &["--label", "PATH"],
        &["--label", "AWS_PROFILE"],
        &["--label", "AWS_REGION"],
        &["--label", "AWS_DEFAULT_REGION"],
        &["--label", "OKTAPIPE_ROLE"],
        &["--label", "1X"],
        &["--label", "AWS_VAULT", "--label", "A B"],
    ] {
        assert_eq!(kind(words, "not read"), Kind::Usage, "{words:?}");
    }
    for format in ["sh", "fish", "nushell"] {
        assert!(printed(&["-f", format, "--on-error", "clear"], KEYS).is_ok(), "{format}");
    }
}

#[test]
fn many_documents_are_for_json_and_one_is_one() {
    let many = format!("{KEYS}\n{}\n", KEYS.replace("ASIACANARY", "ASIASECOND"));
    let Ok(Output::Lines(lines)) = exported(&["-f", "json"], &many, &[]) else { panic!() };
    let ids: Vec<_> = lines.iter().map(|line| line.as_ref().unwrap().text("AWS_ACCESS_KEY_ID")).collect();
    assert_eq!(ids, [Some("ASIACANARY"), Some("ASIASECOND")]);
    for format in ["sh", "nushell", "process"] {
        assert_eq!(kind(&["-f", format], &many), Kind::WrongDocument);
    }
    assert!(matches!(exported(&["-f", "json"], KEYS, &[]), Ok(Output::Document(_))));
}

#[test]
fn credentials_with_a_fault_are_refused_and_named() {
    for (change, word) in [
        (json!({"AccessKeyId": null}), "AccessKeyId is missing"),
        (json!({"SecretAccessKey": ""}), "SecretAccessKey is missing"),
        (json!({"SessionToken": 7}), "SessionToken is not a string"),
        (json!({"SessionToken": "a b"}), "SessionToken holds a character"),
        (json!({"AccessKeyId": "A$(id)"}), "AccessKeyId holds a character"),
        (json!({"Expiration": "soon"}), "Expiration is not an RFC 3339 time"),
        (json!({"Expiration": 7}), "Expiration is not an RFC 3339 time"),
    ] {
        let error = printed(&[], &keys(&change)).unwrap_err();
        assert_eq!(error.kind(), Some(Kind::WrongDocument));
        assert!(error.to_string().contains(word), "{error}");
    }
    let odd = keys(&json!({"SecretAccessKey": "aZ09/+=_-."}));
    assert!(printed(&[], &odd).unwrap().contains("'aZ09/+=_-.'"));
    assert_eq!(kind(&[], "{\"Credentials\": {}}"), Kind::WrongDocument);
}

#[test]
fn unset_takes_away_what_belongs_to_a_role() {
    assert_eq!(printed(&["--unset"], "").unwrap(), format!("{UNSET}\n"));
    assert_eq!(printed(&["--unset", "--label", "AWS_VAULT"], "").unwrap(), format!("{UNSET} AWS_VAULT\n"));
    assert_eq!(
        printed(&["--unset", "-f", "nu", "--label", "AWS_VAULT"], "").unwrap(),
        format!("{NULLS},\"AWS_VAULT\":null}}\n")
    );
}

#[test]
fn the_code_of_a_failed_pipe_fails_and_clears_if_it_is_asked_to() {
    use crate::cli::{Format, OnError};
    let failed = |format, on_error| {
        export::failed(
            &Export { format, on_error, label: vec!["X".to_owned(), "PATH".to_owned()], ..Export::default() },
            69,
        )
    };
    assert_eq!(failed(Format::Sh, OnError::Keep).as_deref(), Some("(exit 69)\n"));
    assert_eq!(failed(Format::Sh, OnError::Clear), Some(format!("{UNSET} X\n(exit 69)\n")));
    assert_eq!(failed(Format::Elvish, OnError::Keep), None, "it stops by itself");
    assert!(failed(Format::Elvish, OnError::Clear).unwrap().starts_with("unset-env AWS_ACCESS_KEY_ID\n"));
    assert_eq!(failed(Format::Nushell, OnError::Keep), None);
    assert_eq!(failed(Format::Nushell, OnError::Clear), Some(format!("{NULLS},\"X\":null}}\n")));
    for format in [Format::Json, Format::Process, Format::Dotenv] {
        assert_eq!(failed(format, OnError::Clear), None);
    }
}
