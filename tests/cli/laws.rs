//! Laws of the offline stages, in this process: what one prints the next takes, whatever the login; cut at any byte, it does not.

use clap::Parser;
use oktapipe::assertion::Encoded;
use oktapipe::cli::{Cli, Command};
use oktapipe::context::{Context, Environment};
use oktapipe::document::to_line;
use oktapipe::error::{Error, Kind};
use oktapipe::http::{Http, Log, Settings};
use oktapipe::secret::ExposeSecret;
use oktapipe::stage::{self, Output};
use oktapipe::terminal::{Choice, Terminal, Waiting};
use oktapipe::time::SystemClock;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::cell::RefCell;

/// Nobody is there.
#[derive(Debug)]
struct Nobody;

impl Terminal for Nobody {
    fn ask(&self, _: &str, instead: &str) -> Result<String, Error> {
        Err(Error::new(Kind::NoTerminal, "nobody", instead))
    }
    fn ask_secret(&self, _: &str, instead: &str) -> Result<oktapipe::secret::SecretString, Error> {
        Err(Error::new(Kind::NoTerminal, "nobody", instead))
    }
    fn choose(&self, _: &str, _: &[Choice], instead: &str) -> Result<usize, Error> {
        Err(Error::new(Kind::NoTerminal, "nobody", instead))
    }
    fn can_ask(&self) -> bool {
        false
    }
    fn show(&self, _: &str) {}
    fn waiting(&self, _: &str, _: Option<&str>) -> Option<Box<dyn Waiting + '_>> {
        None
    }
    fn reader_is_gone(&self) -> bool {
        false
    }
}

/// What the stage prints. `AWS_REGION` is no region: `assume` finds that out after it has read its input, and before it asks AWS.
fn run(words: &[&str], stdin: &[u8]) -> Result<String, Error> {
    let cli = Cli::try_parse_from([&["oktapipe"], words].concat()).unwrap();
    let environment: Environment = [("AWS_REGION".into(), "no region".into())].into_iter().collect();
    let http = Http::new(Settings::default(), Log::off());
    let context = Context {
        common: &cli.common,
        environment: &environment,
        clock: &SystemClock,
        terminal: &Nobody,
        http: &http,
        stdin_is_terminal: false,
        stdout_is_terminal: false,
        input: RefCell::new(Box::new(stdin)),
        warn: &|_| {},
    };
    let output = match &cli.command {
        Command::SamlRoles(arguments) => stage::saml_roles::run(arguments, &context)?,
        Command::Export(arguments) => stage::export::run(arguments, &context)?,
        Command::Assume(arguments) => {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            runtime.block_on(stage::assume::run(arguments, &context))?
        }
        other => panic!("{}", other.name()),
    };
    Ok(match output {
        Output::Document(document) => to_line(&document),
        Output::Lines(lines) => lines.into_iter().map(|line| to_line(&line.unwrap())).collect(),
        Output::Text { plain, .. } => plain.expose_secret().to_owned(),
        other => panic!("{other:?}"),
    })
}

fn kind(words: &[&str], stdin: &[u8]) -> (Option<Kind>, String) {
    match run(words, stdin) {
        Ok(text) => panic!("{words:?} takes {} and prints {text}", String::from_utf8_lossy(stdin)),
        Err(error) => (error.kind(), error.to_string()),
    }
}

/// A role of an account and a name.
fn role(role: &(u64, String)) -> (String, String) {
    (
        format!("arn:aws:iam::{:012}:role/{}", role.0, role.1),
        format!("arn:aws:iam::{:012}:saml-provider/OKTA", role.0),
    )
}

fn response(roles: &[(u64, String)]) -> Encoded {
    let value = |pair: &(u64, String)| {
        let (role, provider) = role(pair);
        format!(
            "<AttributeValue>{provider},{}</AttributeValue>",
            role.replace('&', "&amp;").replace('<', "&lt;")
        )
    };
    let values: String = roles.iter().map(value).collect();
    let xml = format!(
        "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'><AttributeStatement>\
         <Attribute Name='https://aws.amazon.com/SAML/Attributes/Role'>{values}</Attribute></AttributeStatement></Assertion></p:Response>"
    );
    Encoded::from_xml(xml.as_bytes()).unwrap()
}

