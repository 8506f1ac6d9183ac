//! XML letter by letter, where quick-xml takes what the specification, or one of the other parsers, does not.

use crate::error::printable;

/// XML 1.0's `Char`.
pub(super) fn is_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{fffd}' | '\u{10000}'..)
}

/// XML's white space, which is less than Unicode's: to AWS a no-break space around an ARN is a part of it.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// A qualified name. ASCII only: which other letters a name may hold is another list in the fourth edition of XML (expat) than in
/// the fifth (libxml2), and nothing of SAML needs them.
pub(super) fn is_name(name: &str) -> bool {
    name.split(':').count() <= 2 && name.split(':').all(is_simple_name)
}

/// A name without a colon.
pub(super) fn is_simple_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// Whether a blank, or the end, follows each closing quote.
pub(super) fn is_spaced(attributes: &str) -> bool {
    let (mut quote, mut is_closed) = (None, false);
    for c in attributes.chars() {
        if is_closed && !is_blank(c) {
            return false;
        }
        is_closed = quote == Some(c);
        quote = match (quote, c) {
            (Some(open), c) if open == c => None,
            (None, '"' | '\'') => Some(c),
            (quote, _) => quote,
        };
    }
    true
}

/// UTF-8 or nothing: others are ignored by one parser, obeyed by the next. Version, encoding and standalone, each once and in this
/// order, as the grammar has it: of two encodings one parser takes the first and the other the last.
pub(super) fn check_declaration(declaration: &str) -> Result<(), String> {
    let broken = || "its XML declaration is broken".to_owned();
    let mut rest = declaration.strip_prefix("xml").ok_or_else(broken)?;
    let mut place = 0;
    while !trim(rest).is_empty() {
        let (name, value, tail) = pair(rest).ok_or_else(broken)?;
        place = match (name, place) {
            ("version", 0) if value != "1.0" => return Err("it is not XML 1.0".to_owned()),
            ("version", 0) => 1,
            ("encoding", 1) if !value.eq_ignore_ascii_case("utf-8") => {
                return Err(format!("it says that it is encoded in {}, not in UTF-8", printable(value)));
            }
            ("encoding", 1) => 2,
            ("standalone", 1 | 2) if matches!(value, "yes" | "no") => 3,
            _ => return Err(broken()),
        };
        rest = tail;
    }
    if place == 0 { Err(broken()) } else { Ok(()) }
}

/// ` name = "value"` and what is left.
fn pair(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.strip_prefix(is_blank)?.split_once('=')?;
    let rest = rest.trim_start_matches(is_blank);
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (value, rest) = rest.get(1..)?.split_once(quote)?;
    Some((trim(name), value, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declaration_is_what_the_grammar_says() {
        for good in [
            "xml version='1.0'",
            "xml version=\"1.0\" encoding='utf-8' ",
            "xml\n version = '1.0'\tencoding=\"UTF-8\" standalone='no'",
            "xml version='1.0' standalone='yes'",
        ] {
            assert_eq!(check_declaration(good), Ok(()), "{good}");
        }
        for bad in [
            "xml",
            "xml ",
            "xml version=1.0",
            "xml version='1.0",
            "xmlversion='1.0'",
            "xml encoding='UTF-8'",
            "xml encoding='UTF-8' version='1.0'",
            "xml version='1.0'encoding='UTF-8'",
            "xml version='1.0' encoding='UTF-8' encoding='UTF-16'",
            "xml version='1.0' version='1.0'",
            "xml version='1.0' standalone='maybe'",
            "xml version='1.0' standalone='no' encoding='UTF-8'",
            "xml version='1.0' x='y'",
            "xml version='1.0' ?",
        ] {
            assert_eq!(check_declaration(bad).unwrap_err(), "its XML declaration is broken", "{bad}");
        }
        assert!(check_declaration("xml version='1.1'").unwrap_err().contains("1.0"));
        assert!(
            check_declaration("xml version='1.0' encoding='UTF-8,\u{1b}'").unwrap_err().contains("UTF-8")
        );
    }

    #[test]
    fn names_are_ascii_and_have_one_colon_at_most() {
        for (name, expected) in [
            ("a", true),
            ("_a-b.c1", true),
            ("a:b", true),
            ("", false),
            (":", false),
            ("a:", false),
            (":a", false),
            ("a:b:c", false),
            ("1a", false),
            ("a:1b", false),
            ("-a", false),
            ("\u{d7}", false),
            ("\u{e9}", false),
            ("a/", false),
        ] {
            assert_eq!(is_name(name), expected, "{name}");
        }
    }
}
