//! STS: curl for the refusals, the AWS CLI for the way that works, xmlsec1 for the signatures.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use oktapipe_sandbox::{Options, Sandbox, Switch};
use serde_json::{Value, json};
use std::process::Command;
use std::time::Duration;
use support::{Browser, assume, aws, encoded, lacks, xml};

const DEV: &str = "arn:aws:iam::111122223333:role/Dev";
const OPS: &str = "arn:aws:iam::111122223333:role/Ops";
const DENIED: &str = "arn:aws:iam::111122223333:role/Denied";
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

/// What xmlsec1 says to the signature at a place in a document; `None` if there is no xmlsec1 and need not be.
fn xmlsec1(sandbox: &Sandbox, document: &str, element: &str, place: &str) -> Option<bool> {
    let folder = sandbox.ca_file().parent().unwrap();
    let (certificate, file) = (folder.join("idp.pem"), folder.join("assertion.xml"));
    std::fs::write(&certificate, sandbox.idp_certificate()).unwrap();
    std::fs::write(&file, document).unwrap();
    let output = Command::new("xmlsec1")
        .args(["--verify", "--enabled-key-data", "x509,rsa", "--id-attr:ID", element])
        .args(["--node-xpath", place, "--pubkey-cert-pem"])
        .args([&certificate, &file])
        .output();
    match output {
        Ok(output) => Some(output.status.success()),
        Err(error) => {
            assert!(lacks(&["xmlsec1"]), "xmlsec1: {error}");
            None
        }
    }
}

#[test]
fn both_signatures_satisfy_xmlsec1_and_cover_everything() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let response = (
        "urn:oasis:names:tc:SAML:2.0:protocol:Response",
        "/*[local-name()='Response']/*[local-name()='Signature']",
    );
    let assertion = (
        "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
        "//*[local-name()='Assertion']/*[local-name()='Signature']",
    );
    let shapes = [
        ("ada", &[][..], "<saml2p:Response "),
        ("noroles", &[], "<saml2:Attribute "),
        ("many", &[], "<ds:Signature "),
        ("china", &[Switch::OtherPrefixes], "<samlp:Response "),
        ("crowd", &[Switch::OtherPrefixes, Switch::RoleBeforeProvider], "<dsig:Signature "),
        ("ada", &[Switch::NoPrefixes, Switch::AttributesReversed], "<Response "),
    ];
    for (login, switches, shape) in shapes {
        let sandbox = self::sandbox();
        switches.iter().for_each(|switch| sandbox.set(*switch));
        let document = xml(&sandbox.assertion(login).unwrap());
        assert!(document.contains(shape), "{document}");
        let changed = document.replace("AttributeValue ", "AttributeValue  ").replace("@acme", "@evil");
        for (element, place) in [response, assertion] {
            let Some(verified) = xmlsec1(&sandbox, &document, element, place) else { return };
            assert!(verified, "{login} {element}");
            assert_eq!(xmlsec1(&sandbox, &changed, element, place), Some(false), "{login} {element}");
        }
    }
}

#[test]
fn an_assertion_is_taken_as_it_is_or_not_at_all() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "assertion");
    let assertion = sandbox.assertion("quote").unwrap();
    let with = |assertion: &str| assume(&browser, DEV, PROVIDER, assertion, &[]);
    assert_eq!(with(&assertion).status, 200);
    assert_eq!(with(&assertion).status, 200, "an assertion may be redeemed more than once");

    let invalid =
        |assertion: &str, message: &str| refused(&with(assertion), 400, "InvalidIdentityToken", message);
    invalid(
        &assertion.replace('+', "&#x2b;"),
        "Invalid base64 SAMLResponse (Service: AWSOpenIdDiscoveryService",
    );
    invalid(&assertion.replacen('+', " ", 1), "Invalid base64 SAMLResponse");
    let (line, rest) = assertion.split_at(76);
    invalid(&format!("{line}\n{rest}"), "Invalid base64 SAMLResponse");
    assert_eq!(with(&format!("{assertion}\n")).status, 200, "a final line break passes");
    invalid(&encoded("no xml"), "Invalid SAMLResponse");
    let document = xml(&assertion);
    for (part, other) in [
        ("role/Dev<", "role/God<"),
        ("Version=\"2.0\"><saml2:Issuer", "Version=\"2.0\" ><saml2:Issuer"),
        ("Success\"></saml2p:StatusCode>", "Success\"/>"),
        ("rsa-sha256", "rsa-sha1"),
    ] {
        assert!(document.contains(part));
        invalid(&encoded(&document.replace(part, other)), "Response signature invalid (Service: AWSOpenId");
    }
    let too_long = with(&"A".repeat(100_004));
    refused(&too_long, 400, "ValidationError", "1 validation error detected: Value at 'sAMLAssertion'");

    sandbox.advance(Duration::from_secs(4 * 60));
    assert_eq!(with(&assertion).status, 200);
    sandbox.advance(Duration::from_secs(60));
    let message = "Token must be redeemed within 5 minutes of issuance";
    refused(&with(&assertion), 400, "ExpiredTokenException", message);
}

