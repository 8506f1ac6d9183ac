//! Our own reading of what each shell would read, by its manual and not by our code.

use oktapipe::shell::Dialect;

/// The value of one quoted word; `None` if the shell would read anything else than one word of literal text.
pub fn word(dialect: Dialect, word: &str) -> Option<String> {
    let mut chars = word.chars().peekable();
    let mut value = String::new();
    let is_quote = |c: char| match dialect {
        Dialect::PowerShell => matches!(c, '\'' | '\u{2018}'..='\u{201b}'),
        _ => c == '\'',
    };
    while let Some(c) = chars.next() {
        if c == '\\' && matches!(dialect, Dialect::Sh | Dialect::Fish | Dialect::Tcsh) {
            value.push(chars.next().filter(|c| !c.is_ascii_alphanumeric())?);
            continue;
        }
        if !is_quote(c) {
            return None;
        }
        loop {
            match (dialect, chars.next()?) {
                // A doubled quote is one quote.
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
                (Dialect::Tcsh, '\\') => match chars.next_if_eq(&'!') {
                    Some(mark) => value.push(mark),
                    None => value.push('\\'),
                },
                (Dialect::Tcsh, '!') => return None,
                (_, '\0' | '\n' | '\r') => return None,
                (_, c) => value.push(c),
            }
        }
        // These have no way to go on after a string.
        if matches!(dialect, Dialect::Elvish | Dialect::PowerShell | Dialect::Xonsh) && chars.peek().is_some()
        {
            return None;
        }
    }
    Some(value)
}

/// What the pattern means, by dynamic programming over all of it: no retries, no cleverness.
pub fn glob(pattern: &[u8], text: &[u8]) -> bool {
    let mut row = vec![false; text.len() + 1];
    row[0] = true;
    for p in pattern {
        let mut next = vec![false; text.len() + 1];
        next[0] = *p == b'*' && row[0];
        for (i, t) in text.iter().enumerate() {
            next[i + 1] = match p {
                b'*' => row[i + 1] || next[i],
                b'?' => row[i],
                p => row[i] && p == t,
            };
        }
        row = next;
    }
    row[text.len()]
}

/// The text of every section of an INI file but `but`, and what stands before the first, without what ends each: where sections cannot be
/// indented below a key, a line that begins with a bracket is a header.
pub fn sections(text: &str, but: &str) -> Vec<String> {
    let is_blank = |c: char| c.is_whitespace() || ('\u{1c}'..='\u{1f}').contains(&c);
    let mut sections = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.trim_start_matches(is_blank).starts_with('[') {
            sections.push(String::new());
        }
        sections.last_mut().unwrap().push_str(line);
    }
    let head = format!("[{but}]");
    sections.retain(|section| !section.trim_start_matches(is_blank).starts_with(&head));
    sections.into_iter().map(|section| section.trim_end().to_owned()).collect()
}
