//! STS: curl for the refusals, the AWS CLI for the way that works, xmlsec1 for the signatures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod assertions;
mod further;
mod roles;
#[path = "../support/mod.rs"]
mod support;

use oktapipe_sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use std::time::Duration;
use support::{Browser, assume, aws, lacks};

const DEV: &str = "arn:aws:iam::111122223333:role/Dev";
const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/OKTA";

fn sandbox() -> Sandbox {
    Sandbox::start(Options::default()).unwrap()
}

fn member(body: &str, name: &str) -> String {
    let rest = body.split_once(&format!("<{name}>")).map_or("", |(_, rest)| rest);
    rest.split_once(&format!("</{name}>")).map_or("", |(value, _)| value).to_owned()
}

/// Asserts a refusal: its status, its code, and how its message begins.
fn refused(got: &support::Got, status: u16, code: &str, message: &str) {
    let found = (got.status, member(&got.body, "Code"), member(&got.body, "Message"));
    assert!(found.0 == status && found.1 == code && found.2.starts_with(message), "{found:?}");
    assert_eq!(got.header("content-type"), "text/xml");
}

#[test]
fn the_aws_cli_gets_credentials_and_is_who_it_says() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    for (login, role, provider, arn) in [
        (
            "ada",
            "arn:aws:iam::111122223333:role/team/platform/Deploy",
            PROVIDER,
            "arn:aws:sts::111122223333:assumed-role/Deploy/ada@acme.example",
        ),
        (
            "china",
            "arn:aws-cn:iam::777788889999:role/Dev",
            "arn:aws-cn:iam::777788889999:saml-provider/OKTA",
            "arn:aws-cn:sts::777788889999:assumed-role/Dev/china@acme.example",
        ),
    ] {
        let assertion = sandbox.assertion(login).unwrap();
        let arguments = [
            "sts",
            "assume-role-with-saml",
            "--output",
            "json",
            "--role-arn",
            role,
            "--principal-arn",
            provider,
        ];
        let (worked, output) =
            aws(&sandbox, &[arguments.as_slice(), &["--saml-assertion", &assertion]].concat(), &[]);
        assert!(worked, "{output}");
        let result: Value = serde_json::from_str(&output).unwrap();
        let at =
            |pointer: &str| result.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        assert_eq!(at("/AssumedRoleUser/Arn"), arn);
        assert_eq!(at("/SubjectType"), "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
        assert!(at("/Credentials/SecretAccessKey").contains("CANARY"));

        let (key, secret) = (at("/Credentials/AccessKeyId"), at("/Credentials/SecretAccessKey"));
        let token = at("/Credentials/SessionToken");
        let whoami = |secret: &str, token: &str| {
            let credentials = [("AWS_ACCESS_KEY_ID", key.as_str()), ("AWS_SECRET_ACCESS_KEY", secret)];
            let credentials = [credentials.as_slice(), &[("AWS_SESSION_TOKEN", token)]].concat();
            aws(&sandbox, &["sts", "get-caller-identity", "--output", "json"], &credentials)
        };
        let (worked, output) = whoami(&secret, &token);
        assert!(worked && output.contains(&format!("\"{arn}\"")), "{output}");
        if login == "ada" {
            assert!(whoami(&format!("{}x", &secret[1..]), &token).1.contains("SignatureDoesNotMatch"));
            assert!(whoami(&secret, &format!("{token}x")).1.contains("InvalidClientTokenId"));
            sandbox.advance(Duration::from_secs(3601));
            assert!(whoami(&secret, &token).1.contains("ExpiredToken"));
        }
    }
}

#[test]
fn what_is_no_call_is_refused() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "calls");
    let send = |body: &str| browser.curl(&sandbox.sts(), &[], Some(body));
    refused(&send("Action=DoIt&Version=2011-06-15"), 400, "InvalidAction", "Could not find operation DoIt");
    refused(&send("Action=GetCallerIdentity&Version=2011-06-15"), 403, "MissingAuthenticationToken", "");
    let empty = send("Action=AssumeRoleWithSAML&Version=2011-06-15");
    refused(&empty, 400, "ValidationError", "3 validation errors detected: Value null at 'roleArn'");
    let (worked, output) = aws(
        &sandbox,
        &["sts", "get-caller-identity"],
        &[("AWS_ACCESS_KEY_ID", "AKIANOTOURS000000000"), ("AWS_SECRET_ACCESS_KEY", "x")],
    );
    assert!(!worked && output.contains("InvalidClientTokenId"), "{output}");
}

#[test]
fn credentials_open_the_console_for_a_quarter_of_an_hour() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "console");
    let credentials = assume(&browser, DEV, PROVIDER, &sandbox.assertion("solo").unwrap(), &[]).body;
    let session = |secret: &str| {
        let (key, token) = (member(&credentials, "AccessKeyId"), member(&credentials, "SessionToken"));
        let session = json!({ "sessionId": key, "sessionKey": secret, "sessionToken": token });
        let form = ["--data-urlencode", &format!("Session={session}"), "-d", "Action=getSigninToken"];
        browser.curl(&sandbox.federation(), &form, None)
    };
    assert_eq!(session("wrong").status, 400);
    let token = session(&member(&credentials, "SecretAccessKey")).at("/SigninToken");
    let console = "Destination=https%3A%2F%2Fconsole.aws.amazon.com%2F";
    let login = format!("{}?Action=login&{console}&SigninToken={token}", sandbox.federation());
    assert_eq!(browser.get(&login).header("location"), "https://console.aws.amazon.com/");
    sandbox.advance(Duration::from_secs(15 * 60));
    assert_eq!(browser.get(&login).status, 400);
}
