//! Everyone in the org. Every password holds `CANARY-pw-`, so that a test can search files, logs and process
//! tables for any of them.

use super::roles::{ADA, CHINESE, GRACE, QUOTE, SOLO, TWO_ROLES, many};
use super::{Age, App, Channel, Factor, Gate, Means, Outcome, User};

pub(super) const fn totp(id: &'static str, provider: &'static str, secret: &'static str) -> Factor {
    Factor { id, factor_type: "token:software:totp", provider, means: Means::Totp { secret } }
}

pub(super) const fn factor(
    id: &'static str,
    factor_type: &'static str,
    provider: &'static str,
    means: Means,
) -> Factor {
    Factor { id, factor_type, provider, means }
}

pub(super) const fn push(id: &'static str, outcome: Outcome) -> Factor {
    factor(id, "push", "OKTA", Means::Push { outcome, phone: None })
}

/// Someone with one account's developer role and no second factor; the others are this with a difference.
pub(super) const PLAIN: User = User {
    login: "",
    password: "",
    about: "",
    name: ("", "Example"),
    factors: &[],
    gate: Gate::Open,
    age: Age::Fresh,
    auto_push: false,
    app: App::Aws(TWO_ROLES),
    session_duration: 43_200,
};

/// Those who sign in, and those who are refused in the usual ways.
pub(super) const PEOPLE: [User; 22] = [
    User {
        login: "ada@acme.example",
        password: "CANARY-pw-ada-Lovelace1815",
        about: "no second factor; three roles in two accounts, one with a path",
        name: ("Ada", "Lovelace"),
        app: App::Aws(ADA),
        ..PLAIN
    },
    User {
        login: "solo@acme.example",
        password: "CANARY-pw-solo-OnlyOne1",
        about: "no second factor; exactly one role, SessionDuration 3600",
        name: ("Han", "Solo"),
        app: App::Aws(SOLO),
        session_duration: 3600,
        ..PLAIN
    },
    User {
        login: "quote@acme.example",
        password: "CANARY-pw-quote \"double\" 'single' \\back $HOME `tick` é",
        about: "no second factor; a password full of what shells and JSON quote",
        name: ("Quo", "O'Tè"),
        app: App::Aws(QUOTE),
        ..PLAIN
    },
    User {
        login: "grace@acme.example",
        password: "CANARY-pw-grace-Hopper1906",
        about: "Google Authenticator; four roles, one of them refused by its trust policy",
        name: ("Grace", "Hopper"),
        factors: &[totp("uftgrace00example0x7", "GOOGLE", "KRUGS4ZANFZSAYLOEBSXQYLNOBWGK3Q5")],
        gate: Gate::Mfa,
        app: App::Aws(GRACE),
        ..PLAIN
    },
    User {
        login: "hopper@acme.example",
        password: "CANARY-pw-hopper-TwoCodes2",
        about: "Okta Verify codes and Google Authenticator, with different secrets",
        name: ("Hop", "Per"),
        factors: &[
            totp("osthopper0example0x7", "OKTA", "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U"),
            totp("ufthopper0example0x7", "GOOGLE", "OV3HO6DZPIYDCMRTGQ2TMNZYHFAUEQ2E"),
        ],
        gate: Gate::Mfa,
        ..PLAIN
    },
    User {
        login: "push@acme.example",
        password: "CANARY-pw-push-Approve1",
        about: "push, approved after some polls",
        name: ("Pu", "Sh"),
        factors: &[push("opfpush000example0x7", Outcome::Approved)],
        gate: Gate::Mfa,
        ..PLAIN
    },
    User {
        login: "number@acme.example",
        password: "CANARY-pw-number-NinetyTwo",
        about: "push with a number to tap, then approved",
        name: ("Num", "Ber"),
        factors: &[push("opfnumber0example0x7", Outcome::Numbered)],
        gate: Gate::Mfa,
        ..PLAIN
    },
    User {
        login: "reject@acme.example",
        password: "CANARY-pw-reject-NoNoNo",
        about: "push, rejected",
        name: ("Re", "Ject"),
        factors: &[push("opfreject0example0x7", Outcome::Rejected)],
        gate: Gate::Mfa,
        ..PLAIN
    },
    User {
        login: "timeout@acme.example",
        password: "CANARY-pw-timeout-Silence",
        about: "push, never answered",
        name: ("Time", "Out"),
        factors: &[push("opftimeoutexample0x7", Outcome::Unanswered)],
        gate: Gate::Mfa,
        ..PLAIN
    },
    User {
        login: "mixed@acme.example",
        password: "CANARY-pw-mixed-SixFactors",
        about: "push, Okta and Google codes, and three factors of the browser",
        name: ("Mix", "Ed"),
        factors: &[
            factor("sgnmixed00example0x7", "signed_nonce", "OKTA", Means::Unknown),
            factor("fwfmixed00example0x7", "webauthn", "FIDO", Means::WebAuthn),
            push("opfmixed00example0x7", Outcome::Approved),
            totp("ostmixed00example0x7", "OKTA", "JBSWY3DPEB3W64TMMQQGC3TEEBSXMZLS"),
            totp("uftmixed00example0x7", "GOOGLE", "PF2SA53JNRWCA3TFOZSXEIDHOVSXG4ZA"),
            factor("dsfmixed00example0x7", "web", "DUO", Means::DuoWeb),
        ],
        gate: Gate::Mfa,
        ..PLAIN
    },
    User {
        login: "asked@acme.example",
        password: "CANARY-pw-asked-Question1",
        about: "a recovery question (answer: CANARY-answer broccoli) and a text message (code: 271828)",
        name: ("As", "Ked"),
        factors: &[
            factor(
                "ufsasked00example0x7",
                "question",
                "OKTA",
                Means::Question { answer: "CANARY-answer broccoli" },
            ),
            factor(
                "smsasked00example0x7",
                "sms",
                "OKTA",
                Means::Message { channel: Channel::Sms, to: "+1 XXX-XXX-1337", code: Some("271828") },
            ),
        ],
        gate: Gate::Mfa,
        ..PLAIN
    },
    User {
        login: "odd@acme.example",
        password: "CANARY-pw-odd-OnlyKeys",
        about: "only factors that need a browser or Okta's own app",
        name: ("O", "Dd"),
        factors: &[
            factor("fwfodd0000example0x7", "webauthn", "FIDO", Means::WebAuthn),
            factor("sgnodd0000example0x7", "signed_nonce", "OKTA", Means::Unknown),
        ],
        gate: Gate::Mfa,
        ..PLAIN
    },
    User {
        login: "locked@acme.example",
        password: "CANARY-pw-locked-Shown",
        about: "locked out, and told so: LOCKED_OUT with HTTP 200",
        name: ("Lock", "Ed"),
        gate: Gate::LockedShown,
        ..PLAIN
    },
    User {
        login: "hidden@acme.example",
        password: "CANARY-pw-hidden-Silent",
        about: "locked out, answered as a wrong password",
        name: ("Hid", "Den"),
        gate: Gate::LockedHidden,
        ..PLAIN
    },
    User {
        login: "expired@acme.example",
        password: "CANARY-pw-expired-TooOld",
        about: "the password must be changed",
        name: ("Ex", "Pired"),
        age: Age::Expired,
        ..PLAIN
    },
    User {
        login: "enroll@acme.example",
        password: "CANARY-pw-enroll-NoFactor",
        about: "must enroll a factor first",
        name: ("En", "Roll"),
        gate: Gate::Enroll,
        ..PLAIN
    },
    User {
        login: "unassigned@acme.example",
        password: "CANARY-pw-unassigned-NoApp",
        about: "signs in, but is not assigned to the app",
        name: ("Un", "Assigned"),
        app: App::Unassigned,
        ..PLAIN
    },
    User {
        login: "noroles@acme.example",
        password: "CANARY-pw-noroles-Empty",
        about: "an assertion without a Role attribute",
        name: ("No", "Roles"),
        app: App::Aws(&[]),
        ..PLAIN
    },
    User {
        login: "many@acme.example",
        password: "CANARY-pw-many-TwoHundred",
        about: "200 roles in four accounts",
        name: ("Ma", "Ny"),
        app: App::Many(many),
        ..PLAIN
    },
    User {
        login: "stepup@acme.example",
        password: "CANARY-pw-stepup-Later",
        about: "no second factor at login; the app asks for Google Authenticator",
        name: ("Step", "Up"),
        factors: &[totp("uftstepup0example0x7", "GOOGLE", "NB2HI4DTHIXS653XO4XGK6DBNVYGYZJO")],
        app: App::StepUp(TWO_ROLES),
        ..PLAIN
    },
    User {
        login: "china@acme.example",
        password: "CANARY-pw-china-Beijing",
        about: "roles of the partition aws-cn",
        name: ("Chi", "Na"),
        app: App::Aws(CHINESE),
        ..PLAIN
    },
    User {
        login: "swa@acme.example",
        password: "CANARY-pw-swa-NoSaml",
        about: "the app is in SWA mode: a form without SAMLResponse",
        name: ("S", "Wa"),
        app: App::PasswordForm,
        ..PLAIN
    },
];
