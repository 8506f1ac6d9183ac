//! Which factor, and how it is verified. Dispatch is on Okta's `factorType` and `provider`, never on the prefixes of ids.

use crate::cli::FactorArgs;
use crate::context::Context;
use crate::error::{Error, Kind, printable};
use crate::terminal::Choice;
use crate::transaction::{Factor, Transaction};

/// How a factor is verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// The person has the code already: it is sent along as `passCode`.
    Code,
    /// As [`Method::Code`], under the name `answer`.
    Answer,
    /// Okta sends the code first, when asked to.
    SentCode,
    /// The phone is asked, and Okta polled.
    Push,
}

/// Types and providers that can be verified, as `--factor` takes them: what Okta's documentation of its factors pairs.
pub const FACTORS: [(&str, &[&str]); 9] = [
    ("push", &["OKTA"]),
    ("token:software:totp", &["OKTA", "GOOGLE"]),
    ("sms", &["OKTA"]),
    ("call", &["OKTA"]),
    ("email", &["OKTA"]),
    ("question", &["OKTA"]),
    ("token", &["RSA", "SYMANTEC", "DEL_OATH"]),
    ("token:hardware", &["YUBICO"]),
    ("token:hotp", &["CUSTOM"]),
];

/// The method of a factor; `None` for those that only a browser or another device can verify (webauthn, u2f, web, assertion:*, ...).
pub(super) fn method(factor: &Factor) -> Option<Method> {
    match factor.kind.as_str() {
        "token:software:totp" | "token:hotp" | "token" | "token:hardware" => Some(Method::Code),
        "question" => Some(Method::Answer),
        "sms" | "call" | "email" => Some(Method::SentCode),
        "push" => Some(Method::Push),
        _ => None,
    }
}

/// The factor to verify: those that the flags leave. A code that was given limits them to factors that take one, and of a factor that
/// has to be named (`question`, whose answer is no code) only `--factor` makes a choice then.
pub(super) fn choose(
    arguments: &FactorArgs,
    context: &Context<'_>,
    transaction: &Transaction<'_>,
    code: Given,
) -> Result<Factor, Error> {
    let all = transaction.factors();
    let supported: Vec<Factor> = all.iter().filter(|factor| method(factor).is_some()).cloned().collect();
    if supported.len() < all.len() && context.common.verbose {
        let skipped: Vec<_> = all.iter().filter(|factor| method(factor).is_none()).map(describe).collect();
        (context.warn)(&format!("skipped factors that cannot be verified from here: {}", skipped.join(", ")));
    }
    let provider = |factor: &Factor| match &arguments.provider {
        Some(provider) => provider.eq_ignore_ascii_case(&factor.provider),
        None => true,
    };
    let named = !arguments.factor.is_empty();
    let usable = |factor: &Factor| match (code, method(factor)) {
        (Given::No, _) => true,
        (_, Some(Method::Code)) => true,
        (_, Some(Method::Answer)) => named,
        (Given::Command, Some(Method::SentCode)) => true,
        _ => false,
    };
    let left: Vec<Factor> =
        supported.into_iter().filter(|factor| provider(factor) && usable(factor)).collect();
    let left = match arguments.factor.iter().find_map(|wanted| of_kind(&left, wanted)) {
        Some(wanted) => wanted,
        None if named => Vec::new(),
        None => left,
    };
    match left.as_slice() {
        [] if code != Given::No => Err(Error::new(
            Kind::FactorUnsupported,
            format!("a code is given, and no factor that fits takes one; the user has: {}", listed(&all)),
            "drop MFA_CODE and the --passcode flags for a push or a message; name a question with --factor",
        )),
        [] => Err(unsupported(&all)),
        [one] => Ok(one.clone()),
        several => match auto_push(several, transaction).filter(|_| !named && code == Given::No) {
            Some(push) => Ok(push),
            None => pick(context, several),
        },
    }
}

/// Whether a code was given, and whether it can be had when it is wanted (a command) or stands already (a descriptor, a variable).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Given {
    No,
    Already,
    Command,
}

/// The one push that the user has told Okta to send without asking (`autoPushEnabled` in the policy).
fn auto_push(factors: &[Factor], transaction: &Transaction<'_>) -> Option<Factor> {
    let mut pushes =
        factors.iter().filter(|factor| method(factor) == Some(Method::Push) && transaction.auto_push(factor));
    let push = pushes.next()?;
    pushes.next().is_none().then(|| push.clone())
}

/// The factors that `TYPE[:PROVIDER[:NAME]]` names; types have colons of their own. NAME tells two phones apart.
fn of_kind(factors: &[Factor], wanted: &str) -> Option<Vec<Factor>> {
    let matches = |factor: &&Factor| {
        let label = factor.label.as_deref().unwrap_or_default();
        let names = [factor.kind.clone(), factor.name(), format!("{}:{label}", factor.name())];
        names.iter().any(|name| wanted.eq_ignore_ascii_case(name))
    };
    let found: Vec<Factor> = factors.iter().filter(matches).cloned().collect();
    (!found.is_empty()).then_some(found)
}

fn pick(context: &Context<'_>, factors: &[Factor]) -> Result<Factor, Error> {
    let names: Vec<String> = factors.iter().map(describe).collect();
    let hint = "choose one with --factor TYPE[:PROVIDER[:NAME]]";
    if !context.terminal.can_ask() {
        return Err(Error::new(
            Kind::FactorAmbiguous,
            format!("several factors fit: {}", names.join(", ")),
            hint,
        ));
    }
    let choices: Vec<Choice> = factors.iter().map(in_columns).collect();
    let index = context.terminal.choose("Which factor?", &choices, hint)?;
    factors.get(index).cloned().ok_or_else(|| unsupported(factors))
}

fn in_columns(factor: &Factor) -> Choice {
    let label = factor.label.clone().unwrap_or_default();
    Choice { name: describe(factor), columns: vec![factor.kind.clone(), factor.provider.clone(), label] }
}

/// The refusal when nothing is left, with all that the user has.
pub(super) fn unsupported(all: &[Factor]) -> Error {
    Error::new(
        Kind::FactorUnsupported,
        format!("no factor fits; the user has: {}", listed(all)),
        "factors with a code, a question, sms, call, email and push can be verified here; check --factor and --provider",
    )
}

fn listed(factors: &[Factor]) -> String {
    let names: Vec<String> = factors.iter().map(describe).collect();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// `TYPE:PROVIDER (NAME)`, for a person.
pub(super) fn describe(factor: &Factor) -> String {
    match &factor.label {
        Some(label) => format!("{} ({})", printable(&factor.name()), printable(label)),
        None => printable(&factor.name()),
    }
}
