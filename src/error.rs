//! How every failure of oktapipe is named, counted and explained.
//!
//! One enum of kinds, one match from kind to exit code ([`Kind::row`]). The manual's table and the tests read that match;
//! nothing else in the program knows an exit code. What a failure looks like on stdout is in `document`, who
//! writes it is `run`.

mod kind;

pub use kind::Kind;

use serde_json::{Map, Value};
use std::fmt;

/// Why a command ends without its document.
#[derive(Debug)]
pub enum Error {
    /// This stage failed: it says so on stderr and in an error document.
    Failed(Box<Failure>),
    /// A stage before failed. Its error document goes on, silently, with its exit code.
    Upstream {
        /// The exit code of the stage that failed.
        exit_code: u8,
        /// Its error document, as it came.
        document: Map<String, Value>,
    },
    /// Some lines of many failed, or a program that was run for the person. All is written and said; this is the exit code of the first,
    /// or of that program.
    Told {
        /// The number.
        exit_code: u8,
    },
    /// Whoever read our stdout is gone: end as SIGPIPE ends a process, without a word.
    ReaderGone,
    /// A signal asked us to end; the terminal is restored already, and `run` raises it again.
    Signal(i32),
}

/// A failure of this stage. What happened, then what to do: both are one line of ASCII-safe text of ours.
#[derive(Debug)]
pub struct Failure {
    /// The kind, and through it the exit code.
    pub kind: Kind,
    /// What happened. Peers' words in it have been through [`printable`].
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// The service's own JSON error body, which the error document is merged into. Without tokens.
    pub body: Map<String, Value>,
}

impl Error {
    /// A failure of `kind`: `message` says what happened, `hint` what to do. Quotes, backslashes and control characters in
    /// either become harmless look-alikes: a document with our strings must survive `echo $DOC` in dash and zsh.
    pub fn new(kind: Kind, message: impl AsRef<str>, hint: impl AsRef<str>) -> Error {
        let (message, hint) = (plain(message.as_ref()), plain(hint.as_ref()));
        Error::Failed(Box::new(Failure { kind, message, hint, body: Map::new() }))
    }

    /// Adds the service's own error body, so that `jq .errorCode` in an existing script still finds it.
    #[must_use]
    pub fn with_body(mut self, body: Map<String, Value>) -> Error {
        if let Error::Failed(failure) = &mut self {
            failure.body = body;
        }
        self
    }

    /// Okta's `errorCode` in the service's body.
    pub fn okta_code(&self) -> Option<&str> {
        self.said("errorCode")
    }

    /// Okta's `errorSummary` in the service's body: a peer's words.
    pub fn summary(&self) -> Option<&str> {
        self.said("errorSummary")
    }

    fn said(&self, member: &str) -> Option<&str> {
        match self {
            Error::Failed(failure) => failure.body.get(member)?.as_str(),
            _ => None,
        }
    }

    /// The kind, where this stage itself failed.
    pub fn kind(&self) -> Option<Kind> {
        match self {
            Error::Failed(failure) => Some(failure.kind),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Failed(failure) => write!(f, "{}: {}", failure.message, failure.hint),
            Error::Upstream { exit_code, .. } => write!(f, "a stage before failed with {exit_code}"),
            Error::Told { exit_code } => write!(f, "the failure is told, its number is {exit_code}"),
            Error::ReaderGone => f.write_str("the reader of stdout is gone"),
            Error::Signal(signal) => write!(f, "ended by signal {signal}"),
        }
    }
}

impl std::error::Error for Error {}

/// The longest piece of a peer's text that a message of ours repeats, in characters.
pub const PEER_TEXT_LIMIT: usize = 200;

