//! Choosing by number: where a list cannot move, and where a program asks.

use crate::error::printable;
use crate::terminal::Choice;
use std::fmt::Write as _;

/// How often a number that is none of the choices may be typed before the question counts as not answered.
pub(super) const ATTEMPTS: usize = 3;

/// The question with its choices, one a line.
pub(super) fn list(question: &str, choices: &[Choice]) -> String {
    let width = choices.len().to_string().len();
    let mut text = format!("{question}\n");
    for (index, choice) in choices.iter().enumerate() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {:>width$}  {}", index + 1, printable(&choice.name));
    }
    text
}

/// The choice that an answer names, from 0.
pub(super) fn chosen(answer: &[u8], count: usize) -> Option<usize> {
    let number: usize = std::str::from_utf8(answer).ok()?.trim().parse().ok()?;
    number.checked_sub(1).filter(|index| *index < count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_numbered_from_one_and_cannot_move_the_cursor() {
        let choice = |n| Choice { name: format!("role{n}\x1b[2J\n"), columns: Vec::new() };
        let choices: Vec<Choice> = (0..10).map(choice).collect();
        let text = list("Role", &choices);
        assert!(text.starts_with("Role\n   1  role0 [2J\n   2  role1"), "{text:?}");
        assert!(text.ends_with("  10  role9 [2J\n"), "{text:?}");
        assert!(!text.contains('\x1b'));
    }

    #[test]
    fn only_a_number_of_the_list_is_a_choice() {
        for (answer, expected) in [
            ("1", Some(0)),
            (" 3 ", Some(2)),
            ("0", None),
            ("4", None),
            ("", None),
            ("-1", None),
            ("x", None),
        ] {
            assert_eq!(chosen(answer.as_bytes(), 3), expected, "{answer:?}");
        }
    }
}
