//! Laws of the documents between the stages, held by the stages themselves without a process or a network: what passes through, what is kept, and
//! what is refused when it was cut; and word for word, in `forms` and `picks`, what the stages print that are offline. A stage that would go on to the network is read up to there: [`is_taken`] says whether it takes the input.

mod forms;
mod picks;
mod roles;
mod world;

use super::*;
use crate::assertion::Encoded;
use crate::cli::{Cli, Command};
use crate::context::{Environment, Profiles};
use crate::http::{Http, Log, Settings};
use crate::terminal::{Choice, Nobody, Terminal, Waiting};
use crate::time::SystemClock;
use clap::Parser;
use proptest::prelude::*;
use serde_json::json;
use std::cell::RefCell;

/// Whoever reads stdout has gone: a stage that takes its input ends there, before it sends anything.
const GONE: Nobody = Nobody { reader_is_gone: true };

fn run(words: &[&str], input: &[u8]) -> Result<String, Error> {
    // The one stage that has a flag which it cannot do without.
    let further: &[&str] = match words {
        ["assume-role", ..] => &["--role", DEV, "--session-name", "ada"],
        _ => &[],
    };
    let cli = Cli::try_parse_from(["oktapipe"].iter().chain(words).chain(further)).unwrap();
    let variables = [("MFA_CODE", "123456"), ("OKTA_APP_ID", "0oa1"), ("AWS_REGION", "us-east-1")];
    let environment: Environment = variables.iter().map(|(n, v)| (n.into(), v.into())).collect();
    // What gets as far as a request is refused by the proxy, not by anybody's server.
    let proxies = crate::http::Proxies::choose(|name| {
        (name.eq_ignore_ascii_case("https_proxy")).then(|| "http://127.0.0.1:1".to_owned())
    });
    let http = Http::new(Settings { proxies, ..Settings::default() }, Log::off());
    let context = Context {
        common: &cli.common,
        environment: &environment,
        profiles: &Profiles::default(),
        clock: &SystemClock,
        terminal: &GONE,
        http: &http,
        stdin_is_terminal: false,
        stdout_is_terminal: false,
        input: RefCell::new(Box::new(input)),
        warn: &|_| {},
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let output = match &cli.command {
        Command::FactorVerify(arguments) => runtime.block_on(factor_verify::run(arguments, &context)),
        Command::Session(arguments) => runtime.block_on(session::run(arguments, &context)),
        Command::SamlFetch(arguments) => runtime.block_on(saml_fetch::run(arguments, &context)),
        Command::SamlRoles(arguments) => saml_roles::run(arguments, &context),
        Command::Assume(arguments) => runtime.block_on(assume::run(arguments, &context)),
        Command::Export(arguments) => export::run(arguments, &context),
        Command::CallerIdentity(arguments) => runtime.block_on(caller_identity::run(arguments, &context)),
        Command::Console(arguments) => runtime.block_on(console::run(arguments, &context)),
        Command::AssumeRole(arguments) => runtime.block_on(assume_role::run(arguments, &context)),
        other => panic!("{}", other.name()),
    };
    Ok(match output? {
        Output::Document(document) => document::to_line(&document),
        Output::Text { plain, .. } => secrecy::ExposeSecret::expose_secret(&plain).to_owned(),
        Output::Lines(lines) => lines
            .into_iter()
            .map(|line| line.map(|document| document::to_line(&document)))
            .collect::<Result<_, _>>()?,
        other @ Output::Appended { .. } => panic!("{other:?}"),
    })
}

/// The stages that read a document, each with what it takes.
const STAGES: [&str; 9] = [
    "factor-verify",
    "session",
    "saml-fetch",
    "saml-roles",
    "assume",
    "export",
    "caller-identity",
    "assume-role",
    "console",
];

/// Whether a stage that goes on to the network took its input: it failed for want of a reader or of the network, not for its input.
fn is_taken(result: &Result<String, Error>) -> bool {
    match result {
        Ok(_) | Err(Error::ReaderGone) => true,
        Err(error) => error.kind() == Some(Kind::Network),
    }
}

const ORG: &str = "https://acme.okta.com";
const DEV: &str = "arn:aws:iam::111122223333:role/Dev";
const IDP: &str = "arn:aws:iam::111122223333:saml-provider/OKTA";

fn saml() -> String {
    let xml = format!(
        "<p:Response xmlns:p='urn:oasis:names:tc:SAML:2.0:protocol'><Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'><AttributeStatement>\
         <Attribute Name='https://aws.amazon.com/SAML/Attributes/Role'><AttributeValue>{IDP},{DEV}</AttributeValue></Attribute>\
         </AttributeStatement></Assertion></p:Response>"
    );
    Encoded::from_xml(xml.as_bytes()).unwrap().base64().to_owned()
}

/// What the stage before each stage prints.
fn input_of(stage: &str) -> Value {
    let verify = format!("{ORG}/api/v1/authn/factors/f1/verify");
    match stage {
        "factor-verify" => json!({"stateToken": "CANARY", "status": "MFA_REQUIRED", "_embedded": {"factors":
            [{"id": "f1", "factorType": "token:software:totp", "provider": "GOOGLE", "_links": {"verify": {"href": verify}}}]}}),
        "session" => json!({"status": "SUCCESS", "sessionToken": "CANARY"}),
        "saml-fetch" => json!({"id": "CANARY", "userId": "u", "status": "ACTIVE"}),
        "saml-roles" => {
            json!({"SAMLResponse": saml(), "RelayState": "", "action": "https://signin.aws.amazon.com/saml"})
        }
        "assume" => {
            json!({"SAMLAssertion": saml(), "RoleArn": DEV, "PrincipalArn": IDP, "Roles": [{"RoleArn": DEV, "PrincipalArn": IDP}]})
        }
        _ => {
            json!({"Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "CANARY/k", "SessionToken": "CANARY/t", "Expiration": "2030-01-02T03:04:05Z"}})
        }
    }
}

/// Any JSON, names of members beginning with `later` so that they are nobody's.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[\\x00-\\x1f\u{7f}-\u{9f}\u{202e}\"\\\\]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("later[a-z]{0,6}", inner, 0..3)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn members() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::btree_map("later[a-z]{0,6}", value(), 0..4)
        .prop_map(|members| members.into_iter().collect())
}

/// The stage's input with members of a later version in it, and a context beside it.
fn with(stage: &str, more: &Map<String, Value>, context: &Map<String, Value>) -> Value {
    let mut document = input_of(stage);
    let members = document.as_object_mut().unwrap();
    members.extend(more.clone());
    let mut reserved = Map::from_iter([("v".to_owned(), json!(1)), ("org".to_owned(), json!(ORG))]);
    reserved.extend(context.clone());
    members.insert(document::RESERVED.to_owned(), reserved.into());
    document
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_passes_through_keeps_every_member(more in members(), context in members()) {
        for (stage, of) in [("factor-verify", "session"), ("factor-verify", "saml-fetch"), ("factor-verify", "saml-roles"), ("saml-fetch", "saml-roles")] {
            let document = with(of, &more, &context);
            let passed = run(&[stage], document.to_string().as_bytes());
            prop_assert_eq!(parse(&passed.unwrap()), document, "{} {}", stage, of);
        }
    }

    #[test]
    fn of_the_input_only_the_context_travels(more in members(), context in members()) {
        let document = with("saml-roles", &more, &context);
        let printed = parse(&run(&["saml-roles"], document.to_string().as_bytes()).unwrap());
        for name in more.keys() {
            prop_assert!(printed.get(name).is_none(), "{}", name);
        }
        for (name, value) in &context {
            prop_assert_eq!(printed["_oktapipe"].get(name), Some(value));
        }
        prop_assert_eq!(&printed["_oktapipe"]["org"], ORG);
        // As the AWS CLI's own input, nothing travels: it refuses what it does not know.
        let skeleton = parse(&run(&["saml-roles", "--skeleton"], document.to_string().as_bytes()).unwrap());
        let names: Vec<&String> = skeleton.as_object().unwrap().keys().collect();
        prop_assert_eq!(names, ["RoleArn", "PrincipalArn", "DurationSeconds", "SAMLAssertion"]);
    }

    #[test]
    fn each_stage_takes_a_document_with_members_that_nobody_knows(more in members(), context in members()) {
        for stage in STAGES {
            let result = run(&[stage], with(stage, &more, &context).to_string().as_bytes());
            prop_assert!(is_taken(&result), "{}: {:?}", stage, result);
        }
    }

    #[test]
    fn an_error_document_passes_every_stage_with_its_number(more in members(), code in 1u8.., at in 0usize..9) {
        let stage = STAGES[at];
        let mut document = with(stage, &more, &Map::new());
        document["_oktapipe"]["error"] = json!({"stage": "authn", "kind": "later_kind", "exit_code": code, "later": more});
        match run(&[stage], document.to_string().as_bytes()) {
            Err(Error::Upstream { exit_code, document: passed }) => {
                prop_assert_eq!(exit_code, code);
                prop_assert_eq!(Value::Object(passed), document);
            }
            other => prop_assert!(false, "{}: {:?}", stage, other),
        }
    }

    #[test]
    fn no_number_of_an_error_document_is_a_success(number in value(), at in 0usize..9) {
        let mut document = input_of(STAGES[at]);
        document["_oktapipe"] = json!({"error": {"exit_code": number}});
        match run(&[STAGES[at]], document.to_string().as_bytes()) {
            Err(Error::Upstream { exit_code, .. }) => prop_assert!(exit_code > 0),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn a_document_of_a_later_version_is_refused_by_every_stage(version in 2u64.., at in 0usize..9) {
        let mut document = with(STAGES[at], &Map::new(), &Map::new());
        document["_oktapipe"]["v"] = json!(version);
        prop_assert_eq!(run(&[STAGES[at]], document.to_string().as_bytes()).unwrap_err().kind(), Some(Kind::WrongDocument));
    }

    #[test]
    fn any_json_is_a_document_or_a_refusal_that_has_a_number(document in value(), at in 0usize..9) {
        if let Err(error) = run(&[STAGES[at]], document.to_string().as_bytes()) {
            prop_assert!(error.kind().is_some_and(|kind| kind.exit_code() > 0), "{:?}", error);
        }
    }
}

#[test]
fn each_stages_output_is_the_next_ones_input_and_refused_when_cut_at_any_byte() {
    let roles = run(&["saml-roles"], input_of("saml-roles").to_string().as_bytes()).unwrap();
    for (stage, printed) in STAGES
        .map(|stage| (stage, format!("{}\n", with(stage, &Map::new(), &Map::new()))))
        .iter()
        .cloned()
        .chain([("assume", roles)])
    {
        let whole = run(&[stage], printed.as_bytes());
        assert!(is_taken(&whole), "{stage}: {whole:?}");
        let body = printed.trim_end();
        for at in 0..body.len() {
            let error = run(&[stage], &body.as_bytes()[..at]).unwrap_err();
            let expected = if at == 0 { Kind::NoDocument } else { Kind::WrongDocument };
            assert_eq!(error.kind(), Some(expected), "{stage} at {at}");
        }
    }
}

#[test]
fn many_documents_cut_at_any_byte_have_no_effect_or_are_whole_lines() {
    let line = format!("{}\n", input_of("export"));
    let many = line.repeat(3);
    for at in 0..many.len() {
        match run(&["export", "--format", "json"], &many.as_bytes()[..at]) {
            // Cut between two documents, nobody can tell.
            Ok(printed) => {
                assert!(at % line.len() == 0 || at % line.len() == line.len() - 1, "{at}");
                assert_eq!(printed.lines().count(), at.div_ceil(line.len()), "{at}");
            }
            Err(error) => {
                assert!(matches!(error.kind(), Some(Kind::WrongDocument | Kind::NoDocument)), "{at}")
            }
        }
    }
}
