//! Lines `NAME=value` for programs that read a file of variables. None of them can unset a variable or fail.

use super::{checked, refused};
use crate::error::Error;

/// A way to read `NAME=value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum File {
    /// Without quotes, for readers that know some or that know none.
    Bare,
    /// For the many readers of `.env`: quoted where it must be, with what all of them understand.
    Dotenv,
    /// For `docker run --env-file`: the value is the rest of the line, quotes and all.
    Docker,
    /// For the file that `GITHUB_ENV` names: the rest of the line, too.
    Github,
}

impl File {
    /// Every way.
    pub const ALL: [File; 4] = [File::Bare, File::Dotenv, File::Docker, File::Github];

    /// The line that sets `name`, with its newline.
    ///
    /// # Errors
    /// `wrong_document` for a value that would be read as another; `usage` for a name that is none.
    pub fn line(self, name: &str, value: &str) -> Result<String, Error> {
        checked(name)?;
        // Without these a value is read as it stands by a shell, by each reader of .env and by one that knows no quotes.
        let plain = |c: char| c.is_ascii_alphanumeric() || "_./+=:@%,-".contains(c);
        let carried = |c: char| match self {
            File::Bare => plain(c),
            // Readers disagree on a backslash and an apostrophe in single quotes, and some expand `$` and backticks even there.
            File::Dotenv => !c.is_control() && !"'\\$`\u{2028}\u{2029}".contains(c),
            File::Docker | File::Github => !c.is_control(),
        };
        if let Some(c) = value.chars().find(|c| !carried(*c)) {
            return Err(refused(c));
        }
        // docker leaves them, podman has not always.
        if self == File::Docker
            && let Some(blank) =
                [value.chars().next(), value.chars().last()].into_iter().flatten().find(|c| c.is_whitespace())
        {
            return Err(refused(blank));
        }
        Ok(match self {
            File::Dotenv if !value.chars().all(plain) => format!("{name}='{value}'\n"),
            _ => format!("{name}={value}\n"),
        })
    }
}

/// The line in a step's output that makes GitHub hide `value` in its log from there on.
///
/// # Errors
/// `wrong_document` for a value of several lines.
pub fn github_mask(value: &str) -> Result<String, Error> {
    match value.chars().find(char::is_ascii_control) {
        Some(c) => Err(refused(c)),
        None => Ok(format!("::add-mask::{}\n", value.replace('%', "%25"))),
    }
}
