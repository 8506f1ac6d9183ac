//! As much of YAML as okta-aws-cli's documentation shows: maps in maps, a key and a plain or quoted string a line.
//!
//! A whole reader of YAML is thousands of lines for one file of one peer, and its surprises (anchors, tags, `no` as false) are of no use here.

/// A string, and the keys that lead to it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Leaf {
    pub(super) path: Vec<String>,
    pub(super) value: String,
}

/// Deeper than any that is documented.
const DEPTH: usize = 16;

/// The strings of the file, in order.
///
/// # Errors
/// The first line that is something else, counted from 1.
pub(super) fn leaves(text: &str) -> Result<Vec<Leaf>, usize> {
    let mut found: Vec<Leaf> = Vec::new();
    let mut above: Vec<(usize, String)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let fault = number + 1;
        let content = line.trim_start_matches(' ');
        let indent = line.len() - content.len();
        if content.trim().is_empty()
            || content.starts_with('#')
            || (indent == 0 && content.trim_end() == "---")
        {
            continue;
        }
        let (key, rest) = key(content).ok_or(fault)?;
        above.retain(|(column, _)| *column < indent);
        if above.len() == DEPTH {
            return Err(fault);
        }
        let mut path: Vec<String> = above.iter().map(|(_, key)| key.clone()).collect();
        path.push(key.clone());
        match value(rest).ok_or(fault)? {
            Some(value) => found.push(Leaf { path, value }),
            None => above.push((indent, key)),
        }
    }
    Ok(found)
}

/// The key, and what stands behind its colon.
fn key(content: &str) -> Option<(String, &str)> {
    for quote in ['"', '\''] {
        if let Some(rest) = content.strip_prefix(quote) {
            let (key, rest) = rest.split_once(quote)?;
            return Some((key.to_owned(), rest.trim_start().strip_prefix(':')?));
        }
    }
    let end = content
        .find(": ")
        .or_else(|| content.trim_end().ends_with(':').then(|| content.trim_end().len() - 1))?;
    let (key, rest) = content.split_at_checked(end)?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._/@:*+-".contains(c);
    let is_key = !key.is_empty() && key.chars().all(is_plain) && !key.starts_with(['-', '*', '@']);
    is_key.then(|| Some((key.to_owned(), rest.strip_prefix(':')?)))?
}

/// The string; nothing where a map follows below. `None` for what is neither.
fn value(rest: &str) -> Option<Option<String>> {
    let rest = rest.trim();
    for quote in ['"', '\''] {
        if let Some(inside) = rest.strip_prefix(quote) {
            let (inside, behind) = inside.split_once(quote)?;
            let behind = behind.trim_start();
            let is_end = behind.is_empty() || behind.starts_with('#');
            // An escape would be taken for what it is written as.
            return (is_end && !inside.contains('\\')).then(|| Some(inside.to_owned()));
        }
    }
    let plain = if rest.starts_with('#') {
        ""
    } else {
        rest.split_once(" #").map_or(rest, |(plain, _)| plain.trim_end())
    };
    if plain.is_empty() {
        return Some(None);
    }
    let is_other =
        plain.starts_with(['[', '{', '|', '>', '&', '*', '!', '%', '@', '`']) || plain.contains(": ");
    (!is_other).then(|| Some(plain.to_owned()))
}
