//! What stands on stdin: a document, or one of the texts that a shell pipeline passes on where we would pass a document.

use super::mask::holds_hidden;
use super::strict::{DEPTH, Strict};
use super::{Document, HIDDEN};
use crate::error::{Error, Kind};
use serde_json::Value;
use serde_json::error::Category;
use std::fmt;

/// The most that a stage reads from stdin, in bytes: an HTML page of 1 MiB, escaped in JSON, twice over.
pub const INPUT_LIMIT: usize = 4 << 20;

/// The most that a stage reads of documents one a line: 250 roles, each with an assertion of 100,000 characters beside it, twice over.
pub const LINES_LIMIT: usize = 64 << 20;

/// The most values of all these documents together.
pub const LINES_VALUES: usize = 500_000;

/// The input of a stage, told apart by its first character after a BOM and blanks: `{` is JSON, `<` is markup (whether a
/// page or a SAML response, `assertion` tells); anything else is taken as base64.
pub enum Input {
    /// Nothing, or blanks only.
    Nothing,
    /// One JSON object.
    Document(Document),
    /// HTML or XML.
    Markup(Vec<u8>),
    /// Something else, perhaps base64.
    Text(String),
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Input::Nothing => f.write_str("Nothing"),
            Input::Document(document) => document.fmt(f),
            Input::Markup(bytes) => write!(f, "Markup({} bytes)", bytes.len()),
            Input::Text(text) => write!(f, "Text({} bytes)", text.len()),
        }
    }
}

/// Reads the input of a stage that takes one document.
///
/// # Errors
/// `wrong_document` for text that is not UTF-8, JSON that does not parse (cut, or trailed by a second document), that says two
/// things of one name or is too deep or too much (see [`super::VALUES`]), and a JSON value that is no object; `masked_document` for what a terminal showed.
pub fn read(bytes: &[u8]) -> Result<Input, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let bytes = trim(bytes);
    match bytes.first() {
        None => Ok(Input::Nothing),
        Some(b'{' | b'[') => parse(bytes).map(Input::Document),
        Some(b'<') => Ok(Input::Markup(bytes.to_vec())),
        Some(_) => match std::str::from_utf8(bytes) {
            Ok(text) => Ok(Input::Text(text.to_owned())),
            Err(_) => Err(wrong("stdin is neither JSON nor text")),
        },
    }
}

/// Without JSON's blanks around, which are ASCII's but for the form feed: [`read_lines`], and jq, refuse that.
fn trim(bytes: &[u8]) -> &[u8] {
    let is_text = |b: &u8| !matches!(b, b' ' | b'\t' | b'\n' | b'\r');
    let start = bytes.iter().position(is_text).unwrap_or(bytes.len());
    let end = bytes.iter().rposition(is_text).map_or(start, |last| last + 1);
    bytes.get(start..end).unwrap_or_default()
}

/// Reads documents one a line (NDJSON), for the stages that take many. A single document may be spread over lines.
///
/// # Errors
/// As [`read`]. Empty input is an empty list.
pub fn read_lines(bytes: &[u8]) -> Result<Vec<Document>, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut documents = Vec::new();
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Strict>();
    let (mut start, mut count) = (0, 0);
    while let Some(value) = values.next() {
        let strict = value.map_err(|error| not_json(&error))?;
        count += strict.count;
        documents.push(document(strict.value)?);
        if count > LINES_VALUES {
            return Err(wrong(&format!("stdin holds more than {LINES_VALUES} JSON values")));
        }
        if values.byte_offset() - start > INPUT_LIMIT {
            return Err(wrong(&format!(
                "document {} holds more than {} MiB",
                documents.len(),
                INPUT_LIMIT >> 20
            )));
        }
        start = values.byte_offset();
    }
    Ok(documents)
}

fn parse(bytes: &[u8]) -> Result<Document, Error> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Strict>();
    let first = match values.next() {
        Some(value) => value.map_err(|error| not_json(&error))?.value,
        None => return Err(wrong("stdin holds no document")),
    };
    match values.next() {
        None => document(first),
        Some(Ok(_)) => Err(wrong("stdin holds more than one document")),
        Some(Err(_)) => Err(wrong("stdin holds something after its document")),
    }
}

fn document(value: Value) -> Result<Document, Error> {
    match value {
        Value::Object(members) if holds_hidden(&members) => Err(Error::new(
            Kind::MaskedDocument,
            format!("the document's secrets were masked on a terminal ({HIDDEN})"),
            "pipe the stages into each other, or run the one before with --reveal",
        )),
        Value::Object(members) => Ok(Document(members)),
        _ => Err(wrong("stdin holds JSON that is not an object")),
    }
}

