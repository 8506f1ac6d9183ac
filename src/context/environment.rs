//! The environment variables as a value.

use secrecy::SecretString;
use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;

/// The environment variables, as they were when the process started. `Debug` shows names only.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<OsString, OsString>);

impl Environment {
    /// A variable that is text and not blank. A blank one counts as unset, as the recipe's `${OKTA_ORG:?}` has it.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(OsStr::new(name))?.to_str().filter(|text| !text.trim().is_empty())
    }

    /// A variable as it is, blank or not, if it is text.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.0.get(OsStr::new(name))?.to_str()
    }

    /// A variable that holds a secret; its blanks are part of it, an empty one is unset.
    pub fn secret(&self, name: &str) -> Option<SecretString> {
        let text = self.0.get(OsStr::new(name))?.to_str().filter(|text| !text.is_empty())?;
        Some(SecretString::from(text.to_owned()))
    }

    /// The same without some.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Environment {
        let mut rest = self.clone();
        names.iter().for_each(|name| {
            rest.0.remove(OsStr::new(name));
        });
        rest
    }

    /// A variable as a path.
    pub fn path(&self, name: &str) -> Option<&OsStr> {
        self.0.get(OsStr::new(name)).map(OsString::as_os_str).filter(|path| !path.is_empty())
    }
}

impl FromIterator<(OsString, OsString)> for Environment {
    fn from_iter<I: IntoIterator<Item = (OsString, OsString)>>(variables: I) -> Self {
        Environment(variables.into_iter().collect())
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}