fn roles() -> impl Strategy<Value = Vec<(u64, String)>> {
    prop::collection::btree_set(
        (0..1_000_000_000_000_u64, "([a-z&<;]{1,5}/){0,2}[A-Za-z0-9_+=,.@-]{1,20}"),
        1..6,
    )
    .prop_map(|roles| roles.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_saml_roles_prints_assume_takes(roles in roles(), pick in any::<prop::sample::Index>(), at in any::<prop::sample::Index>()) {
        let encoded = response(&roles);
        let form = json!({"SAMLResponse": encoded.base64(), "RelayState": "", "_oktapipe": {"v": 1, "cookies": {"sid": "CANARY"}}}).to_string();
        let wanted = role(&roles[pick.index(roles.len())]);
        let settled = run(&["saml-roles", "--role", &wanted.0], form.as_bytes()).unwrap();
        let document: Value = serde_json::from_str(&settled).unwrap();
        prop_assert_eq!((&document["RoleArn"], &document["PrincipalArn"]), (&json!(wanted.0), &json!(wanted.1)));
        prop_assert_eq!(document["SAMLAssertion"].as_str(), Some(encoded.base64()));
        prop_assert!(!settled.contains("CANARY"), "cookies end here");
        let all = run(&["saml-roles"], form.as_bytes()).unwrap();
        let lines = run(&["saml-roles", "--each"], form.as_bytes()).unwrap();
        let skeleton = run(&["saml-roles", "--skeleton", "--role", &wanted.0], form.as_bytes()).unwrap();
        prop_assert_eq!(lines.lines().count(), roles.len());
        // The region is what it stumbles over: the document was taken.
        for (words, text) in [(vec!["assume"], &settled), (vec!["assume", "--role", &wanted.0], &all), (vec!["assume"], &skeleton)] {
            let (kind, said) = kind(&words, text.as_bytes());
            prop_assert!(kind == Some(Kind::Config) && said.contains("no region"), "{} {}", said, text);
        }
        for (words, text) in [(&["saml-roles"], &form), (&["assume"], &settled), (&["assume"], &skeleton), (&["assume"], &lines)] {
            let text = text.trim_end();
            let cut = &text.as_bytes()[..at.index(text.len())];
            // Cut between two lines, fewer documents are whole ones.
            if !cut.ends_with(b"}") && !cut.ends_with(b"\n") {
                let (kind, said) = kind(words, cut);
                prop_assert!(matches!(kind, Some(Kind::WrongDocument | Kind::NoDocument)), "{} {}", said, text);
            }
        }
        prop_assert_eq!(kind(&["export"], settled.as_bytes()).0, Some(Kind::WrongDocument));
        prop_assert_eq!(kind(&["saml-roles"], settled.as_bytes()).0, Some(Kind::WrongDocument));
    }

    #[test]
    fn every_way_to_hand_over_an_assertion_gives_one_document(roles in roles()) {
        let encoded = response(&roles);
        let base64 = encoded.base64();
        let page = format!("<form><input name=SAMLResponse value='{}'></form>", base64.replace('+', "&#x2b;").replace('=', "&#x3d;"));
        let expected = run(&["saml-roles"], json!({"SAMLResponse": base64}).to_string().as_bytes()).unwrap();
        let wrapped: String = base64.chars().enumerate().map(|(i, c)| if i % 76 == 75 { format!("{c}\n") } else { c.to_string() }).collect();
        for text in [page.as_bytes(), base64.as_bytes(), wrapped.as_bytes(), encoded.xml(), base64.replace('+', "&#43;").as_bytes()] {
            prop_assert_eq!(&run(&["saml-roles"], text).unwrap(), &expected);
        }
    }

    #[test]
    fn what_export_prints_says_what_came(key in "[A-Za-z0-9/+=]{1,40}", token in "[A-Za-z0-9/+=_.-]{1,80}", at in any::<prop::sample::Index>()) {
        let keys = json!({"AccessKeyId": "ASIACANARY", "SecretAccessKey": key, "SessionToken": token, "Expiration": "2026-03-01T11:15:57Z"});
        let process = run(&["export", "--format", "process", "--region", "eu-west-1"], json!({"Credentials": keys}).to_string().as_bytes()).unwrap();
        let again: Value = serde_json::from_str(&process).unwrap();
        prop_assert!(keys.as_object().unwrap().iter().all(|(name, value)| again[name] == *value), "{}", process);
        // Its own output is input, and comes out the same.
        prop_assert_eq!(run(&["export", "--format", "process", "--region", "eu-west-1"], process.as_bytes()).unwrap(), process.clone());
        let code = run(&["export", "--region", "eu-west-1"], process.as_bytes()).unwrap();
        prop_assert!(code.contains(&format!("export AWS_SECRET_ACCESS_KEY='{key}'\n")), "{}", code);
        prop_assert!(code.contains(&format!("export AWS_SESSION_TOKEN='{token}'\n")), "{}", code);
        let cut = &process.as_bytes()[..at.index(process.trim_end().len())];
        prop_assert!(matches!(kind(&["export", "--region", "eu-west-1"], cut).0, Some(Kind::WrongDocument | Kind::NoDocument)));
    }

    #[test]
    fn an_error_document_passes_every_stage_with_its_number(code in 1..=255_u8, message in "\\PC{0,20}") {
        let document = json!({"errorCode": "E0000004", "_oktapipe": {"v": 1, "error": {"exit_code": code, "message": message}}});
        for words in [&["saml-roles"][..], &["assume"], &["export"]] {
            match run(words, document.to_string().as_bytes()) {
                Err(Error::Upstream { exit_code, document: passed }) => {
                    prop_assert_eq!(exit_code, code);
                    prop_assert_eq!(Value::Object(passed), document.clone());
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
