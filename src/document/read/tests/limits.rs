//! Blanks, limits and messages of what is read.

use super::*;

fn refusal(result: Result<impl std::fmt::Debug, Error>) -> String {
    let error = result.unwrap_err();
    assert_eq!(error.kind(), Some(Kind::WrongDocument));
    error.to_string()
}

#[test]
fn jsons_own_blanks_are_dropped_around_any_input_and_no_others() {
    for text in ["PD94", " PD94", "PD94\n", "\r\n\tPD94 \t"] {
        let Ok(Input::Text(read)) = read(text.as_bytes()) else { panic!("{text}") };
        assert_eq!(read, "PD94");
    }
    let Ok(Input::Text(text)) = read("\u{b}PD94\u{a0}".as_bytes()) else { panic!() };
    assert_eq!(text, "\u{b}PD94\u{a0}");
    assert!(matches!(read(b"x"), Ok(Input::Text(text)) if text == "x"));
    assert!(matches!(read(b"<"), Ok(Input::Markup(bytes)) if bytes == b"<"));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for (text, words) in [
        ("{\"a\":1", "the document on stdin is cut off (line 1, column 6)"),
        ("{\"a\":\n", "the document on stdin is cut off (line 1, column 5)"),
        ("{\"a\":1,\n}", "stdin is not JSON (line 2, column 1)"),
        ("{'a'}", "stdin is not JSON (line 1, column 2)"),
        ("{\"a\":1,\"a\":2}", "stdin holds two values of a at line 1 column "),
        ("[1]", "stdin holds JSON that is not an object"),
        ("{}{}", "stdin holds more than one document"),
        ("{} x", "stdin holds something after its document"),
    ] {
        let text = refusal(read(text.as_bytes()));
        assert!(text.starts_with(words), "{words}: {text}");
    }
    assert!(refusal(read(b"\xff")).starts_with("stdin is neither JSON nor text"));
    let deep = format!("{{\"a\":{}", "[".repeat(200));
    assert!(refusal(read(deep.as_bytes())).starts_with("stdin nests deeper than 127 (line 1, column "));
    assert!(refusal(read_lines(b"{}\n[]\n")).starts_with("stdin holds JSON that is not an object"));
}

#[test]
fn a_document_of_many_may_be_as_long_as_one_alone() {
    let line = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
    let longest = line(INPUT_LIMIT);
    assert_eq!(longest.len(), INPUT_LIMIT);
    assert_eq!(read_lines(longest.as_bytes()).unwrap().len(), 1);
    // The newline before it is counted with it.
    let second = |length: usize| read_lines(format!("{{}}\n{}\n", line(length)).as_bytes());
    assert_eq!(second(INPUT_LIMIT - 1).unwrap().len(), 2);
    assert!(refusal(second(INPUT_LIMIT)).starts_with("document 2 holds more than 4 MiB"));
}

#[test]
fn the_documents_of_a_large_org_fit() {
    let (role, assertion) = (250, 100_000);
    for (needed, limit) in [(2 * (1 << 20), INPUT_LIMIT), (2 * role * assertion, LINES_LIMIT)] {
        assert!(needed <= limit, "{needed} {limit}");
    }
}
