use super::*;
use crate::arn::Partition;
use crate::http::loopback::{Loopback, answer, client, run};

fn partition(name: &str) -> Partition {
    Partition::from_arn(&format!("arn:{name}:iam::1:role/x")).unwrap()
}

#[test]
fn each_partition_signs_in_at_its_own_hosts() {
    for (name, region, site, home) in [
        ("aws", None, "signin.aws.amazon.com", Some("console.aws.amazon.com/console/home")),
        (
            "aws",
            Some("us-east-1"),
            "signin.aws.amazon.com",
            Some("us-east-1.console.aws.amazon.com/console/home?region=us-east-1"),
        ),
        (
            "aws",
            Some("eu-west-1"),
            "eu-west-1.signin.aws.amazon.com",
            Some("eu-west-1.console.aws.amazon.com/console/home?region=eu-west-1"),
        ),
        ("aws-cn", None, "signin.amazonaws.cn", Some("console.amazonaws.cn/console/home")),
        (
            "aws-cn",
            Some("cn-northwest-1"),
            "cn-northwest-1.signin.amazonaws.cn",
            Some("cn-northwest-1.console.amazonaws.cn/console/home?region=cn-northwest-1"),
        ),
        (
            "aws-us-gov",
            None,
            "signin.amazonaws-us-gov.com",
            Some("console.amazonaws-us-gov.com/console/home"),
        ),
        (
            "aws-eusc",
            None,
            "eusc-de-east-1.signin.amazonaws-eusc.eu",
            Some("console.amazonaws-eusc.eu/console/home"),
        ),
        ("aws-iso", None, "us-iso-east-1.signin.c2shome.ic.gov", None),
        ("aws-iso-b", None, "us-isob-east-1.signin.sc2shome.sgov.gov", None),
        ("aws-iso-e", None, "eu-isoe-west-1.signin.csphome.adc-e.uk", None),
        ("aws-iso-f", Some("us-isof-east-1"), "us-isof-east-1.signin.csphome.hci.ic.gov", None),
    ] {
        let partition = partition(name);
        let found = Site::of(&partition, region).unwrap();
        assert_eq!(found.federation().as_str(), format!("https://{site}/federation"), "{name}");
        let found = console(&partition, region, None).map(String::from);
        assert_eq!(found, home.map(|home| format!("https://{home}")), "{name}");
    }
    assert_eq!(Site::of(&partition("aws-new"), Some("x-1")), None);
    let service = console(&partition("aws"), Some("eu-west-1"), Some("s3")).unwrap();
    assert_eq!(service.as_str(), "https://eu-west-1.console.aws.amazon.com/s3/home?region=eu-west-1");
    let site = Site::at(Url::parse("http://localhost:1/sub/").unwrap());
    assert_eq!(site.federation().as_str(), "http://localhost:1/sub/federation");
}

fn asked(status: u16, body: &str, duration: Option<u32>) -> (Result<SecretString, Error>, String) {
    let server = Loopback::new(vec![answer(status, "Content-Type: application/json\r\n", body)]);
    let site = Site::at(server.url.clone());
    let (secret, token) = (SecretString::from("hunter2/key"), SecretString::from("hunter2+token=="));
    let session = Session { access_key_id: "ASIA1", secret_access_key: &secret, session_token: &token };
    let result = run(signin_token(&client(), &site, session, duration));
    (result, server.requests().concat())
}

#[test]
fn the_token_is_asked_for_by_a_form_and_nothing_is_in_the_address() {
    for (duration, more) in [(None, ""), (Some(900), "SessionDuration=900&")] {
        let (result, request) = asked(200, r#"{"SigninToken":"VC/1+x=","later":1}"#, duration);
        assert_eq!(result.unwrap().expose_secret(), "VC/1+x=");
        let (head, body) = request.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("POST /federation HTTP/1.1\r\n"), "{head}");
        let session = "%7B%22sessionId%22%3A%22ASIA1%22%2C%22sessionKey%22%3A%22hunter2%2Fkey%22%2C%22sessionToken%22%3A%22hunter2%2Btoken%3D%3D%22%7D";
        assert_eq!(body, format!("Action=getSigninToken&{more}Session={session}"));
    }
}

#[test]
fn an_answer_without_a_token_has_its_kind() {
    let long = format!("{{\"SigninToken\":\"{}\"}}", "x".repeat(TOKEN_LIMIT + 1));
    for (status, body, kind) in [
        (400, "", Kind::AuthenticationFailed),
        (401, "<html>", Kind::AuthenticationFailed),
        (403, "{}", Kind::AuthenticationFailed),
        (429, "", Kind::RateLimited),
        (500, "", Kind::ServiceError),
        (999, "", Kind::ServiceError),
        (302, "", Kind::Protocol),
        (404, "", Kind::Protocol),
        (204, "", Kind::Protocol),
        (200, "", Kind::Protocol),
        (200, "<html>", Kind::Protocol),
        (200, "[]", Kind::Protocol),
        (200, "{}", Kind::Protocol),
        (200, r#"{"SigninToken":7}"#, Kind::Protocol),
        (200, r#"{"SigninToken":""}"#, Kind::Protocol),
        (200, r#"{"SigninToken":"a b"}"#, Kind::Protocol),
        (200, r#"{"SigninToken":"a","SigninToken":"b"}"#, Kind::Protocol),
        (200, &long, Kind::Protocol),
    ] {
        let (result, _) = asked(status, body, None);
        let error = result.unwrap_err();
        assert_eq!(error.kind(), Some(kind), "{status} {body:.40}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }
}

#[test]
fn the_address_holds_each_part_once_and_encoded() {
    let site = Site::of(&partition("aws"), None).unwrap();
    let destination = Url::parse("https://console.aws.amazon.com/s3/home?region=eu-west-1&a=b#c").unwrap();
    let token = SecretString::from("VC/1+x=");
    let url = login_url(&site, &token, &destination, Some("https://acme.okta.com"));
    assert_eq!(
        url.expose_secret(),
        "https://signin.aws.amazon.com/federation?Action=login&Issuer=https%3A%2F%2Facme.okta.com\
         &Destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3%2Fhome%3Fregion%3Deu-west-1%26a%3Db%23c&SigninToken=VC%2F1%2Bx%3D"
    );
    assert!(!login_url(&site, &token, &destination, None).expose_secret().contains("Issuer"));
}
