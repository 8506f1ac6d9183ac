//! A peer's text reaches a person without what steers a terminal, our own text without what breaks an echo, and JSON keeps all of it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::document::{Document, object, to_line};
use oktapipe::error::{Error, Kind, PEER_TEXT_LIMIT, printable};
use serde_json::{Map, Value};

fuzz_target!(|text: &str| {
    let steers = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
    };
    let shown = printable(text);
    assert!(!shown.chars().any(steers) && shown.chars().count() <= PEER_TEXT_LIMIT + 3, "{shown:?}");
    assert!(shown.chars().count() > PEER_TEXT_LIMIT || printable(&shown) == shown, "{shown:?}");
    let Error::Failed(failure) = Error::new(Kind::Protocol, text, text) else { panic!("{text:?}") };
    for ours in [&failure.message, &failure.hint] {
        assert!(!ours.chars().any(|c| steers(c) || matches!(c, '"' | '\\')), "{ours:?}");
    }
    let document = Document::from(Map::from_iter([(text.to_owned(), Value::from(text))]));
    let line = to_line(&document);
    assert!(
        line.trim_end_matches('\n').bytes().all(|b| (b' '..=b'~').contains(&b)) && line.ends_with("}\n"),
        "{line}"
    );
    // serde_json's own name for a number is no name.
    assert!(
        text.starts_with("$serde_json") || object(line.as_bytes()).as_ref() == Some(document.members()),
        "{line}"
    );
});
