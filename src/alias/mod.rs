//! Names of AWS accounts, as decoration: nothing that a login needs depends on one.

mod page;
#[cfg(test)]
mod tests;

pub use page::{ACCOUNTS, AccountPage, BYTES, read};

/// An account, and how it is called.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Account {
    /// Twelve digits.
    pub id: String,
    /// Its alias, if it has one.
    pub alias: Option<String>,
}

/// Who says how an account is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The person, in the file of profiles.
    Config,
    /// AWS's sign-in page.
    SignIn,
    /// IAM's ListAccountAliases.
    Iam,
}

impl Source {
    /// Its name in documents.
    pub const fn name(self) -> &'static str {
        match self {
            Source::Config => "config",
            Source::SignIn => "sign-in",
            Source::Iam => "iam",
        }
    }

    /// The source of a name.
    pub fn named(name: &str) -> Option<Source> {
        [Source::Config, Source::SignIn, Source::Iam].into_iter().find(|source| source.name() == name)
    }
}

/// Whether a text is what IAM takes for an alias: 3 to 63 lower-case letters, digits and single hyphens, none at either end. What AWS says of an account
/// and is none is passed over: it would be typed on command lines, and shown.
pub fn is_alias(text: &str) -> bool {
    (3..=63).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !text.starts_with('-')
        && !text.ends_with('-')
        && !text.contains("--")
}

/// Whether a text is the id of an account.
pub fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}