#[test]
fn roles_are_given_as_the_assertion_and_the_role_allow() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "roles");
    let assertion = sandbox.assertion("quote").unwrap();
    let ask = |role: &str, provider: &str, more: &[(&str, &str)]| {
        assume(&browser, role, provider, &assertion, more)
    };

    let message = "SAML Assertion doesn't contain the requested Role and Metadata in the attributes";
    let audit = "arn:aws:iam::444455556666:role/Audit";
    refused(&ask(audit, PROVIDER, &[]), 400, "InvalidIdentityToken", message);
    let other_account = "arn:aws:iam::444455556666:saml-provider/OKTA";
    refused(&ask(DEV, other_account, &[]), 400, "InvalidIdentityToken", message);
    refused(&ask(PROVIDER, DEV, &[]), 400, "ValidationError", "Request ARN is invalid");
    let missing = "arn:aws:iam::111122223333:saml-provider/Okta";
    refused(
        &ask(DEV, missing, &[]),
        400,
        "InvalidIdentityToken",
        "Specified provider doesn't exist (Service",
    );
    let foreign = "arn:aws:iam::111122223333:saml-provider/OTHER";
    refused(&ask(DEV, foreign, &[]), 400, "InvalidIdentityToken", "Issuer not present in specified provider");
    refused(
        &ask(DENIED, PROVIDER, &[]),
        403,
        "AccessDenied",
        "Not authorized to perform sts:AssumeRoleWithSAML",
    );

    let exceeds = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
    refused(&ask(OPS, PROVIDER, &[("DurationSeconds", "3601")]), 400, "ValidationError", exceeds);
    assert_eq!(ask(DEV, PROVIDER, &[("DurationSeconds", "43200")]).status, 200);
    for seconds in ["899", "43201"] {
        let got = ask(DEV, PROVIDER, &[("DurationSeconds", seconds)]);
        refused(
            &got,
            400,
            "ValidationError",
            &format!("1 validation error detected: Value '{seconds}' at 'durationSeconds'"),
        );
    }
    let policy = |text: &str| ask(DEV, PROVIDER, &[("Policy", text)]);
    refused(&policy("{"), 400, "MalformedPolicyDocument", "");
    assert_eq!(policy(r#"{"Version":"2012-10-17","Statement":[]}"#).status, 200);
    let many: Vec<String> = (1..=11).map(|number| format!("PolicyArns.member.{number}.arn")).collect();
    let many: Vec<(&str, &str)> =
        many.iter().map(|name| (name.as_str(), "arn:aws:iam::aws:policy/ReadOnlyAccess")).collect();
    assert_eq!(ask(DEV, PROVIDER, &many[..10]).status, 200);
    assert_eq!(ask(DEV, PROVIDER, &many).status, 400);
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

#[test]
fn an_assertion_in_another_dress_is_taken_too() {
    if lacks(&["curl"]) {
        return;
    }
    let plain = xml(&sandbox().assertion("quote").unwrap());
    for switch in
        [Switch::OtherPrefixes, Switch::NoPrefixes, Switch::RoleBeforeProvider, Switch::AttributesReversed]
    {
        let sandbox = sandbox();
        sandbox.set(switch);
        let browser = Browser::new(&sandbox, "dress");
        let assertion = sandbox.assertion("quote").unwrap();
        assert_eq!(assume(&browser, DEV, PROVIDER, &assertion, &[]).status, 200, "{switch:?}");
        let document = xml(&assertion);
        let pair = |document: &str| document.contains(&format!("{DEV},{PROVIDER}"));
        assert_eq!((pair(&document), pair(&plain)), (switch == Switch::RoleBeforeProvider, false));
        let changed = document.replace("role/Dev", "role/Ops");
        let refused_now = assume(&browser, DEV, PROVIDER, &encoded(&changed), &[]);
        refused(&refused_now, 400, "InvalidIdentityToken", "Response signature invalid");
    }
}

#[test]
fn a_crowd_of_roles_fits_just_below_the_limit() {
    if lacks(&["curl"]) {
        return;
    }
    let sandbox = sandbox();
    let browser = Browser::new(&sandbox, "crowd");
    let assertion = sandbox.assertion("crowd").unwrap();
    assert!((99_900..100_000).contains(&assertion.len()), "{}", assertion.len());
    let user = sandbox.users().iter().find(|user| user.short_name() == "crowd").unwrap();
    assert_eq!(user.roles().len(), 250);
    let ask = |name: &str| {
        let role = user.roles().iter().find(|role| role.arn.ends_with(name)).unwrap();
        assume(&browser, &role.arn, &role.provider, &assertion, &[])
    };
    assert_eq!(ask("/Crowd-000-PlatformEngineering").status, 200);
    refused(&ask("/Crowd-Refused"), 403, "AccessDenied", "Not authorized");
    refused(&ask("/Crowd-Throttled"), 400, "Throttling", "Rate exceeded");
    assert_eq!(ask("/Crowd-Throttled").status, 200);
    sandbox.throttle("Crowd-001-PlatformEngineering", 2);
    let statuses = [0; 3].map(|_| ask("/Crowd-001-PlatformEngineering").status);
    assert_eq!(statuses, [400, 400, 200]);
    assert_eq!(ask("/Crowd-002-PlatformEngineering").status, 200);
}

/// What the AWS CLI gets for a further role, with keys as it printed them.
fn further(sandbox: &Sandbox, keys: &Value, arguments: &[&str]) -> Result<Value, String> {
    let at = |name: &str| keys.pointer(&format!("/Credentials/{name}")).and_then(Value::as_str).unwrap();
    let variables = [
        ("AWS_ACCESS_KEY_ID", at("AccessKeyId")),
        ("AWS_SECRET_ACCESS_KEY", at("SecretAccessKey")),
        ("AWS_SESSION_TOKEN", at("SessionToken")),
    ];
    let call = ["sts", "assume-role", "--output", "json", "--role-session-name", "ada", "--role-arn"];
    let (worked, output) = aws(sandbox, &[&call, arguments].concat(), &variables);
    if worked { Ok(serde_json::from_str(&output).unwrap()) } else { Err(output) }
}

#[test]
fn a_further_role_is_given_to_whom_its_trust_policy_names() {
    if lacks(&["curl", "aws"]) {
        return;
    }
    let sandbox = sandbox();
    let assertion = sandbox.assertion("ada").unwrap();
    let dev =
        ["sts", "assume-role-with-saml", "--output", "json", "--principal-arn", PROVIDER, "--role-arn", DEV];
    let (worked, output) = aws(&sandbox, &[&dev[..], &["--saml-assertion", &assertion]].concat(), &[]);
    assert!(worked, "{output}");
    let dev: Value = serde_json::from_str(&output).unwrap();
    let (deployer, partner) =
        ("arn:aws:iam::444455556666:role/chain/Deployer", "arn:aws:iam::999900001111:role/Partner");
    let marked = [deployer, "--tags", "Key=a,Value=b", "--transitive-tag-keys", "a"];
    let second = further(&sandbox, &dev, &marked).unwrap();
    assert_eq!(second["AssumedRoleUser"]["Arn"], "arn:aws:sts::444455556666:assumed-role/Deployer/ada");
    let refused = |keys: &Value, arguments: &[&str], words: &str| {
        let said = further(&sandbox, keys, arguments).unwrap_err();
        assert!(said.contains(words), "{words}: {said}");
    };
    refused(
        &dev,
        &[partner, "--external-id", "acme/42"],
        "is not authorized to perform: sts:AssumeRole on resource",
    );
    refused(&second, &[partner], "(AccessDenied)");
    refused(&second, &[partner, "--external-id", "acme/41"], "(AccessDenied)");
    refused(&second, &[partner, "--external-id", "acme/42", "--tags", "Key=A,Value=c"], "transitive tag");
    refused(
        &dev,
        &[deployer, "--duration-seconds", "3601"],
        "1 hour session limit for roles assumed by role chaining",
    );
    refused(
        &dev,
        &["arn:aws:iam::444455556666:role/Plain", "--source-identity", "ada"],
        "sts:SetSourceIdentity",
    );
    refused(&dev, &[deployer, "--tags", "Key=a!,Value=b"], "tags.1.member.key");
    assert!(further(&sandbox, &second, &[partner, "--external-id", "acme/42"]).is_ok());
    let mut forged = dev.clone();
    forged["Credentials"]["SecretAccessKey"] = "forged".into();
    refused(&forged, &[deployer], "SignatureDoesNotMatch");
    sandbox.advance(Duration::from_secs(3601));
    refused(&dev, &[deployer], "ExpiredToken");
}
