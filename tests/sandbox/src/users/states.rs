//! People whose login ends in a status of its own, and the crowd of roles.

use super::people::{PLAIN, push, totp};
use super::roles::crowd;
use super::{Age, App, Gate, Outcome, User};

/// One of each status that `people` has not.
pub(super) const PEOPLE: [User; 11] = [
    User {
        login: "warn@acme.example",
        password: "CANARY-pw-warn-FiveDays",
        about: "the password expires soon; PASSWORD_WARN if warnBeforePasswordExpired asks for it",
        name: ("Wa", "Rn"),
        age: Age::WarnIfAsked,
        ..PLAIN
    },
    User {
        login: "warned@acme.example",
        password: "CANARY-pw-warned-FiveDays",
        about: "the password expires soon; PASSWORD_WARN whether or not it is asked for",
        name: ("War", "Ned"),
        age: Age::Warn,
        ..PLAIN
    },
    User {
        login: "latewarn@acme.example",
        password: "CANARY-pw-latewarn-AfterCode",
        about: "Google Authenticator, and only then PASSWORD_WARN",
        name: ("Late", "Warn"),
        factors: &[totp("uftlatewarnexample0x", "GOOGLE", "MZXXEIDUNBSSA3DBOR2GK4RAOBQXG5A2")],
        gate: Gate::Mfa,
        age: Age::Warn,
        ..PLAIN
    },
    User {
        login: "stale@acme.example",
        password: "CANARY-pw-stale-AfterCode",
        about: "Google Authenticator, and only then PASSWORD_EXPIRED",
        name: ("Sta", "Le"),
        factors: &[totp("uftstale00example0x7", "GOOGLE", "ONXW2ZLUNBUW4ZZAORUGC5BANF2XGIDB")],
        gate: Gate::Mfa,
        age: Age::Expired,
        ..PLAIN
    },
    User {
        login: "reset@acme.example",
        password: "CANARY-pw-reset-Forgotten",
        about: "PASSWORD_RESET: a new password must be set",
        name: ("Re", "Set"),
        gate: Gate::PasswordReset,
        ..PLAIN
    },
    User {
        login: "recovery@acme.example",
        password: "CANARY-pw-recovery-Question",
        about: "RECOVERY: the recovery question must be answered",
        name: ("Reco", "Very"),
        gate: Gate::Recovery,
        ..PLAIN
    },
    User {
        login: "activate@acme.example",
        password: "CANARY-pw-activate-QrCode",
        about: "MFA_ENROLL_ACTIVATE: an enrolment that was begun must be finished",
        name: ("Acti", "Vate"),
        gate: Gate::EnrollActivate,
        ..PLAIN
    },
    User {
        login: "consent@acme.example",
        password: "CANARY-pw-consent-Terms",
        about: "CONSENT_REQUIRED, which is in no reference",
        name: ("Con", "Sent"),
        gate: Gate::Consent,
        ..PLAIN
    },
    User {
        login: "strange@acme.example",
        password: "CANARY-pw-strange-New",
        about: "SOMETHING_NEW, a status that no client knows",
        name: ("Str", "Ange"),
        gate: Gate::Strange,
        ..PLAIN
    },
    User {
        login: "autopush@acme.example",
        password: "CANARY-pw-autopush-AtOnce",
        about: "push, approved; the policy says autoPushEnabled",
        name: ("Auto", "Push"),
        factors: &[push("opfautopusexample0x7", Outcome::Approved)],
        gate: Gate::Mfa,
        auto_push: true,
        ..PLAIN
    },
    User {
        login: "crowd@acme.example",
        password: "CANARY-pw-crowd-TwoFifty",
        about: "250 roles in three accounts, an assertion just below 100,000 characters; Crowd-Refused is refused, Crowd-Throttled throttled once",
        name: ("Crow", "D"),
        app: App::Many(crowd),
        ..PLAIN
    },
];
