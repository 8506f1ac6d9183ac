//! Who can sign in, with which factors, and the AWS roles that exist.

mod factors;
mod people;
mod roles;
mod states;

pub use roles::Role;
pub(crate) use roles::{FOREIGN_PROVIDER, Further, THROTTLED, alias, further};

use std::sync::LazyLock;

/// Everyone. The order is that of `GET /sandbox/users`.
pub(crate) static USERS: LazyLock<Vec<User>> = LazyLock::new(|| {
    let mut everyone = Vec::from(people::PEOPLE);
    everyone.extend(states::PEOPLE);
    everyone.extend(factors::SINGLE);
    everyone.extend(factors::SEVERAL);
    everyone
});

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
    /// How the password's age ends a login that has passed everything else.
    pub(crate) age: Age,
    /// Whether the policy says that this person's pushes go out without asking, on any device.
    pub(crate) auto_push: bool,
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
            App::Many(roles) => roles(),
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
    /// Codes in a row, each good once. `ahead` is how many of the next ones are taken too: a button is pressed in
    /// a pocket. `again` wants a second code after the first right one, as RSA does in its next-token mode.
    ///
    /// Hardware tokens of RSA, Symantec and others change by the clock; here they change when a code is used, so
    /// that a test need not wait.
    Sequence {
        secret: &'static str,
        shape: Shape,
        ahead: u64,
        again: bool,
    },
    Push {
        outcome: Outcome,
        /// The phone's name; without one, it is named after its owner.
        phone: Option<&'static str>,
    },
    Question {
        answer: &'static str,
    },
    /// A code that is sent to someone, and the number or address as Okta shows it. The sandbox sends nothing: the
    /// code is fixed, or new with every message and known to [`crate::Sandbox::code`].
    Message {
        channel: Channel,
        to: &'static str,
        code: Option<&'static str>,
    },
    /// Gives a challenge no one here can answer.
    WebAuthn,
    /// The like before WebAuthn.
    U2f,
    /// Waits for a frame in a browser for ever.
    DuoWeb,
    /// Leads to another identity provider.
    Redirect,
    /// A factor type this API cannot verify at all.
    Unknown,
}

/// What a code of a sequence looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Six digits.
    Digits,
    /// What a YubiKey types: 44 characters of modhex, the first twelve always the same.
    YubiKey,
}

/// How a code is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Channel {
    Sms,
    Call,
    Email,
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
    Enroll,
    EnrollActivate,
    PasswordReset,
    Recovery,
    Consent,
    /// A status no client can know.
    Strange,
}

/// How old a password is. Okta looks at this after everything else has been passed, the factor included (Okta's
/// Authentication API reference).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    Fresh,
    /// `PASSWORD_WARN` for a client that has asked for it by `warnBeforePasswordExpired`, as the reference says.
    WarnIfAsked,
    /// `PASSWORD_WARN` whether or not it was asked for. No source shows a real org doing so.
    Warn,
    Expired,
}

/// What the AWS app answers.
#[derive(Debug)]
pub(crate) enum App {
    /// An assertion with these roles; with none, the Role attribute is left out.
    Aws(&'static [Role]),
    /// As [`App::Aws`], after the app's sign-on policy has asked for a factor.
    StepUp(&'static [Role]),
    /// As [`App::Aws`], with a long list of roles.
    Many(fn() -> &'static [Role]),
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
        for user in USERS.iter() {
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
