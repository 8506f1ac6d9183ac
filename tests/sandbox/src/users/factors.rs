//! People with one factor each, and people with many.

use super::people::{PLAIN, factor, push, totp};
use super::{Channel, Factor, Gate, Means, Outcome, Shape, User};

/// A factor whose codes come in a row, six digits each.
const fn sequence(
    id: &'static str,
    factor_type: &'static str,
    provider: &'static str,
    secret: &'static str,
) -> Factor {
    let ahead = if matches!(factor_type.as_bytes(), b"token:hotp") { 10 } else { 0 };
    let again = matches!(provider.as_bytes(), b"RSA");
    factor(id, factor_type, provider, Means::Sequence { secret, shape: Shape::Digits, ahead, again })
}

const fn yubikey(id: &'static str, secret: &'static str) -> Factor {
    let means = Means::Sequence { secret, shape: Shape::YubiKey, ahead: 10, again: false };
    factor(id, "token:hardware", "YUBICO", means)
}

const fn message(id: &'static str, channel: Channel, to: &'static str) -> Factor {
    let factor_type = match channel {
        Channel::Sms => "sms",
        Channel::Call => "call",
        Channel::Email => "email",
    };
    factor(id, factor_type, "OKTA", Means::Message { channel, to, code: None })
}

const fn phone(id: &'static str, name: &'static str, outcome: Outcome) -> Factor {
    factor(id, "push", "OKTA", Means::Push { outcome, phone: Some(name) })
}

const fn question(id: &'static str, answer: &'static str) -> Factor {
    factor(id, "question", "OKTA", Means::Question { answer })
}

/// Someone with a second factor.
const GUARDED: User = User { gate: Gate::Mfa, ..PLAIN };

/// Those with several factors.
pub(super) const SEVERAL: [User; 2] = [
    User {
        login: "phones@acme.example",
        password: "CANARY-pw-phones-TwoOfEach",
        about: "two phones for pushes (the old one rejects) and two numbers for text messages",
        name: ("Pho", "Nes"),
        factors: &[
            phone("opfphones1example0x7", "Old phone", Outcome::Rejected),
            phone("opfphones2example0x7", "New phone", Outcome::Approved),
            message("smsphones1example0x7", Channel::Sms, "+1 XXX-XXX-1111"),
            message("smsphones2example0x7", Channel::Sms, "+1 XXX-XXX-2222"),
        ],
        ..GUARDED
    },
    User {
        login: "all@acme.example",
        password: "CANARY-pw-all-OneOfEach",
        about: "one of each factor (the answer: CANARY-answer Ithaca)",
        name: ("A", "Ll"),
        factors: ALL,
        ..GUARDED
    },
];

const ALL: &[Factor] = &[
    question("ufsall0000example0x7", "CANARY-answer Ithaca"),
    totp("uftall0000example0x7", "GOOGLE", "NFXCA5DIMUQGEZLHNFXG42LOM4QHI2DF"),
    sequence("uftallhotpexample0x7", "token:hotp", "CUSTOM", "OJSSA53BOMQHI2DFEB3W64TEEBQW4ZBA"),
    totp("ostall0000example0x7", "OKTA", "ORUGKIDXN5ZGIIDXMFZSA53JORUCAZ3P"),
    message("smsall0000example0x7", Channel::Sms, "+1 XXX-XXX-1337"),
    message("clfall0000example0x7", Channel::Call, "+1 XXX-XXX-1337"),
    message("emaall0000example0x7", Channel::Email, "a...l@acme.example"),
    push("opfall0000example0x7", Outcome::Approved),
    sequence("rsaall0000example0x7", "token", "RSA", "MQQGC3TEEB2GQZJAO5XXEZBAO5QXGIDH"),
    sequence("ufvall0000example0x7", "token", "SYMANTEC", "N5SCA5DIMUQHGYLNMUQHOYLTEBUW4IDU"),
    sequence("rsaalloathexample0x7", "token", "DEL_OATH", "NBSSAYTFM5UW43TJNZTSA53JORUCAZ3P"),
    yubikey("ykfall0000example0x7", "MQQGC3DMEB2GQ2LOM5ZSA53FOJSSA3LB"),
    factor("fwfall0000example0x7", "webauthn", "FIDO", Means::WebAuthn),
    factor("fufall0000example0x7", "u2f", "FIDO", Means::U2f),
    factor("dsfall0000example0x7", "web", "DUO", Means::DuoWeb),
    factor("sgnall0000example0x7", "signed_nonce", "OKTA", Means::Unknown),
    factor("smlall0000example0x7", "assertion:saml2", "GENERIC_SAML", Means::Redirect),
    factor("oidall0000example0x7", "assertion:oidc", "GENERIC_OIDC", Means::Redirect),
    factor("clpall0000example0x7", "claims_provider", "CUSTOM", Means::Redirect),
];

