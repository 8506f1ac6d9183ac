//! What is read of a document, what travels, and what is wiped.

use super::*;
use secrecy::ExposeSecret;

#[test]
fn a_member_is_a_text_or_a_secret_where_it_is_a_string_that_holds_something() {
    let document = document(r#"{"a":"CANARY","empty":"","number":7,"null":null}"#);
    assert_eq!(
        (document.text("a"), document.text("empty"), document.text("number")),
        (Some("CANARY"), Some(""), None)
    );
    assert_eq!(document.secret("a").unwrap().expose_secret(), "CANARY");
    for name in ["empty", "number", "null", "none"] {
        assert!(document.secret(name).is_none(), "{name}");
    }
    assert!(document.has("null") && !document.has("none"));
    assert_eq!(document.members().len(), 4);
    assert_eq!(document.clone().into_members(), *document.members());
    assert_eq!(format!("{document:?}"), r#"{"a", "empty", "number", "null"}"#);
}

#[test]
fn a_service_answers_with_an_object_or_with_nothing_of_use() {
    assert_eq!(object(br#" {"a":1} "#), Some(Map::from_iter([("a".to_owned(), 1.into())])));
    for text in ["", "[]", "7", "\"a\"", "null", "{\"a\":1", "{}{}", r#"{"a":1,"a":2}"#] {
        assert_eq!(object(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn a_version_up_to_ours_is_read_and_settings_are_texts_that_hold_something() {
    for reserved in [r#"{"org":"x"}"#, r#"{"v":0,"org":"x"}"#, r#"{"v":1,"org":"x"}"#] {
        let carry = document(&format!("{{\"_oktapipe\":{reserved}}}")).carry().unwrap();
        assert_eq!(carry.setting("org"), Some("x"), "{reserved}");
    }
    assert!(document("{}").carry().unwrap() == Carry::default());
    let mut carry = document(r#"{"_oktapipe":{"v":1,"org":"","app":7}}"#).carry().unwrap();
    assert_eq!((carry.setting("org"), carry.setting("app"), carry.setting("region")), (None, None, None));
    carry.set("region", "eu-west-1");
    carry.set("org", "https://acme.okta.com");
    assert_eq!(
        (carry.setting("org"), carry.setting("region")),
        (Some("https://acme.okta.com"), Some("eu-west-1"))
    );
    assert_eq!(format!("{carry:?}"), r#"{"v", "org", "app", "region"}"#);
}

#[test]
fn cookies_travel_by_name_and_none_of_them_leave_no_member() {
    let mut carry =
        document(r#"{"_oktapipe":{"v":1,"cookies":{"sid":"CANARY","DT":"d","odd":7}}}"#).carry().unwrap();
    let cookies = carry.cookies();
    let pairs: Vec<_> = cookies.iter().map(|(name, value)| (name.as_str(), value.expose_secret())).collect();
    assert_eq!(pairs, [("sid", "CANARY"), ("DT", "d")]);
    carry.set_cookies([("t", "1")].into_iter());
    assert_eq!(to_line(&carry.beside(Map::new())), "{\"_oktapipe\":{\"v\":1,\"cookies\":{\"t\":\"1\"}}}\n");
    carry.set_cookies(std::iter::empty());
    assert_eq!(to_line(&carry.beside(Map::new())), "{\"_oktapipe\":{\"v\":1}}\n");
    assert!(carry.cookies().is_empty());
}

#[test]
fn an_error_document_says_what_failed_where_and_with_which_number() {
    let body = Map::from_iter([("errorCode".to_owned(), "E0000047".into())]);
    let Error::Failed(failure) = Error::new(Kind::RateLimited, "too many", "wait").with_body(body) else {
        panic!()
    };
    assert_eq!(
        to_line(&error_document("authn", &failure)),
        "{\"errorCode\":\"E0000047\",\"_oktapipe\":{\"v\":1,\"error\":{\"stage\":\"authn\",\"kind\":\"rate_limited\",\"message\":\"too many\",\"hint\":\"wait\",\"exit_code\":75,\"retryable\":true}}}\n"
    );
}

#[test]
fn what_is_wiped_holds_no_text_at_any_depth() {
    let mut value =
        json!({"a": "CANARY", "list": ["CANARY", {"b": "CANARY"}], "more": {"c": ["CANARY"]}, "n": 7});
    wipe(&mut value);
    assert_eq!(value, json!({"a": "", "list": ["", {"b": ""}], "more": {"c": [""]}, "n": 7}));
}
