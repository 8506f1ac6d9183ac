//! The state token in a page's script. The script is searched, never run.

use crate::secret::SecretString;

/// No token of Okta comes near this many characters.
const LONGEST: usize = 4096;

/// The value of `var stateToken = '…'` or `"stateToken":"…"`, the first one that looks like a token.
///
/// Okta writes strings in scripts with everything but letters, digits and underscores as `\xHH`: `00Xg3\x2DmadeUp`.
pub(super) fn state_token(script: &str) -> Option<SecretString> {
    script.match_indices("stateToken").find_map(|(at, name)| {
        let rest = script.get(at + name.len()..)?;
        let rest = rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim_start();
        let rest = rest.strip_prefix([':', '='])?.trim_start();
        let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let value = rest.get(1..rest.floor_char_boundary(LONGEST))?;
        let token = unescape(value.split_once(quote)?.0);
        let is_token = !token.is_empty()
            && token.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'~' | b'-'));
        is_token.then(|| SecretString::from(token))
    })
}

/// Undoes `\xHH`, `\uHHHH` and `\/`. Any other escape stays: nothing that is looked for in a script holds one.
pub(super) fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        out.push_str(before);
        let number = |digits: std::ops::Range<usize>| {
            let digits = after.get(digits)?;
            let is_hex = digits.bytes().all(|b| b.is_ascii_hexdigit());
            char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| is_hex)?)
        };
        let (c, length) = match after.bytes().next() {
            Some(b'x') => (number(1..3), 3),
            Some(b'u') => (number(1..5), 5),
            Some(b'/') => (Some('/'), 1),
            _ => (None, 0),
        };
        rest = match c {
            Some(c) => {
                out.push(c);
                after.get(length..).unwrap_or_default()
            }
            None => {
                out.push('\\');
                after
            }
        };
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::ExposeSecret;

    #[test]
    fn tokens_are_found_in_scripts() {
        for (script, expected) in [
            (r"var stateToken = '00Xg3\x2DmadeUp_1';", Some("00Xg3-madeUp_1")),
            (
                r#"var oktaData = {"signIn":{"consent":null,"stateToken":"02.id\u002Ea\x7Eb"}};"#,
                Some("02.id.a~b"),
            ),
            (r#"{ 'stateToken' : "a" }"#, Some("a")),
            ("stateToken=\"a\"", Some("a")),
            ("var stateToken = ''; var stateToken = 'b';", Some("b")),
            ("var stateToken = null; x.stateToken = 'c'", Some("c")),
            ("var stateToken = 'a b';", None),
            (r"var stateToken = 'a\x27b';", None),
            (r"var stateToken = 'a\nb';", None),
            ("var stateToken = 'a", None),
            ("stateToken", None),
            ("stateToken=", None),
            ("stateToken=a", None),
            ("stateToken='\u{e9}'", None),
            ("", None),
        ] {
            let token = state_token(script);
            assert_eq!(token.as_ref().map(|token| token.expose_secret()), expected, "{script}");
        }
    }

    #[test]
    fn only_whole_escapes_are_undone() {
        for (text, expected) in [
            (r"a\x2Fb\u002fc\/d", "a/b/c/d"),
            (r"\x2", r"\x2"),
            (r"\x+1", r"\x+1"),
            (r"\u00", r"\u00"),
            (r"\uD800", r"\uD800"),
            (r"\\x41", r"\A"),
            ("\\\u{e9}\\x\u{e9}", "\\\u{e9}\\x\u{e9}"),
            ("\\", "\\"),
        ] {
            assert_eq!(unescape(text), expected, "{text}");
        }
    }
}
