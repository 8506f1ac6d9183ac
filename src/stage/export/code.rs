//! Code that `export` printed, as the input of `export`.
//!
//! People paste the pipe that they know, and it ends in `oktapipe export`; the shell functions put another one behind it. What is taken is
//! exactly what `export --format sh` prints, and no other code: the variables that are read give the very same text again.

use super::variables::{CLEARED, Found, may_label, script};
use crate::arn;
use crate::document::{Document, HIDDEN};
use crate::error::{Error, Kind};
use crate::shell::{Dialect, OVERRIDING, Script, Statement, read};
use crate::stage::credentials::Credentials;
use crate::stage::wrong_document;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

/// The credentials in the code.
///
/// # Errors
/// [`Error::Upstream`] if it is the code of a pipe that failed; `masked_document` for what a terminal showed; `wrong_document` for code that
/// `export` does not print.
pub(super) fn found(text: &[u8]) -> Result<Found, Error> {
    let text = std::str::from_utf8(text).map_err(|_| other())?;
    if text.contains(HIDDEN) {
        return Err(Error::new(
            Kind::MaskedDocument,
            format!("the secrets in the code were masked on a terminal ({HIDDEN})"),
            "pipe the stages into each other, or run the one before with --reveal",
        ));
    }
    let statements = read(text).ok_or_else(other)?;
    if let Some(Statement::Exit(exit_code)) = statements.last() {
        return Err(if is_failure(text, &statements, *exit_code) {
            Error::Upstream { exit_code: *exit_code, document: Map::new() }
        } else {
            other()
        });
    }
    let found = variables(statements)?;
    let again = script(Dialect::Sh, &found, &found.all(), false)?;
    if again.trim_end() == text.trim_end() { Ok(found) } else { Err(other()) }
}

/// Whether `--on-error` could have made it: the number, and before it what it clears.
fn is_failure(text: &str, statements: &[Statement], exit_code: u8) -> bool {
    let mut script = Script::new(Dialect::Sh);
    let cleared = match statements {
        [Statement::Exit(_)] => return true,
        [Statement::Unset(names), Statement::Exit(_)] => names,
        _ => return false,
    };
    let names: Vec<&str> = cleared.iter().map(String::as_str).collect();
    let labels = names.strip_prefix(&CLEARED).filter(|labels| labels.iter().all(|label| may_label(label)));
    let written = labels.and_then(|_| script.unset(&names).ok()).is_some();
    written && script.failing(exit_code).trim_end() == text.trim_end()
}

/// What the statements set, and the labels that they name. Whether one is missing or contradicts another shows when they are written again.
fn variables(statements: Vec<Statement>) -> Result<Found, Error> {
    let mut set: Vec<(String, SecretString)> = Vec::new();
    let mut labels: Vec<String> = Vec::new();
    for statement in statements {
        let names = match statement {
            Statement::Export(name, value) => {
                set.push((name.clone(), value));
                vec![name]
            }
            Statement::Unset(names) => names,
            Statement::Exit(_) => return Err(other()),
        };
        labels.extend(names.into_iter().filter(|name| may_label(name)));
    }
    let value = |name: &str| set.iter().find(|(set, _)| set == name).map(|(_, value)| value.expose_secret());
    let role = value("OKTAPIPE_ROLE").map(|role| checked_role(role).ok_or_else(other)).transpose()?;
    let members = [
        ("AccessKeyId", "AWS_ACCESS_KEY_ID"),
        ("SecretAccessKey", "AWS_SECRET_ACCESS_KEY"),
        ("SessionToken", "AWS_SESSION_TOKEN"),
        ("Expiration", "AWS_CREDENTIAL_EXPIRATION"),
    ];
    let members: Map<String, Value> = members
        .iter()
        .filter_map(|(member, name)| Some(((*member).to_owned(), value(name)?.into())))
        .collect();
    if !members.contains_key("AccessKeyId") || OVERRIDING.iter().any(|name| value(name).is_some()) {
        return Err(other());
    }
    let region = value("AWS_REGION").map(str::to_owned);
    Ok(Found { credentials: Credentials::read(&Document::from(members))?, region, role, labels })
}

/// ACCOUNT/NAME, if a role of AWS can be called that.
fn checked_role(text: &str) -> Option<String> {
    let (account, name) = text.split_once('/')?;
    arn::assumed_role(&format!("arn:aws:sts::{account}:assumed-role/{name}/session"))
        .filter(|role| role == text)
}

