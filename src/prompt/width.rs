//! How many columns of a terminal a text takes, and what of it fits.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The columns that `text` takes at most. Terminals differ on emoji of several characters: some draw one, some each of them. A line that
/// wraps spoils what is drawn below, one that is a column short does not, so the wider of the two counts.
pub(super) fn columns(text: &str) -> usize {
    let one_by_one: usize = text.chars().map(|c| c.width().unwrap_or(0)).sum();
    text.width().max(one_by_one)
}

/// `text` in at most `limit` columns, with … where something is missing at its end.
pub(super) fn cut(text: &str, limit: usize) -> String {
    if columns(text) <= limit {
        return text.to_owned();
    }
    if limit == 0 {
        return String::new();
    }
    let mut kept = String::new();
    for c in text.chars() {
        kept.push(c);
        if columns(&kept) + 1 > limit {
            kept.pop();
            break;
        }
    }
    kept.push('…');
    // The last character may have been one that joins the one before it.
    if columns(&kept) <= limit { kept } else { "…".to_owned() }
}

/// The end of `text` that fits `limit` columns, with … where something is missing before it.
pub(super) fn tail(text: &str, limit: usize) -> String {
    if columns(text) <= limit {
        return text.to_owned();
    }
    if limit == 0 {
        return String::new();
    }
    let fits = |start: &usize| text.get(*start..).is_some_and(|rest| columns(&format!("…{rest}")) <= limit);
    let start = text.char_indices().map(|(start, _)| start).find(fits);
    start.and_then(|start| text.get(start..)).map_or_else(|| "…".to_owned(), |rest| format!("…{rest}"))
}

/// `text` cut to `width` and filled up to it with blanks.
pub(super) fn padded(text: &str, width: usize) -> String {
    let text = cut(text, width);
    let missing = width.saturating_sub(columns(&text));
    text + &" ".repeat(missing)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_are_those_of_a_terminal() {
        for (text, expected) in
            [("", 0), ("abc", 3), ("管理", 4), ("é", 1), ("e\u{301}", 1), ("😀", 2), ("❤️", 2), ("👍🏽", 4)]
        {
            assert_eq!(columns(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_text_says_that_it_was_cut() {
        assert_eq!(cut("ReadOnly", 8), "ReadOnly");
        assert_eq!(cut("ReadOnly", 5), "Read…");
        assert_eq!(cut("管理者", 4), "管…");
        assert_eq!(cut("管理者", 1), "…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(tail("ReadOnly", 5), "…Only");
        assert_eq!(tail("管理者", 4), "…者");
        assert_eq!(padded("管", 4), "管  ");
    }

    proptest! {
        #[test]
        fn what_is_cut_fits(text in "\\PC{0,30}", limit in 0_usize..20) {
            prop_assert!(columns(&cut(&text, limit)) <= limit);
            prop_assert!(columns(&tail(&text, limit)) <= limit);
            prop_assert!(columns(&padded(&text, limit)) <= limit);
        }
    }
}
