//! What `--role` says, and which roles were probably meant when it fits none.

use super::{LIMIT, RoleArn};

/// A choice of roles: a full ARN, `NAME`, or `ACCOUNT/NAME`, each with `*` and `?` as globs. Case counts.
///
/// NAME is held against the role's name and against path and name, so that `team/Dev` finds `role/team/Dev`. The
/// same text may mean the role `Dev` in the account whose alias is `team`: an alias cannot be told from the ARN,
/// so that reading matches nothing here, and [`RolePattern::account`] lets the caller say so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RolePattern {
    text: String,
}

impl RolePattern {
    /// `None` for an empty text, one longer than an ARN may be, one with blanks or control characters in it, and one
    /// that begins as an ARN but is neither a role's ARN nor a glob.
    pub fn parse(text: &str) -> Option<RolePattern> {
        let text = text.trim();
        let is_glob = text.contains(['*', '?']);
        let fits = !text.is_empty()
            && text.len() <= LIMIT
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
            && (!text.starts_with("arn:") || is_glob || RoleArn::parse(text).is_some());
        fits.then(|| RolePattern { text: text.to_owned() })
    }

    /// The text as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What stands before the first slash of `ACCOUNT/NAME`: digits (or a glob of them), an alias, or, as it may
    /// turn out, the first part of a path. `None` for a bare name and for an ARN.
    pub fn account(&self) -> Option<&str> {
        if self.text.starts_with("arn:") || self.text.starts_with('/') {
            return None;
        }
        self.text.split_once('/').map(|(account, _)| account)
    }

    /// Whether the role is among those that this pattern stands for.
    pub fn matches(&self, role: &RoleArn) -> bool {
        if self.text.starts_with("arn:") {
            return glob(&self.text, role.as_str());
        }
        let of_name = |pattern: &str| {
            let pattern = pattern.trim_start_matches('/');
            glob(pattern, role.name()) || glob(pattern, role.path_and_name())
        };
        match self.text.split_once('/') {
            Some((account, name)) if is_account(account) => {
                (glob(account, role.account_id()) && of_name(name)) || glob(&self.text, role.path_and_name())
            }
            _ => of_name(&self.text),
        }
    }
}

fn is_account(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit() || b == b'*' || b == b'?')
}

/// `*` is any run of bytes, slashes too; `?` is one byte. After a mismatch only the last star is tried again: at most
/// pattern times text steps, where a recursive matcher takes time without bound on `*a*a*a*a*b`.
fn glob(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.as_bytes(), text.as_bytes());
    let mut retry: Option<(&[u8], &[u8])> = None;
    loop {
        match (pattern.split_first(), text.split_first()) {
            (Some((b'*', rest)), _) => {
                retry = Some((rest, text));
                pattern = rest;
            }
            (None, None) => return true,
            (Some((p, rest)), Some((t, tail))) if p == t || *p == b'?' => (pattern, text) = (rest, tail),
            _ => match retry {
                Some((rest, [_, tail @ ..])) => {
                    retry = Some((rest, tail));
                    (pattern, text) = (rest, tail);
                }
                _ => return false,
            },
        }
    }
}

/// Up to three of `names` that `wanted` may have been meant to say, the likeliest first: names that hold it, or it
/// them, then names a few typing errors away. Case does not count here.
///
/// Bounded, because both sides come from outside: the first 1,000 names and 64 characters of each.
pub fn nearest(wanted: &str, names: &[&str]) -> Vec<String> {
    let fold = |text: &str| text.chars().take(64).flat_map(char::to_lowercase).collect::<Vec<char>>();
    let wanted = fold(wanted.trim_matches(['*', '/']));
    if wanted.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<(usize, &str)> = Vec::new();
    for name in names.iter().take(1000) {
        let folded = fold(name);
        let (short, long) = if folded.len() < wanted.len() { (&folded, &wanted) } else { (&wanted, &folded) };
        let holds = short.len() >= 3 && long.windows(short.len()).any(|window| window == short.as_slice());
        let distance = if holds { 1.min(long.len() - short.len()) } else { distance(&wanted, &folded) };
        if distance <= (wanted.len() / 3).max(1) && !found.iter().any(|(_, known)| known == name) {
            found.push((distance, name));
        }
    }
    found.sort_by_key(|(distance, _)| *distance);
    found.into_iter().take(3).map(|(_, name)| name.to_owned()).collect()
}

/// Levenshtein's distance, one row at a time.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.iter().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (slot, cb) in row.iter_mut().skip(1).zip(b) {
            let up = *slot;
            left = (diagonal + usize::from(ca != cb)).min(up + 1).min(left + 1);
            diagonal = up;
            *slot = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}
