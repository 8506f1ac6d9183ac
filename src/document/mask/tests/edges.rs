//! Which texts are secrets, and which are not.

use super::*;
use crate::document::to_line;

/// The members as a terminal shows them, and whether something was hidden.
fn shown(value: &Value) -> (Value, bool) {
    let (document, hidden) = mask(&Document(value.as_object().unwrap().clone()));
    (Value::Object(document.members().clone()), hidden)
}

#[test]
fn what_is_hidden_is_hidden_everywhere_and_said() {
    for (value, masked) in [
        (json!({"stateToken": "x", "name": "y"}), json!({"stateToken": HIDDEN, "name": "y"})),
        (json!({"name": "y", "stateToken": "x"}), json!({"name": "y", "stateToken": HIDDEN})),
        (
            json!({"list": [{"stateToken": "a"}, {"stateToken": "b"}], "echo": ["a", "c", "b"]}),
            json!({"list": [{"stateToken": HIDDEN}, {"stateToken": HIDDEN}], "echo": [HIDDEN, "c", HIDDEN]}),
        ),
        (
            json!({"_oktapipe": {"cookies": {"sid": "a"}, "org": "b"}, "cookies": [{"sid": "c"}]}),
            json!({"_oktapipe": {"cookies": {"sid": HIDDEN}, "org": "b"}, "cookies": [{"sid": "c"}]}),
        ),
    ] {
        assert_eq!(shown(&value), (masked, true));
    }
    for value in [
        json!({"stateToken": "", "name": "", "list": ["", 7, null]}),
        json!({"stateToken": 7, "name": "y"}),
        json!({}),
    ] {
        assert_eq!(shown(&value), (value, false));
    }
}

#[test]
fn a_secret_of_eight_characters_is_looked_for_in_other_texts_and_a_shorter_one_is_not() {
    let value =
        json!({"stateToken": "12345678", "link": "/?t=12345678", "passCode": "1234567", "other": "x1234567"});
    let masked = json!({"stateToken": HIDDEN, "link": HIDDEN, "passCode": HIDDEN, "other": "x1234567"});
    assert_eq!(shown(&value), (masked, true));
}

#[test]
fn a_session_is_told_by_members_that_only_it_has() {
    for (value, is_secret) in [
        (json!({"id": "102x", "userId": "00u"}), true),
        (json!({"id": "102x", "lastPasswordVerification": null}), true),
        (json!({"id": "102x", "status": "ACTIVE"}), false),
        (json!({"userId": "102x", "login": "ada"}), false),
        (json!({"id": 7, "userId": "102x"}), false),
    ] {
        assert_eq!(shown(&value).1, is_secret, "{value}");
    }
}

#[test]
fn a_body_without_its_tokens_keeps_every_other_member_and_null() {
    let body = json!({
        "stateToken": "0123456789", "status": "LOCKED_OUT", "nothing": null, "href": "/?t=0123456789",
        "deep": {"passCode": "1", "more": [{"answer": "2", "kept": null}, "0123456789", 3]}, "password": null,
    });
    let left = Value::Object(without_tokens(body.as_object().unwrap().clone()));
    assert_eq!(
        left,
        json!({"status": "LOCKED_OUT", "nothing": null, "href": null, "deep": {"more": [{"kept": null}, null, 3]}})
    );
}

#[test]
fn a_place_that_holds_what_a_terminal_showed_is_found_at_any_depth() {
    for (value, expected) in [
        (json!({"a": HIDDEN}), true),
        (json!({"a": [1, HIDDEN]}), true),
        (json!({"a": [{"b": {"c": HIDDEN}}]}), true),
        (json!({"a": {"b": [HIDDEN]}}), true),
        (json!({"a": format!("{HIDDEN}.")}), false),
        (json!({"a": [1, "x", {"b": "y"}], "c": null}), false),
        (json!({}), false),
    ] {
        assert_eq!(holds_hidden(value.as_object().unwrap()), expected, "{value}");
    }
}

#[test]
fn as_much_is_searched_as_the_limit_says_and_not_a_byte_more() {
    // 1024 secrets of 63 bytes and a text of 1024: 64 KiB to be searched for each.
    let document = |more: usize| {
        let secrets: Vec<Value> = (0..1024).map(|i| json!({"stateToken": format!("{i:063}")})).collect();
        json!({"all": secrets, "deep": {"name": "n".repeat(1024 + more)}, "number": 7})
    };
    assert_eq!(1024 * (1024 * 63 + 1024), SEARCHED);
    let name = |value: &Value| shown(value).0["deep"]["name"].as_str().unwrap().len();
    assert_eq!(name(&document(0)), 1024);
    assert_eq!(name(&document(1)), HIDDEN.len());
    assert!(to_line(&Document(document(0).as_object().unwrap().clone())).contains("nnn"));
}
