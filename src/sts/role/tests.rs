use super::*;
use crate::http::loopback::{Loopback, answer, client, run};
use crate::secret::SecretString;
use crate::sts::AwsEnvironment;

const ROLE: &str = "arn:aws:iam::123456789012:role/team/Ops";
const KEYS: &str = "<Credentials><Expiration>2026-11-22T01:00:00Z</Expiration><SessionToken>t==</SessionToken><SecretAccessKey>s/k</SecretAccessKey><AccessKeyId>ASIA1</AccessKeyId></Credentials>";

fn request() -> RoleRequest {
    RoleRequest {
        role_arn: RoleArn::parse(ROLE).unwrap(),
        session_name: "ada@acme.example".to_owned(),
        duration: 900,
        external_id: Some("e/1".to_owned()),
        source_identity: Some("ada".to_owned()),
        tags: vec![("Project".to_owned(), "a=b".to_owned()), ("Empty".to_owned(), String::new())],
        transitive_tags: vec!["Project".to_owned()],
        policy: Some("{}".to_owned()),
        policy_arns: vec!["arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned()],
    }
}

fn asked(answers: Vec<Vec<u8>>, request: &RoleRequest) -> (Result<Map<String, Value>, Error>, Vec<String>) {
    let server = Loopback::new(answers);
    let environment = AwsEnvironment {
        flag: Some("eu-west-1".to_owned()),
        endpoint_url: Some(server.url.to_string()),
        ..AwsEnvironment::default()
    };
    let aws = run(AwsSettings::load(&environment)).unwrap();
    let credentials = Credentials {
        access_key_id: "ASIAEXAMPLE".to_owned(),
        secret_access_key: SecretString::from("hunter2/key"),
        session_token: Some(SecretString::from("hunter2/token")),
    };
    let result = run(assume_role(client().connector(), &aws, &credentials, request));
    (result, server.requests())
}

fn success(result: &str) -> Vec<u8> {
    let xml = format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult>{result}</AssumeRoleResult></AssumeRoleResponse>"
    );
    answer(200, "Content-Type: text/xml\r\n", &xml)
}

fn refusal(status: u16, code: &str, message: &str) -> Vec<u8> {
    let xml = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error><RequestId>r-1</RequestId></ErrorResponse>"
    );
    answer(status, "Content-Type: text/xml\r\n", &xml)
}

#[test]
fn the_document_is_the_one_that_the_aws_cli_prints() {
    let rest = "<SourceIdentity>ada</SourceIdentity><PackedPolicySize>6</PackedPolicySize><AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/Ops/ada</Arn><AssumedRoleId>AROAX:ada</AssumedRoleId></AssumedRoleUser>";
    let (result, _) = asked(vec![success(&format!("{rest}{KEYS}"))], &request());
    assert_eq!(
        Value::Object(result.unwrap()).to_string(),
        r#"{"Credentials":{"AccessKeyId":"ASIA1","SecretAccessKey":"s/k","SessionToken":"t==","Expiration":"2026-11-22T01:00:00Z"},"AssumedRoleUser":{"AssumedRoleId":"AROAX:ada","Arn":"arn:aws:sts::123456789012:assumed-role/Ops/ada"},"PackedPolicySize":6,"SourceIdentity":"ada"}"#
    );
    for keys in ["", "<Credentials/>", &KEYS.replace("ASIA1", "")] {
        let (result, _) = asked(vec![success(keys)], &request());
        assert_eq!(result.unwrap_err().kind(), Some(Kind::Protocol), "{keys}");
    }
}

