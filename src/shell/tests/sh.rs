//! The sh family's code, by our own reading of its grammar.

use super::*;
use proptest::prelude::*;

/// Reads one sh word of single-quoted parts and backslash escapes, as POSIX 2.2 says; nothing else is a word of ours.
fn read_back(word: &str) -> Option<String> {
    let mut value = String::new();
    let mut chars = word.chars();
    while let Some(c) = chars.next() {
        match c {
            '\'' => loop {
                match chars.next()? {
                    '\'' => break,
                    c => value.push(c),
                }
            },
            '\\' => value.push(chars.next()?),
            _ => return None,
        }
    }
    Some(value)
}

#[test]
fn what_overrides_keys_is_unset_before_the_first_export() {
    let mut script = Script::for_credentials(Dialect::Sh);
    script.export("AWS_ACCESS_KEY_ID", "ASIAEXAMPLE").unwrap().export("AWS_SESSION_TOKEN", "it's").unwrap();
    assert_eq!(
        script.into_code(),
        "unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN\nexport AWS_ACCESS_KEY_ID='ASIAEXAMPLE'\nexport AWS_SESSION_TOKEN='it'\\''s'\n"
    );
}

#[test]
fn a_failure_is_a_subshell_that_exits_and_may_follow_unsets() {
    assert_eq!(Dialect::Sh.failure(77), "(exit 77)\n");
    let mut script = Script::new(Dialect::Sh);
    script.unset(&["AWS_ACCESS_KEY_ID"]).unwrap().unset(&[]).unwrap();
    assert_eq!(script.failing(69), "unset AWS_ACCESS_KEY_ID\n(exit 69)\n");
}

proptest! {
    #[test]
    fn a_quoted_value_reads_back_as_itself(value in "[^\0\r\n]*") {
        let word = Dialect::Sh.quote(&value).unwrap();
        prop_assert_eq!(read_back(&word), Some(value));
    }

    #[test]
    fn a_script_has_one_line_a_statement(value in "[^\0\r\n]*") {
        let mut script = Script::for_credentials(Dialect::Sh);
        script.export("A", &value).unwrap();
        let code = script.into_code();
        prop_assert_eq!(code.lines().count(), code.matches('\n').count());
        prop_assert!(code.split_terminator('\n').all(|line| line.starts_with("unset ") || line.starts_with("export ")));
        prop_assert_eq!(code.split_terminator('\n').count(), 2);
    }
}