fn other() -> Error {
    wrong_document(
        "stdin holds shell code that export does not print",
        "pipe a document of credentials into it, or what export --format sh printed",
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn code(labels: &[&str], role: Option<&str>, region: Option<&str>, token: Option<&str>) -> String {
        let document = Map::from_iter([
            ("AccessKeyId".to_owned(), "ASIACANARY".into()),
            ("SecretAccessKey".to_owned(), "CANARY/+=".into()),
            ("SessionToken".to_owned(), token.map_or(Value::Null, Value::from)),
            ("Expiration".to_owned(), token.map_or(Value::Null, |_| "2030-01-02T03:04:05Z".into())),
        ]);
        let found = Found {
            credentials: Credentials::read(&Document::from(document)).unwrap(),
            region: region.map(str::to_owned),
            role: role.map(str::to_owned),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        };
        script(Dialect::Sh, &found, &found.all(), false).unwrap()
    }

    fn kind(text: &str) -> Option<Kind> {
        found(text.as_bytes()).err().and_then(|error| error.kind())
    }

    const ROLE: &str = "111122223333/Dev,=@.+_-1";

    #[test]
    fn code_of_export_is_taken_and_cut_code_is_not() {
        let text = code(&["AWS_VAULT"], Some(ROLE), Some("eu-west-1"), Some("TOKEN"));
        let taken = found(text.as_bytes()).unwrap();
        assert_eq!(taken.role.as_deref(), Some(ROLE));
        assert_eq!(taken.region.as_deref(), Some("eu-west-1"));
        assert_eq!(taken.labels, ["AWS_VAULT"]);
        // Without its last line, the label, it is code of export too; `$(...)` takes the last newline.
        let label = text.find("export AWS_VAULT").unwrap();
        for end in (0..text.len() - 1).filter(|end| ![label, label - 1].contains(end)) {
            assert_eq!(kind(&text[..end]), Some(Kind::WrongDocument), "{}", &text[..end]);
        }
    }

    #[test]
    fn code_that_export_does_not_print_is_refused() {
        let text = code(&["AWS_VAULT"], Some(ROLE), Some("eu-west-1"), Some("TOKEN"));
        for (from, to) in [
            ("ASIACANARY", "ASIA CANARY"),
            ("'TOKEN'", "'TO'\\''KEN'"),
            ("AWS_VAULT", "PATH"),
            ("AWS_VAULT", "AWS_PROFILE"),
            ("AWS_VAULT='111122223333", "AWS_VAULT='444455556666"),
            ("OKTAPIPE_ROLE='111122223333", "OKTAPIPE_ROLE='1"),
            ("Dev", "De$v"),
            ("AWS_DEFAULT_REGION='eu-west-1'", "AWS_DEFAULT_REGION='eu-west-2'"),
            ("SESSION_EXPIRATION='2030", "SESSION_EXPIRATION='2031"),
            ("EPOCH='1", "EPOCH='2"),
            ("unset AWS_PROFILE ", "unset "),
            ("unset AWS_PROFILE ", "unset AWS_PROFILE HOME "),
            ("export AWS_SESSION_TOKEN", "export AWS_SECURITY_TOKEN"),
            ("export AWS_ACCESS_KEY_ID", "export AWS_ACCESS_KEY"),
        ] {
            let other = text.replacen(from, to, 2);
            assert_ne!(other, text, "{from}");
            assert_eq!(kind(&other), Some(Kind::WrongDocument), "{other}");
        }
        assert_eq!(kind(&text.replace("CANARY/+=", HIDDEN)), Some(Kind::MaskedDocument));
        let no_id: String =
            text.split_inclusive('\n').filter(|line| !line.contains("ACCESS_KEY_ID")).collect();
        let error = found(no_id.as_bytes()).err().unwrap().to_string();
        assert!(error.starts_with("stdin holds shell code that export does not print"), "{error}");
    }

    #[test]
    fn code_of_a_failed_pipe_is_its_number() {
        let number = |text: &str| match found(text.as_bytes()) {
            Err(Error::Upstream { exit_code, .. }) => Some(exit_code),
            _ => None,
        };
        let cleared = CLEARED.join(" ");
        assert_eq!(number("(exit 77)\n"), Some(77));
        assert_eq!(number(&format!("unset {cleared}\n(exit 69)\n")), Some(69));
        assert_eq!(number(&format!("unset {cleared} AWS_VAULT\n(exit 69)\n")), Some(69));
        for text in [
            "unset HOME\n(exit 69)\n".to_owned(),
            format!("unset {cleared} PATH\n(exit 69)\n"),
            format!("unset {cleared}\nunset A\n(exit 69)\n"),
            format!("unset {cleared}\n"),
        ] {
            assert_eq!(kind(&text), Some(Kind::WrongDocument), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_export_prints_is_read_as_the_same(
            role in proptest::option::of("[0-9]{12}/[A-Za-z0-9_+=,.@-]{1,64}"),
            region in proptest::option::of("(eu|us)-(west|north)-[1-9]"),
            token in proptest::option::of("[A-Za-z0-9/+=]{1,40}"),
            labels in proptest::sample::subsequence(vec!["AWS_VAULT", "AWSUME_PROFILE", "X1"], 0..=3),
        ) {
            let text = code(&labels, role.as_deref(), region.as_deref(), token.as_deref());
            let taken = found(text.as_bytes()).unwrap();
            prop_assert_eq!(script(Dialect::Sh, &taken, &taken.all(), false).unwrap(), text);
            prop_assert_eq!((taken.role, taken.region), (role, region));
        }
    }
}
