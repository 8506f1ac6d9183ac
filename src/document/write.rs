//! Documents as text: ASCII only, so that no byte of a peer's can be a terminal's control sequence (`jq` and serde_json
//! write U+009B and U+202E raw), and so that a document survives any locale on its way.

use super::Document;
use serde_json::Serializer;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter};
use std::io;

/// The document as a pipe gets it: one line, ASCII only, one final newline.
pub fn to_line(document: &Document) -> String {
    line(&document.0)
}

/// The document as a person gets it: indented, ASCII only, one final newline.
pub fn to_pretty(document: &Document) -> String {
    write(&document.0, Ascii(PrettyFormatter::new()))
}

fn line(value: &impl serde::Serialize) -> String {
    write(value, Ascii(CompactFormatter))
}

fn write(value: &impl serde::Serialize, formatter: impl Formatter) -> String {
    let mut bytes = Vec::new();
    // A `Value` has string keys only and a Vec takes every write, so this cannot fail.
    let written = value.serialize(&mut Serializer::with_formatter(&mut bytes, formatter));
    debug_assert!(written.is_ok());
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

struct Ascii<F>(F);

impl<F: Formatter> Formatter for Ascii<F> {
    fn write_string_fragment<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        for c in fragment.chars() {
            if matches!(c, ' '..='~') {
                writer.write_all(&[c as u8])?;
            } else {
                // By hand: `write!` takes three times as long, and a document may be all of this.
                for unit in c.encode_utf16(&mut [0; 2]) {
                    let digit = |shift: u32| {
                        char::from_digit(u32::from(*unit >> shift) & 15, 16).unwrap_or('0') as u8
                    };
                    writer.write_all(&[b'\\', b'u', digit(12), digit(8), digit(4), digit(0)])?;
                }
            }
        }
        Ok(())
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }
    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }
    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }
    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }
    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }
    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }
    fn end_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_key(writer)
    }
    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }
    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn inline(value: &Value) -> String {
        line(value).trim_end().to_owned()
    }

    #[test]
    fn everything_outside_of_ascii_is_escaped() {
        assert_eq!(
            inline(&json!("é\u{7f}\u{9b}\u{202e}😀\n\t\"\\")),
            r#""\u00e9\u007f\u009b\u202e\ud83d\ude00\n\t\"\\""#
        );
    }

    #[test]
    fn numbers_are_written_as_they_came() {
        let text = r#"{"a":012}"#;
        assert!(serde_json::from_str::<Value>(text).is_err());
        let text = r#"{"a":12345678901234567890123,"b":1.50,"c":1E5}"#;
        assert_eq!(inline(&serde_json::from_str::<Value>(text).unwrap()), text.replace("1E5", "1e+5"));
    }

    #[test]
    fn a_person_gets_it_indented_and_a_pipe_in_one_line() {
        let value = json!({"a": [1, "\u{e9}", []], "b": {"c": null, "d": {}}});
        let document = Document(value.as_object().unwrap().clone());
        assert_eq!(to_line(&document), "{\"a\":[1,\"\\u00e9\",[]],\"b\":{\"c\":null,\"d\":{}}}\n");
        assert_eq!(
            to_pretty(&document),
            "{\n  \"a\": [\n    1,\n    \"\\u00e9\",\n    []\n  ],\n  \"b\": {\n    \"c\": null,\n    \"d\": {}\n  }\n}\n"
        );
    }
}