/// One of each factor.
pub(super) const SINGLE: [User; 9] = [
    User {
        login: "hotp@acme.example",
        password: "CANARY-pw-hotp-Counter",
        about: "a custom counter-based token (token:hotp)",
        name: ("Ho", "Tp"),
        factors: &[sequence(
            "ufthotp000example0x7",
            "token:hotp",
            "CUSTOM",
            "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        )],
        ..GUARDED
    },
    User {
        login: "rsa@acme.example",
        password: "CANARY-pw-rsa-NextToken",
        about: "RSA SecurID; the first right code is answered by a wish for the next one (409)",
        name: ("R", "Sa"),
        factors: &[sequence("rsarsa0000example0x7", "token", "RSA", "NVQWIZJAOVYCAYTZEBQSA3LBNZXWMIDU")],
        ..GUARDED
    },
    User {
        login: "symantec@acme.example",
        password: "CANARY-pw-symantec-Vip",
        about: "Symantec VIP",
        name: ("Syman", "Tec"),
        factors: &[sequence("ufvsymanteexample0x7", "token", "SYMANTEC", "NBSXEZJAMFXGIIDUNBSXEZJAMFXGIIDF")],
        ..GUARDED
    },
    User {
        login: "onprem@acme.example",
        password: "CANARY-pw-onprem-Oath",
        about: "an on-premises token (DEL_OATH)",
        name: ("On", "Prem"),
        factors: &[sequence("rsaonprem0example0x7", "token", "DEL_OATH", "OZSXE6LXNBSXEZJAMVWHGZJAMFXGIIDO")],
        ..GUARDED
    },
    User {
        login: "yubikey@acme.example",
        password: "CANARY-pw-yubikey-Touch",
        about: "a YubiKey's one-time passwords",
        name: ("Yubi", "Key"),
        factors: &[yubikey("ykfyubikeyexample0x7", "N53WQZLSMUQGK3DTMUQGC3TEEBXG65BA")],
        ..GUARDED
    },
    User {
        login: "question@acme.example",
        password: "CANARY-pw-question-Food",
        about: "a recovery question (answer: CANARY-answer liver)",
        name: ("Quest", "Ion"),
        factors: &[question("ufsquestioexample0x7", "CANARY-answer liver")],
        ..GUARDED
    },
    User {
        login: "sms@acme.example",
        password: "CANARY-pw-sms-Text",
        about: "text messages",
        name: ("S", "Ms"),
        factors: &[message("smssms0000example0x7", Channel::Sms, "+1 XXX-XXX-1337")],
        ..GUARDED
    },
    User {
        login: "call@acme.example",
        password: "CANARY-pw-call-Ring",
        about: "phone calls",
        name: ("Ca", "Ll"),
        factors: &[message("clfcall000example0x7", Channel::Call, "+1 XXX-XXX-1337")],
        ..GUARDED
    },
    User {
        login: "email@acme.example",
        password: "CANARY-pw-email-Post",
        about: "codes by email",
        name: ("E", "Mail"),
        factors: &[message("emaemail00example0x7", Channel::Email, "e...l@acme.example")],
        ..GUARDED
    },
];
