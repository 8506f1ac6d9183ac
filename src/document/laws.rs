//! Laws of documents: any JSON object is written in ASCII and read back as it was, a cut one never, and a mask leaves no secret.

use super::*;
use proptest::prelude::*;

fn json() -> impl Strategy<Value = Value> {
    let name = || "[a-z]{1,3}|\\PC{1,4}|stateToken|password|status";
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "-?[1-9][0-9]{0,30}(\\.[0-9]{1,9})?".prop_map(|text| Value::Number(text.parse().unwrap())),
        "\\PC{0,12}|(?s:.{0,6})|[a-z]{8,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((name(), inner), 0..5)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn members() -> impl Strategy<Value = Map<String, Value>> {
    prop::collection::vec(("[a-zA-Z_]{1,8}", json()), 0..6).prop_map(|members| members.into_iter().collect())
}

fn reads(bytes: &[u8]) -> Option<Document> {
    match read(bytes) {
        Ok(Input::Document(document)) => Some(document),
        _ => None,
    }
}

/// Every string, with the name of the member that it stands in.
fn texts(value: &Value, name: &str, out: &mut Vec<(String, String)>) {
    match value {
        Value::String(text) => out.push((name.to_owned(), text.clone())),
        Value::Array(items) => items.iter().for_each(|item| texts(item, "", out)),
        Value::Object(members) => members.iter().for_each(|(name, value)| texts(value, name, out)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn any_object_is_written_in_ascii_and_read_back(members in members(), at in any::<prop::sample::Index>()) {
        let document = Document::from(members.clone());
        for text in [to_line(&document), to_pretty(&document)] {
            prop_assert!(text.bytes().all(|b| b == b'\n' || (b' '..=b'~').contains(&b)));
            let again = reads(text.as_bytes());
            prop_assert_eq!(again.as_ref().map(Document::members), Some(&members));
            prop_assert_eq!(object(text.as_bytes()), Some(members.clone()));
            let cut = &text.trim_end()[..at.index(text.trim_end().len())];
            prop_assert!(reads(cut.as_bytes()).is_none(), "{}", cut);
        }
        let line = to_line(&document);
        prop_assert_eq!(read_lines(line.repeat(3).as_bytes()).unwrap().len(), 3);
        let more = (line.clone() + &line, format!("{line}x"));
        prop_assert!(reads(more.0.as_bytes()).is_none() && reads(more.1.as_bytes()).is_none());
    }

    #[test]
    fn a_second_value_of_a_name_is_refused_at_any_depth(value in json(), other in json(), depth in 0usize..5) {
        let (value_text, other_text) = (value.to_string(), other.to_string());
        let twice = format!("{}{{\"a\":{value_text},\"b\":0,\"\\u0061\":{other_text}}}{}", "{\"x\":[".repeat(depth), "]}".repeat(depth));
        prop_assert_eq!(object(twice.as_bytes()).is_some(), value == other, "{}", twice);
    }

    #[test]
    fn a_mask_leaves_no_secret_and_no_more_than_it_must(members in members(), token in "[a-zA-Z0-9]{8,30}") {
        let mut members = members;
        members.insert("sessionToken".to_owned(), token.clone().into());
        members.insert("link".to_owned(), format!("https://acme.okta.com/?token={token}#").into());
        let (mut before, mut shown, mut left) = (Vec::new(), Vec::new(), Vec::new());
        texts(&Value::Object(members.clone()), "", &mut before);
        texts(&Value::Object(mask(&Document::from(members.clone())).0.members().clone()), "", &mut shown);
        texts(&Value::Object(without_tokens(members)), "", &mut left);
        prop_assert!(!shown.iter().chain(&left).any(|(_, text)| text.contains(&token)));
        let is_secret = |name: &str| ["stateToken", "password", "sessionToken", "link"].contains(&name);
        let secrets: Vec<&str> = before.iter().filter(|(name, _)| is_secret(name)).map(|(_, text)| text.as_str()).collect();
        for (text, masked) in before.iter().zip(&shown) {
            let repeats = secrets.iter().any(|secret| text.1 == *secret || text.1.contains(secret));
            prop_assert!(repeats || text == masked, "{:?} became {:?}", text, masked);
        }
    }

    #[test]
    fn only_the_reserved_member_travels_and_all_of_it(members in members(), answer in members()) {
        let reserved = Map::from_iter([("_oktapipe".to_owned(), Value::Object(members.clone()))]);
        prop_assume!(!members.contains_key("v"));
        let out = Document::from(reserved).carry().unwrap().beside(answer.clone());
        for (name, value) in answer.iter().filter(|(name, _)| *name != RESERVED) {
            prop_assert_eq!(out.members().get(name), Some(value));
        }
        for (name, value) in members.iter().filter(|(name, _)| *name != "error") {
            prop_assert_eq!(out.members().get(RESERVED).and_then(|reserved| reserved.get(name)), Some(value));
        }
    }
}
