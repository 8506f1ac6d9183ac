use super::*;
use crate::http::loopback::{Loopback, answer, client, run};

const ROLE: &str = "arn:aws:iam::123456789012:role/team/Dev";
const PROVIDER: &str = "arn:aws:iam::123456789012:saml-provider/Okta";

fn settings(url: &str, region: Option<&str>) -> AwsSettings {
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
    let aws = settings(server.url.as_str(), Some("eu-west-1"));
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
fn each_refusal_has_its_kind() {
    for (status, code, message, kind) in [
        (
            400,
            "ExpiredTokenException",
            "Token must be redeemed within 5 minutes of issuance",
            Kind::AssertionExpired,
        ),
        (
            400,
            "InvalidIdentityToken",
            "Response signature invalid (Service: X; Status Code: 400)",
            Kind::RoleDenied,
        ),
        (
            400,
            "InvalidIdentityToken",
            "Issuer not present in specified provider (service: x)",
            Kind::RoleDenied,
        ),
        (400, "InvalidIdentityToken", "Specified provider doesn't exist (Service: X)", Kind::RoleDenied),
        (400, "InvalidIdentityToken", "Invalid base64 SAMLResponse (Service: X)", Kind::Protocol),
        (
            400,
            "InvalidIdentityToken",
            "SAML Assertion doesn't contain the requested Role and Metadata in the attributes",
            Kind::NoRole,
        ),
        (400, "InvalidIdentityToken", "RoleSessionName is required in AuthnResponse", Kind::RoleDenied),
        (
            400,
            "InvalidIdentityToken",
            "Source Identity must match [a-z]{2,64} and not begin with aws:",
            Kind::RoleDenied,
        ),
        (400, "InvalidIdentityToken", "Response does not contain the required audience.", Kind::RoleDenied),
        (
            400,
            "InvalidIdentityToken",
            "Responses must contain SubjectConfirmatonData with a Recipient",
            Kind::RoleDenied,
        ),
        (403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML", Kind::RoleDenied),
        (
            400,
            "ValidationError",
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
            Kind::DurationTooLong,
        ),
        (
            400,
            "ValidationError",
            "1 validation error detected: Value '99999' at 'durationSeconds' failed to satisfy constraint: Member must have value less than or equal to 43200",
            Kind::DurationTooLong,
        ),
        (
            400,
            "ValidationError",
            "1 validation error detected: Value '1' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900",
            Kind::Config,
        ),
        (400, "ValidationError", "Request ARN is invalid", Kind::Config),
        (403, "IDPRejectedClaim", "no", Kind::RoleDenied),
        (400, "MalformedPolicyDocument", "no", Kind::Config),
        (400, "PackedPolicyTooLarge", "120%", Kind::Config),
        (403, "RegionDisabledException", "STS is not activated in this region for account:1", Kind::Config),
        (403, "SomethingNew", "no", Kind::RoleDenied),
        (400, "SomethingNew", "no", Kind::Protocol),
    ] {
        let (result, requests) = assume(vec![refusal(status, code, message)]);
        let Err(Error::Failed(failure)) = result else { panic!("{code} {message}: {result:?}") };
        assert_eq!(failure.kind, kind, "{code} {message}");
        assert_eq!(requests.len(), 1, "{code}");
        assert!(failure.message.contains(code), "{}", failure.message);
        assert!(!failure.message.to_ascii_lowercase().contains("(service:"), "{}", failure.message);
        assert_eq!(
            Value::Object(failure.body),
            serde_json::json!({ "Error": { "Code": code, "Message": message }, "RequestId": "r-1" })
        );
    }
}

#[test]
fn throttling_and_server_faults_are_asked_about_again_and_three_times_at_most() {
    for (answers, kind) in [
        (refusal(400, "Throttling", "Rate exceeded"), Kind::RateLimited),
        (refusal(400, "IDPCommunicationError", "no"), Kind::ServiceError),
        (answer(503, "Content-Type: text/html\r\n", "<html><title>Sorry</title>"), Kind::ServiceError),
    ] {
        let (result, requests) = assume(vec![answers.clone(); 4]);
        assert_eq!(result.unwrap_err().kind(), Some(kind));
        assert_eq!(requests.len(), 3, "{kind:?}");
        let (result, _) = assume(vec![answers, success(KEYS)]);
        assert!(result.is_ok(), "{kind:?}");
    }
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
    let aws = settings(server.url.as_str(), Some("eu-west-1"));
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

#[test]
fn credentials_that_aws_does_not_take_have_their_kinds() {
    for (status, code, message, kind) in [
        (403, "ExpiredToken", "The security token included in the request is expired", Kind::SessionExpired),
        (
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
            Kind::AuthenticationFailed,
        ),
        (403, "SignatureDoesNotMatch", "x-amz-security-token:hunter2/token", Kind::AuthenticationFailed),
        (
            403,
            "SignatureDoesNotMatch",
            "Signature expired: 1 is now earlier than 2",
            Kind::AuthenticationFailed,
        ),
        (403, "AccessDenied", "no", Kind::RoleDenied),
    ] {
        let server = Loopback::new(vec![refusal(status, code, message)]);
        let aws = settings(server.url.as_str(), None);
        let error = run(caller_identity(client().connector(), &aws, &credentials(), None)).unwrap_err();
        assert_eq!(error.kind(), Some(kind), "{code}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
    assert!(!format!("{:?}", credentials()).contains("hunter2"));
}

#[test]
fn an_assertion_that_sts_repeats_is_hidden_even_in_part() {
    let piece = "QUJD".repeat(100);
    let message = format!("Value PHNhbWw+/Wg== at sAMLAssertion, {piece}... no");
    let (result, _) = assume(vec![refusal(400, "ValidationError", &message)]);
    let error = format!("{:?}", result.unwrap_err());
    assert!(!error.contains("PHNhbWw") && !error.contains("QUJDQUJD"), "{error}");
}

#[test]
fn a_region_of_another_partition_gives_way() {
    let partition = |name: &str| Partition::from_arn(&format!("arn:{name}:iam::1:role/x"));
    let chosen = settings("http://127.0.0.1:1", Some("eu-west-1"));
    let choice = chosen.region_for(partition("aws").as_ref()).unwrap();
    assert_eq!((choice.name.as_str(), choice.warning), ("eu-west-1", None));
    let choice = chosen.region_for(partition("aws-us-gov").as_ref()).unwrap();
    assert_eq!(choice.name, "us-gov-west-1");
    assert!(choice.warning.unwrap().contains("eu-west-1"));
    assert_eq!(chosen.region_for(partition("aws-new").as_ref()).unwrap().name, "eu-west-1");
    assert_eq!(chosen.region_for(None).unwrap().name, "eu-west-1");
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let load = |variables: &[(&str, &str)]| {
        let environment = AwsEnvironment::choose(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        });
        run(AwsSettings::load(&environment)).map(|settings| settings.region().map(str::to_owned))
    };
    for variables in [
        &[("AWS_REGION", "x.example.com/#")][..],
        &[("AWS_REGION", "EU West")],
        &[("AWS_ENDPOINT_URL_STS", "not a url")],
        &[("AWS_ENDPOINT_URL", "http://example.com")],
        &[("AWS_USE_FIPS_ENDPOINT", "yes")],
    ] {
        let error = load(variables).unwrap_err();
        assert_eq!(error.kind(), Some(Kind::Config), "{variables:?}");
        assert!(error.to_string().contains(variables[0].0), "{error}");
    }
    assert_eq!(
        load(&[("AWS_REGION", " "), ("AWS_DEFAULT_REGION", "eu-west-1")]).unwrap().as_deref(),
        Some("eu-west-1")
    );
    assert_eq!(
        load(&[("AWS_REGION", "a-1"), ("AWS_DEFAULT_REGION", "b-1")]).unwrap().as_deref(),
        Some("a-1")
    );
    let ignored = [
        ("AWS_REGION", "a-1"),
        ("AWS_ENDPOINT_URL", "nonsense"),
        ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true"),
    ];
    assert!(load(&ignored).is_ok());
}
