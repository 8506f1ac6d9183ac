//! Passwords, codes, tokens, cookies and keys: a type that cannot be printed by accident and is wiped when dropped.

pub use secrecy::{ExposeSecret, SecretString};
use std::ffi::OsStr;
use std::process::Command;
use zeroize::Zeroize;

/// Variables that no child of ours gets: a password or a code is for us, not for the command that prints another one.
const KEPT_FROM_CHILDREN: [&str; 3] = ["OKTA_PASSWORD", "MFA_CODE", "OKTA_MFA_CODE"];

/// A child process without the variables that hold our secrets: the one way to start a program for a secret.
pub fn child(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    KEPT_FROM_CHILDREN.iter().for_each(|name| {
        command.env_remove(name);
    });
    command
}

/// A secret from bytes that came from a file descriptor or a command: everything before the first newline, a CR before
/// it removed, as `$(…)` and `read` would have it. The bytes are wiped. `None` if they are not UTF-8.
pub fn first_line(mut bytes: Vec<u8>) -> Option<SecretString> {
    let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let secret = std::str::from_utf8(line).ok().map(|text| SecretString::from(text.to_owned()));
    bytes.zeroize();
    secret
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_ends_at_the_first_newline() {
        for (bytes, expected) in
            [("pw\nrest", "pw"), ("pw\r\n", "pw"), ("p w ", "p w "), ("", ""), ("\n", "")]
        {
            assert_eq!(first_line(bytes.into()).unwrap().expose_secret(), expected);
        }
        assert!(first_line(vec![0xff]).is_none());
    }

    #[test]
    fn debug_shows_nothing() {
        assert!(!format!("{:?}", SecretString::from("hunter2")).contains("hunter2"));
    }
}