/// A peer's text as a person may see it: control characters (C0, C1, DEL), bidi controls and characters without width
/// out, blanks folded, at most [`PEER_TEXT_LIMIT`] characters. A terminal obeys the bytes that it is shown, so a role
/// or an error summary from the network must not reach it raw (CVE-2021-25743 in kubectl, CVE-2024-52005 in git).
pub fn printable(text: &str) -> String {
    let mut out = String::new();
    let (mut count, mut is_blank) = (0, false);
    for c in text.chars().filter(|c| !is_invisible(*c)) {
        if c.is_whitespace() || c.is_control() {
            is_blank = count > 0;
            continue;
        }
        let needed = 1 + usize::from(is_blank);
        if count + needed > PEER_TEXT_LIMIT {
            out.push_str("...");
            break;
        }
        if std::mem::take(&mut is_blank) {
            out.push(' ');
        }
        out.push(c);
        count += needed;
    }
    out
}

/// Unicode's Default_Ignorable_Code_Point (what has no look of its own: bidi controls, joiners, fillers, variation selectors, tags), and
/// the interlinear marks.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '"' => '\'',
            '\\' => '/',
            c if c.is_control() || c.is_whitespace() => ' ',
            c => c,
        })
        .filter(|c| !is_invisible(*c))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn peers_text_loses_what_a_terminal_would_obey() {
        assert_eq!(printable("a\x1b[31mb\u{9b}31m\r\nc\u{202e}d\u{200b}"), "a [31mb 31m cd");
        assert_eq!(printable("a\u{61c}\u{ad}\u{180e}\u{3164}\u{fe0f}\u{e0041}b \u{200b} c\u{2028}"), "ab c");
        assert_eq!(printable(&"x".repeat(PEER_TEXT_LIMIT)).len(), PEER_TEXT_LIMIT);
        assert_eq!(printable(&"x".repeat(500)).len(), PEER_TEXT_LIMIT + 3);
        assert_eq!(printable(&"x ".repeat(100)), "x ".repeat(100).trim_end());
        assert_eq!(printable(&"x ".repeat(101)), format!("{}...", "x ".repeat(100).trim_end()));
    }

    proptest! {
        #[test]
        fn what_is_printable_stays_as_it_is(text in "\\PC{0,60}|[ -~]{0,300}|(?s:.{0,60})") {
            let once = printable(&text);
            prop_assert!(!once.chars().any(|c| c.is_control() || is_invisible(c) || (c.is_whitespace() && c != ' ')));
            prop_assert!(once.trim() == once && !once.contains("  ") && once.chars().count() <= PEER_TEXT_LIMIT + 3);
            if once.chars().count() <= PEER_TEXT_LIMIT {
                prop_assert_eq!(printable(&once), once);
            }
        }
    }

    #[test]
    fn a_failure_carries_what_the_service_said_and_nothing_else_does() {
        let body = Map::from_iter([
            ("errorCode".to_owned(), Value::from("E0000004")),
            ("errorSummary".to_owned(), Value::from("Authentication failed")),
        ]);
        let failed = Error::new(Kind::PolicyDenied, "what", "hint").with_body(body.clone());
        assert_eq!(failed.kind(), Some(Kind::PolicyDenied));
        assert_eq!((failed.okta_code(), failed.summary()), (Some("E0000004"), Some("Authentication failed")));
        assert_eq!(failed.to_string(), "what: hint");
        let other = Map::from_iter([("errorCode".to_owned(), Value::from(4))]);
        assert_eq!(Error::new(Kind::Config, "what", "hint").with_body(other).okta_code(), None);
        for (error, text) in [
            (Error::Upstream { exit_code: 77, document: body.clone() }, "a stage before failed with 77"),
            (Error::Told { exit_code: 69 }, "the failure is told, its number is 69"),
            (Error::ReaderGone, "the reader of stdout is gone"),
            (Error::Signal(2), "ended by signal 2"),
        ] {
            let error = error.with_body(body.clone());
            assert_eq!((error.kind(), error.okta_code(), error.summary()), (None, None, None));
            assert_eq!(error.to_string(), text);
        }
    }

    #[test]
    fn our_own_strings_hold_no_quote_backslash_or_control_character() {
        let Error::Failed(failure) = Error::new(Kind::Config, "a\"b\\c\nd", "e\t\u{2028}f") else {
            panic!("not a failure")
        };
        assert_eq!((failure.message.as_str(), failure.hint.as_str()), ("a'b/c d", "e  f"));
    }
}