#[test]
fn the_call_is_signed_and_says_all_that_was_asked_for() {
    let (_, requests) = asked(vec![success(KEYS)], &request());
    let (head, body) = requests[0].split_once("\r\n\r\n").unwrap();
    assert!(head.contains("AWS4-HMAC-SHA256 Credential=ASIAEXAMPLE/"), "{head}");
    assert!(head.contains("x-amz-security-token: hunter2/token\r\n"), "{head}");
    assert!(!requests[0].contains("hunter2/key"), "{head}");
    let mut pairs: Vec<_> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    pairs.sort();
    let expected = [
        ("Action", "AssumeRole"),
        ("DurationSeconds", "900"),
        ("ExternalId", "e/1"),
        ("Policy", "{}"),
        ("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("RoleArn", ROLE),
        ("RoleSessionName", "ada@acme.example"),
        ("SourceIdentity", "ada"),
        ("Tags.member.1.Key", "Project"),
        ("Tags.member.1.Value", "a=b"),
        ("Tags.member.2.Key", "Empty"),
        ("Tags.member.2.Value", ""),
        ("TransitiveTagKeys.member.1", "Project"),
        ("Version", "2011-06-15"),
    ];
    assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
}

#[test]
fn what_was_not_asked_for_is_not_sent() {
    let bare = RoleRequest {
        external_id: None,
        source_identity: None,
        tags: Vec::new(),
        transitive_tags: Vec::new(),
        policy: None,
        policy_arns: Vec::new(),
        ..request()
    };
    let (_, requests) = asked(vec![success(KEYS)], &bare);
    let body = requests[0].split_once("\r\n\r\n").unwrap().1.to_owned();
    let mut names: Vec<_> =
        url::form_urlencoded::parse(body.as_bytes()).map(|(name, _)| name.into_owned()).collect();
    names.sort();
    assert_eq!(names, ["Action", "DurationSeconds", "RoleArn", "RoleSessionName", "Version"]);
}

#[test]
fn each_refusal_has_its_kind_and_says_what_it_is_about() {
    const USER: &str = "User: arn:aws:sts::1:assumed-role/Dev/ada is not authorized to perform: ";
    for (status, code, message, kind, word) in [
        (403, "AccessDenied", format!("{USER}sts:AssumeRole on resource: {ROLE}"), Kind::RoleDenied, "assume arn"),
        (403, "AccessDenied", format!("{USER}sts:TagSession on resource: {ROLE}"), Kind::RoleDenied, "session tags"),
        (403, "AccessDenied", format!("{USER}sts:SetSourceIdentity"), Kind::RoleDenied, "source identity"),
        (
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.".to_owned(),
            Kind::DurationTooLong,
            "1 hour at most",
        ),
        (
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.".to_owned(),
            Kind::DurationTooLong,
            "does not allow sessions",
        ),
        (400, "ValidationError", "1 validation error detected: Value at roleSessionName".to_owned(), Kind::Config, "the request"),
        (400, "ValidationError", "a transitive tag key that conflicts".to_owned(), Kind::Config, "session tags"),
        (400, "MalformedPolicyDocument", "x".to_owned(), Kind::Config, "malformed"),
        (400, "PackedPolicyTooLarge", "x".to_owned(), Kind::Config, "too large"),
        (403, "NewlyForbidden", "x".to_owned(), Kind::RoleDenied, "AWS refuses arn"),
        (400, "Newly", "hunter2/token".to_owned(), Kind::Protocol, "give the role"),
        (403, "ExpiredToken", "The security token included in the request is expired".to_owned(), Kind::SessionExpired, "expired"),
        (403, "InvalidClientTokenId", "x".to_owned(), Kind::AuthenticationFailed, "does not know these"),
        (403, "RegionDisabledException", "x".to_owned(), Kind::Config, "not activated"),
    ] {
        let (result, _) = asked(vec![refusal(status, code, &message)], &request());
        let error = result.unwrap_err();
        assert_eq!(error.kind(), Some(kind), "{code} {message}");
        let Error::Failed(failure) = &error else { panic!() };
        assert!(failure.message.contains(word) && failure.message.contains(code), "{error}");
        assert_eq!(failure.body["Error"]["Code"], code);
        assert_eq!(failure.body["RequestId"], "r-1");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    // What does not come from STS, or says that STS is ill, is told as for every call.
    let html = || answer(502, "Content-Type: text/html\r\n", "<html>");
    let (result, _) = asked(vec![html(), html(), html()], &request());
    assert_eq!(result.unwrap_err().kind(), Some(Kind::ServiceError));
}
