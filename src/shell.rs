//! Code for a shell to evaluate: what `export` prints, and how a value is quoted in it.
//!
//! After `eval "$(… | oktapipe export)"` the shells of the sh family report status 0 whatever we exit with, so the only
//! thing that a failed pipe can do about it is to print code that fails: [`Dialect::failure`]. `return N` there ends the whole shell in zsh,
//! dash and ksh, `exit N` closes the person's window, and `false` loses the number.
//!
//! A value that a dialect cannot carry is refused, never mangled.

use crate::error::{Error, Kind};

mod file;
mod grammar;
#[cfg(test)]
mod laws;
mod read;

pub use file::{File, github_mask};
pub use read::{Statement, is_code, read};

use grammar::Grammar;

/// A family of shells that read the same code.
///
/// A shell with other rules is one more variant here and one more `Grammar`; nothing else knows the differences. nushell has none: it
/// evaluates no code, and loads a JSON object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// bash, zsh, dash, ksh93, mksh, yash and busybox ash read one and the same code.
    #[default]
    Sh,
    /// fish.
    Fish,
    /// tcsh, and csh.
    Tcsh,
    /// elvish.
    Elvish,
    /// xonsh.
    Xonsh,
    /// PowerShell.
    PowerShell,
}

impl Dialect {
    /// Every dialect.
    pub const ALL: [Dialect; 6] =
        [Dialect::Sh, Dialect::Fish, Dialect::Tcsh, Dialect::Elvish, Dialect::Xonsh, Dialect::PowerShell];

    const fn grammar(self) -> &'static Grammar {
        match self {
            Dialect::Sh => &grammar::SH,
            Dialect::Fish => &grammar::FISH,
            Dialect::Tcsh => &grammar::TCSH,
            Dialect::Elvish => &grammar::ELVISH,
            Dialect::Xonsh => &grammar::XONSH,
            Dialect::PowerShell => &grammar::POWERSHELL,
        }
    }

    /// The names by which a person may ask for this dialect.
    pub fn names(self) -> &'static [&'static str] {
        self.grammar().names
    }

    /// The dialect that the shell of this name reads.
    pub fn named(name: &str) -> Option<Dialect> {
        Dialect::ALL.into_iter().find(|dialect| dialect.names().contains(&name))
    }

    /// `value` as one word of this dialect, which the shell reads back as `value`.
    ///
    /// # Errors
    /// `wrong_document` if the dialect cannot carry it.
    pub fn quote(self, value: &str) -> Result<String, Error> {
        let grammar = self.grammar();
        if value.is_empty() && !grammar.carries_empty {
            return Err(Error::new(
                Kind::WrongDocument,
                "a value is empty, which this shell cannot have",
                OTHER_FORMAT,
            ));
        }
        let mut quoted = String::with_capacity(value.len() + 2);
        quoted.push(grammar.quote);
        for c in value.chars() {
            if grammar::REFUSED.contains(&c) {
                return Err(refused(c));
            }
            match grammar.escapes.iter().find(|(escaped, _)| *escaped == c) {
                Some((_, escape)) => quoted.push_str(escape),
                None => quoted.push(c),
            }
        }
        quoted.push(grammar.quote);
        Ok(quoted)
    }

    /// A statement that fails with `code`, for a pipe that failed before its end; nothing for a shell that stops without.
    pub fn failure(self, code: u8) -> String {
        (self.grammar().failure)(code)
    }
}

/// Variables that would win over keys in the environment, or make an SDK stop: with both set, the JavaScript SDK takes the
/// profile, and botocore fails if the profile is not in the config. Unset, never blank: botocore looks for a profile named ''.
pub const OVERRIDING: [&str; 3] = ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN"];

/// Statements, in order. Each is one simple command on a line of its own, without comments and without words before its name:
/// `shell/oktapipe.sh` puts a backslash before each line, so that no alias for `export` or `unset` takes part.
#[derive(Clone, PartialEq, Eq)]
pub struct Script {
    dialect: Dialect,
    code: String,
}

impl std::fmt::Debug for Script {
    /// Not the code: it holds keys.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("dialect", &self.dialect).field("bytes", &self.code.len()).finish()
    }
}

impl Script {
    /// No statements yet.
    pub fn new(dialect: Dialect) -> Script {
        Script { dialect, code: String::new() }
    }

    /// The beginning of a script that hands over keys: what would override them is unset, and first, because a
    /// variable that fish unsets hides a later one.
    pub fn for_credentials(dialect: Dialect) -> Script {
        Script { dialect, code: (dialect.grammar().unset)(&OVERRIDING) }
    }

    /// Exports `name` with `value`.
    ///
    /// # Errors
    /// `wrong_document` for a value that the dialect cannot carry; `usage` for a name that is none.
    pub fn export(&mut self, name: &str, value: &str) -> Result<&mut Script, Error> {
        checked(name)?;
        let quoted = self.dialect.quote(value)?;
        self.code.push_str(&(self.dialect.grammar().export)(name, &quoted));
        Ok(self)
    }

    /// Unsets `names`, which may be unset already.
    ///
    /// # Errors
    /// `usage` for a name that is none.
    pub fn unset(&mut self, names: &[&str]) -> Result<&mut Script, Error> {
        for name in names {
            checked(name)?;
        }
        if !names.is_empty() {
            self.code.push_str(&(self.dialect.grammar().unset)(names));
        }
        Ok(self)
    }

    /// Ends the script with a statement that fails with `code`.
    pub fn failing(mut self, code: u8) -> String {
        self.code.push_str(&self.dialect.failure(code));
        self.code
    }

    /// The code, ending in a newline, and with status 0.
    pub fn into_code(mut self) -> String {
        self.code.push_str(self.dialect.grammar().end);
        self.code
    }
}

/// Whether every shell takes `name` for a variable: `[A-Za-z_][A-Za-z0-9_]*`.
pub fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

const OTHER_FORMAT: &str = "take another output format, for instance --format json";

fn refused(c: char) -> Error {
    let code = u32::from(c);
    Error::new(
        Kind::WrongDocument,
        format!("a value holds a character that this format cannot carry (U+{code:04X})"),
        OTHER_FORMAT,
    )
}

fn checked(name: &str) -> Result<(), Error> {
    if is_name(name) {
        return Ok(());
    }
    let message = format!("{} is not the name of a variable", crate::error::printable(name));
    Err(Error::new(Kind::Usage, message, "take letters, digits and _, and no digit first"))
}

#[cfg(test)]
mod tests;