fn not_json(error: &serde_json::Error) -> Error {
    let what = match error.classify() {
        Category::Eof => "the document on stdin is cut off".to_owned(),
        // Ours, with the place behind it.
        Category::Data => return wrong(&format!("stdin {error}")),
        _ if error.to_string().starts_with("recursion limit") => format!("stdin nests deeper than {DEPTH}"),
        _ => "stdin is not JSON".to_owned(),
    };
    wrong(&format!("{what} (line {}, column {})", error.line(), error.column()))
}

fn wrong(message: &str) -> Error {
    Error::new(Kind::WrongDocument, message, "pass on what the stage before printed, whole")
}

#[cfg(test)]
mod tests {
    mod limits;

    use super::*;
    use crate::document::VALUES;

    #[test]
    fn text_is_told_apart_by_its_first_characters() {
        for (text, expected) in [
            ("", "Nothing"),
            (" \r\n\t", "Nothing"),
            ("\u{feff}{\"a\":1}\r\n", "{\"a\"}"),
            ("<!DOCTYPE html><html>", "Markup(21 bytes)"),
            ("<?xml version='1.0'?><!-- x -->\n<saml2p:Response/>", "Markup(50 bytes)"),
            ("PD94bWw=", "Text(8 bytes)"),
        ] {
            assert_eq!(format!("{:?}", read(text.as_bytes()).unwrap()), expected, "{text}");
        }
    }

    #[test]
    fn broken_input_is_a_wrong_document() {
        for bytes in [
            &b"{"[..],
            b"{\"a\":",
            b"{}{}",
            b"{} x",
            b"[1]",
            b"{\"a\":1",
            b"\xff\xfe",
            b"{\"a\":\"\xff\"}",
            b"{\"a\":NaN}",
            b"{}\x0c",
        ] {
            assert!(read_lines(bytes).is_err() || bytes == b"{}{}", "{bytes:?}");
            assert_eq!(read(bytes).unwrap_err().kind(), Some(Kind::WrongDocument), "{bytes:?}");
        }
    }

    #[test]
    fn nesting_is_bounded() {
        let deep = |n: usize| format!("{{\"a\":{}1{}}}", "[".repeat(n), "]".repeat(n));
        assert!(read(deep(DEPTH - 1).as_bytes()).is_ok());
        for n in [DEPTH, 200_000] {
            let error = read(deep(n).as_bytes()).unwrap_err();
            assert_eq!(error.kind(), Some(Kind::WrongDocument));
            assert!(error.to_string().contains("deeper than 127"), "{error}");
        }
    }

    #[test]
    fn two_values_of_one_name_and_too_many_values_are_refused_on_every_way_in() {
        let many = format!("{{\"a\":[{}0]}}", "0,".repeat(VALUES));
        for (text, word) in [
            (r#"{"status":"SUCCESS","status":"MFA_REQUIRED"}"#, "two values of status"),
            (r#"{"a":{"b":"x","c":0,"\u0062":"y"}}"#, "two values of b"),
            (r#"{"\u001b[31m":1,"\u001b[31m":2}"#, "two values of [31m"),
            (&many, "more than 50000"),
        ] {
            for error in [read(text.as_bytes()).unwrap_err(), read_lines(text.as_bytes()).unwrap_err()] {
                assert_eq!(error.kind(), Some(Kind::WrongDocument));
                assert!(error.to_string().contains(word), "{error}");
            }
        }
        assert!(read(br#"{"a":1,"a":1}"#).is_ok(), "twice the same is one");
        let line = format!("{{\"a\":[{}0]}}\n", "0,".repeat(VALUES - 3));
        assert!(read_lines(line.repeat(LINES_VALUES / VALUES).as_bytes()).is_ok());
        let error = read_lines(line.repeat(LINES_VALUES / VALUES + 1).as_bytes()).unwrap_err();
        assert!(error.to_string().contains("more than 500000"), "{error}");
    }

    #[test]
    fn what_a_terminal_showed_is_refused() {
        let masked = format!("{{\"Credentials\":{{\"SecretAccessKey\":\"{HIDDEN}\"}}}}");
        assert_eq!(read(masked.as_bytes()).unwrap_err().kind(), Some(Kind::MaskedDocument));
    }

    #[test]
    fn many_documents_are_read_from_lines() {
        assert_eq!(read_lines(b"{\"a\":1}\n{\"b\":2}\n\n").unwrap().len(), 2);
        assert!(read_lines(b"{\"a\":1}\n{\"b\":").is_err());
        assert!(read_lines(b"").unwrap().is_empty());
    }
}
