//! Who can sign in, with which factors, and the AWS roles that exist.

mod people;
mod roles;

pub(crate) use people::USERS;
pub(crate) use roles::FOREIGN_PROVIDER;
pub use roles::Role;

use roles::MANY;

/// A person who can (or cannot) sign in.
#[derive(Debug)]
pub struct User {
    /// The login, `ada@acme.example`. The part before the `@` is accepted too, as Okta accepts an unambiguous
    /// short name.
    pub login: &'static str,
    /// The password.
    pub password: &'static str,
    /// What this person is for, in a few words.
    pub about: &'static str,
    /// The given name and the family name in the profile.
    pub name: (&'static str, &'static str),
    /// The factors enrolled, in the order `_embedded.factors` lists them.
    pub factors: &'static [Factor],
    /// What the password alone leads to.
    pub(crate) gate: Gate,
    /// What the AWS app shows this person.
    pub(crate) app: App,
    /// The value of the attribute SessionDuration in this person's assertions.
    pub session_duration: u32,
}

impl User {
    /// The part of the login before the `@`.
    pub fn short_name(&self) -> &'static str {
        self.login.split('@').next().unwrap_or(self.login)
    }

    /// Okta's id of the user: `00u`, 20 characters.
    pub fn id(&self) -> String {
        format!("00u{:0<7.7}example0x7", self.short_name())
    }

    /// The roles an assertion of this person names, in its order.
    pub fn roles(&self) -> &'static [Role] {
        match &self.app {
            App::Aws(roles) | App::StepUp(roles) => roles,
            App::Many => &MANY,
            App::Unassigned | App::PasswordForm => &[],
        }
    }

    /// The base32 secret of the TOTP factor of this provider (`GOOGLE` or `OKTA`).
    pub fn totp_secret(&self, provider: &str) -> Option<&'static str> {
        self.factors.iter().find_map(|factor| match factor.means {
            Means::Totp { secret } if factor.provider == provider => Some(secret),
            _ => None,
        })
    }
}

/// An enrolled factor.
#[derive(Debug)]
pub struct Factor {
    /// The factor's id, 20 characters with the type's usual prefix.
    pub id: &'static str,
    /// Okta's `factorType`.
    pub factor_type: &'static str,
    /// Okta's `provider`.
    pub provider: &'static str,
    pub(crate) means: Means,
}

/// How a factor behaves when it is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Means {
    Totp {
        secret: &'static str,
    },
    Push(Outcome),
    Question {
        answer: &'static str,
    },
    /// A code by text message. The sandbox sends none; the code is fixed.
    Sms {
        code: &'static str,
    },
    /// Gives a challenge no one here can answer.
    WebAuthn,
    /// Waits for a frame in a browser for ever.
    DuoWeb,
    /// A factor type this API cannot verify at all.
    Unknown,
}

/// What the phone's owner does with a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Approved,
    /// Approved after the right one of three numbers was tapped.
    Numbered,
    Rejected,
    Unanswered,
}

/// What a right password leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gate {
    Open,
    Mfa,
    /// `LOCKED_OUT` with HTTP 200: the policy shows lock-outs.
    LockedShown,
    /// 401, as with a wrong password: the policy hides lock-outs.
    LockedHidden,
    PasswordExpired,
    Enroll,
}

/// What the AWS app answers.
#[derive(Debug)]
pub(crate) enum App {
    /// An assertion with these roles; with none, the Role attribute is left out.
    Aws(&'static [Role]),
    /// As [`App::Aws`], after the app's sign-on policy has asked for a factor.
    StepUp(&'static [Role]),
    /// An assertion with 200 roles.
    Many,
    /// The user is not assigned to the app.
    Unassigned,
    /// The app is in SWA mode: it posts a stored password, not an assertion.
    PasswordForm,
}

/// Finds a user by login or short name. Case does not matter in an Okta login.
pub(crate) fn find(login: &str) -> Option<&'static User> {
    USERS
        .iter()
        .find(|user| user.login.eq_ignore_ascii_case(login) || user.short_name().eq_ignore_ascii_case(login))
}

/// Finds a role that exists in AWS by its ARN. Case matters, as it does in IAM.
pub(crate) fn find_role(arn: &str) -> Option<&'static Role> {
    USERS.iter().flat_map(User::roles).find(|role| role.arn == arn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn passwords_can_be_searched_for_and_ids_are_distinct() {
        let mut ids = HashSet::new();
        for user in USERS {
            assert!(user.password.contains("CANARY-pw-"), "{}", user.login);
            assert_eq!(user.id().len(), 20, "{}", user.login);
            assert!(ids.insert(user.id()), "{}", user.login);
            for factor in user.factors {
                assert_eq!(factor.id.len(), 20, "{}", factor.id);
                assert!(ids.insert(factor.id.to_owned()), "{}", factor.id);
            }
        }
    }

    #[test]
    fn a_user_is_found_by_short_name_in_any_case() {
        assert_eq!(find("ADA").map(|user| user.login), Some("ada@acme.example"));
        assert!(find("nobody").is_none());
        assert!(find_role("arn:aws:iam::111122223333:role/dev").is_none());
    }
}
