use super::*;
use crate::alias::Account;
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

#[test]
fn a_response_goes_to_addresses_of_awss_sign_in_only() {
    for address in [
        "https://signin.aws.amazon.com/saml",
        "https://us-east-2.signin.aws.amazon.com/saml",
        "https://signin.aws.amazon.com/saml/acs/SAMLSP0123456789",
        "https://cn-north-1.signin.amazonaws.cn/saml",
        "https://signin.amazonaws-us-gov.com/saml",
        "https://eusc-de-east-1.signin.amazonaws-eusc.eu/saml",
    ] {
        assert_eq!(saml_address(address).map(String::from).as_deref(), Some(address));
    }
    for address in [
        "http://signin.aws.amazon.com/saml",
        "https://signin.aws.amazon.com.evil.example/saml",
        "https://evilsignin.aws.amazon.com/saml",
        "https://evil.example/signin.aws.amazon.com/saml",
        "https://a.b.signin.aws.amazon.com/saml",
        "https://.signin.aws.amazon.com/saml",
        "https://signin.aws.amazon.com./saml",
        "https://user@signin.aws.amazon.com/saml",
        "https://signin.aws.amazon.com:8443/saml",
        "https://signin.aws.amazon.com/saml?x=y",
        "https://signin.aws.amazon.com/saml#x",
        "https://signin.aws.amazon.com/federation",
        "https://signin.aws.amazon.com/samlx",
        "https://signin.aws.amazon.com\\@evil.example/saml",
        "https://console.aws.amazon.com/saml",
        "https://127.0.0.1/saml",
        "urn:amazon:webservices",
        "",
    ] {
        assert_eq!(saml_address(address), None, "{address}");
    }
}

#[test]
fn accounts_are_asked_for_by_a_form_and_whatever_lists_none_is_an_error() {
    let page = "<div class=\"saml-account-name\">Account: acme (000000000001)</div>";
    let asked = |status: u16, head: &str, body: &str| {
        let server = Loopback::new(vec![answer(status, head, body)]);
        let address = Site::at(server.url.clone()).saml();
        (run(accounts(&client(), address, "PHNhbWw+/Wg==")), server.requests().concat())
    };
    let (found, request) = asked(200, "Content-Type: text/html\r\n", page);
    let expected = Account { id: "000000000001".to_owned(), alias: Some("acme".to_owned()) };
    assert_eq!(found.unwrap(), [expected]);
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    assert!(
        head.starts_with("POST /saml HTTP/1.1\r\n") && !head.to_ascii_lowercase().contains("cookie"),
        "{head}"
    );
    assert_eq!(body, "SAMLResponse=PHNhbWw%2B%2FWg%3D%3D&RelayState=");
    for (status, head, body, word) in [
        (302, "Location: https://console.aws.amazon.com/\r\n", "", "leads on"),
        (302, "Location: https://evil.example/\r\n", page, "leads on"),
        (400, "", "<p>Your request included an invalid SAML response.", "invalid"),
        (400, "", page, "not the page"),
        (200, "", "<script>hashArgs</script>", "browser"),
        (200, "", "<html>", "not the page"),
        (503, "", page, "ill"),
    ] {
        let (found, request) = asked(status, head, body);
        let error = found.unwrap_err();
        assert!(error.to_string().contains(word) && error.kind() == Some(Kind::Protocol), "{word}: {error}");
        assert_eq!(request.matches("POST ").count(), 1, "{word}");
    }
}
