//! Calls of STS, answered by a server that says what it is told to.

mod refusals;
mod settings;

use super::*;
use crate::http::loopback::{Loopback, answer, client, run};

const ROLE: &str = "arn:aws:iam::123456789012:role/team/Dev";
const PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/Okta";

fn settings_of(url: &str, region: Option<&str>) -> AwsSettings {
    let environment = AwsEnvironment {
        flag: region.map(str::to_owned),
        endpoint_url: Some(url.to_owned()),
        ..AwsEnvironment::default()
    };
    run(AwsSettings::load(&environment)).unwrap()
}

fn request() -> AssumeRequest {
    AssumeRequest {
        role_arn: RoleArn::parse(ROLE).unwrap(),
        principal_arn: PrincipalArn::parse(PROVIDER).unwrap(),
        assertion: SecretString::from("PHNhbWw+\n/Wg=="),
        duration: Some(3600),
        policy: None,
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
    }
}

fn credentials() -> Credentials {
    Credentials {
        access_key_id: "ASIAEXAMPLE".to_owned(),
        secret_access_key: SecretString::from("hunter2/key"),
        session_token: Some(SecretString::from("hunter2/token")),
    }
}

fn assume(answers: Vec<Vec<u8>>) -> (Result<Map<String, Value>, Error>, Vec<String>) {
    let server = Loopback::new(answers);
    let aws = settings_of(server.url.as_str(), Some("eu-west-1"));
    let result = run(assume_role_with_saml(client().connector(), &aws, &request()));
    (result, server.requests())
}

fn success(result: &str) -> Vec<u8> {
    let xml = format!(
        "<AssumeRoleWithSAMLResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleWithSAMLResult>{result}</AssumeRoleWithSAMLResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></AssumeRoleWithSAMLResponse>"
    );
    answer(200, "Content-Type: text/xml\r\n", &xml)
}

fn refusal(status: u16, code: &str, message: &str) -> Vec<u8> {
    let xml = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    );
    answer(status, "Content-Type: text/xml\r\n", &xml)
}

const KEYS: &str = "<Credentials><Expiration>2026-11-22T01:00:00Z</Expiration><SessionToken>t==</SessionToken><SecretAccessKey>s/k</SecretAccessKey><AccessKeyId>ASIA1</AccessKeyId></Credentials>";

#[test]
fn the_document_is_the_one_that_the_aws_cli_prints() {
    let rest = "<SourceIdentity>ada</SourceIdentity><NameQualifier>Sbd=</NameQualifier><Audience>https://signin.aws.amazon.com/saml</Audience><Issuer>http://www.okta.com/exk1</Issuer><SubjectType>persistent</SubjectType><Subject>ada@example.com</Subject><PackedPolicySize>6</PackedPolicySize><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/Dev/ada</Arn><AssumedRoleId>AROAX:ada</AssumedRoleId></AssumedRoleUser>";
    let (result, _) = assume(vec![success(&format!("{rest}{KEYS}"))]);
    assert_eq!(
        Value::Object(result.unwrap()).to_string(),
        r#"{"Credentials":{"AccessKeyId":"ASIA1","SecretAccessKey":"s/k","SessionToken":"t==","Expiration":"2026-11-22T01:00:00Z"},"AssumedRoleUser":{"AssumedRoleId":"AROAX:ada","Arn":"arn:aws:sts::123456789012:assumed-role/Dev/ada"},"PackedPolicySize":6,"Subject":"ada@example.com","SubjectType":"persistent","Issuer":"http://www.okta.com/exk1","Audience":"https://signin.aws.amazon.com/saml","NameQualifier":"Sbd=","SourceIdentity":"ada"}"#
    );
    let (result, _) = assume(vec![success(KEYS)]);
    assert_eq!(result.unwrap().keys().collect::<Vec<_>>(), ["Credentials"]);
}

#[test]
fn the_assertion_is_redeemed_by_an_unsigned_form() {
    let (_, requests) = assume(vec![success(KEYS)]);
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("POST / HTTP/1.1\r\n"), "{head}");
    let head = head.to_ascii_lowercase();
    assert!(head.contains("content-type: application/x-www-form-urlencoded"), "{head}");
    assert!(head.contains("app/oktapipe"), "{head}");
    assert!(!head.contains("authorization") && !head.contains("x-amz-date"), "{head}");
    let mut pairs: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    pairs.sort();
    let expected = [
        ("Action", "AssumeRoleWithSAML"),
        ("DurationSeconds", "3600"),
        ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("PrincipalArn", PROVIDER),
        ("RoleArn", ROLE),
        ("SAMLAssertion", "PHNhbWw+/Wg=="),
        ("Version", "2011-06-15"),
    ];
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert!(body.contains("PHNhbWw%2B%2FWg%3D%3D"), "{body}");
}

#[test]
fn answers_that_are_not_stss_are_protocol_faults() {
    for answers in [
        answer(200, "", "<html><p>Welcome to the hotel"),
        answer(200, "", ""),
        success(""),
        success("<Credentials><AccessKeyId>ASIA1</AccessKeyId></Credentials>"),
        success(&KEYS.replace("s/k", "")),
        success(&KEYS.replace("2026-11-22T01:00:00Z", "soon")),
        answer(403, "Content-Type: text/html\r\n", "<html>Forbidden"),
        answer(302, "Location: https://example.com/\r\n", ""),
    ] {
        let text = String::from_utf8_lossy(&answers).into_owned();
        let (result, requests) = assume(vec![answers; 3]);
        assert_eq!(result.unwrap_err().kind(), Some(Kind::Protocol), "{text}");
        assert_eq!(requests.len(), 1, "{text}");
    }
}

#[test]
fn what_the_http_client_says_comes_through_and_is_not_tried_again() {
    let (result, requests) = assume(vec![b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n<".to_vec(); 3]);
    let error = result.unwrap_err();
    assert_eq!(error.kind(), Some(Kind::Network));
    assert!(error.to_string().contains("broke off"), "{error}");
    assert_eq!(requests.len(), 1);
}

#[test]
fn the_caller_is_named_by_a_call_signed_with_the_given_credentials() {
    let xml = "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><GetCallerIdentityResult><Arn>arn:aws:sts::1:assumed-role/Dev/ada</Arn><UserId>AROAX:ada</UserId><Account>1</Account></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let server = Loopback::new(vec![answer(200, "", xml)]);
    let aws = settings_of(server.url.as_str(), Some("eu-west-1"));
    let document = run(caller_identity(client().connector(), &aws, &credentials(), None)).unwrap();
    assert_eq!(
        Value::Object(document).to_string(),
        r#"{"UserId":"AROAX:ada","Account":"1","Arn":"arn:aws:sts::1:assumed-role/Dev/ada"}"#
    );
    let sent = server.requests().concat();
    assert!(sent.contains("AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/"), "{sent}");
    assert!(sent.contains("/eu-west-1/sts/aws4_request"), "{sent}");
    assert!(sent.contains("x-amz-security-token: hunter2/token\r\n"), "{sent}");
    assert!(!sent.contains("hunter2/key"), "{sent}");
}
