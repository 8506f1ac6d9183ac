//! Laws of quoting, by each shell's own rules as its manual states them; the shells themselves are asked in `tests`.

use super::*;
use proptest::prelude::*;

/// The value of one quoted word; `None` if the shell would read anything else than one word of literal text.
fn read(dialect: Dialect, word: &str) -> Option<String> {
    let mut chars = word.chars().peekable();
    let mut value = String::new();
    let is_quote = |c: char| match dialect {
        Dialect::PowerShell => matches!(c, '\'' | '\u{2018}'..='\u{201b}'),
        _ => c == '\'',
    };
    let joins = matches!(dialect, Dialect::Sh | Dialect::Fish | Dialect::Tcsh);
    while let Some(c) = chars.next() {
        match c {
            '\\' if joins => value.push(chars.next().filter(|c| !c.is_ascii_alphanumeric())?),
            c if is_quote(c) => loop {
                match (dialect, chars.next()?) {
                    (Dialect::Elvish | Dialect::PowerShell, c) if is_quote(c) => {
                        match chars.next_if(|next| is_quote(*next)) {
                            Some(second) => value.push(second),
                            None => break,
                        }
                    }
                    (_, c) if is_quote(c) => break,
                    (Dialect::Fish, '\\') => match chars.next()? {
                        c @ ('\\' | '\'') => value.push(c),
                        c => value.extend(['\\', c]),
                    },
                    (Dialect::Xonsh, '\\') => value.push(chars.next().filter(|c| matches!(c, '\\' | '\''))?),
                    (Dialect::Tcsh, '\\') => value.push(chars.next_if_eq(&'!').unwrap_or('\\')),
                    (Dialect::Tcsh, '!') => return None,
                    (_, c) => value.push(c),
                }
            },
            _ => return None,
        }
        if !joins && chars.peek().is_some() {
            return None;
        }
    }
    Some(value)
}

proptest! {
    #[test]
    fn every_dialect_carries_a_value_or_refuses_it(value in "[^\0\r\n]{0,40}|['\\\\!$`\"\u{2018}-\u{201b} ]{0,12}|(?s:.{0,5})") {
        for dialect in Dialect::ALL {
            match dialect.quote(&value) {
                Ok(word) => prop_assert_eq!(read(dialect, &word), Some(value.clone()), "{:?} {}", dialect, word),
                Err(_) => prop_assert!(value.is_empty() || value.contains(['\0', '\r', '\n']), "{:?}", dialect),
            }
        }
    }

    #[test]
    fn a_line_of_a_file_is_one_line_with_the_value(value in "\\PC{0,20}|[ -~]{0,20}|(?s:.{0,5})") {
        for file in File::ALL {
            let Ok(line) = file.line("A", &value) else { continue };
            let rest = line.strip_prefix("A=").and_then(|line| line.strip_suffix('\n')).unwrap();
            prop_assert!(!rest.contains(char::is_control));
            prop_assert!(rest == value || read(Dialect::Sh, rest).as_deref() == Some(value.as_str()), "{:?} {}", file, line);
        }
    }
}
