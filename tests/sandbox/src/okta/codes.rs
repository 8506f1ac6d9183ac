//! The codes factors take: what is right now, what was used, and what a tester may be told.

use crate::state::State;
use crate::totp;
use crate::users::{self, Factor, Means, Shape};
use ring::digest::{SHA256, digest};

/// How many used codes of a row are still known as such.
const REMEMBERED: u64 = 10;

/// A code that was sent and not used yet.
#[derive(Debug)]
pub(crate) struct Message {
    /// The transaction it was sent for; in another it is wrong.
    pub(crate) token: String,
    pub(crate) code: String,
    pub(crate) sent: i64,
    /// Its number among all messages of this sandbox.
    pub(crate) number: u64,
}

/// What a typed code of a row is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Right; the next right one has this number.
    Right(u64),
    Used,
    Wrong,
}

/// Looks a typed code up, `next` being the number of the next one.
pub(super) fn judged(secret: &str, shape: Shape, ahead: u64, next: u64, typed: &str) -> Typed {
    let is = |number: &u64| of_sequence(secret, shape, *number).as_deref() == Some(typed);
    if let Some(number) = (next..=next.saturating_add(ahead)).find(is) {
        return Typed::Right(number + 1);
    }
    if (next.saturating_sub(REMEMBERED)..next).any(|number| is(&number)) { Typed::Used } else { Typed::Wrong }
}

/// One code of a row. Six digits are those of RFC 4226.
fn of_sequence(secret: &str, shape: Shape, number: u64) -> Option<String> {
    match shape {
        Shape::Digits => totp::code(secret, i64::try_from(number).ok()?),
        Shape::YubiKey => {
            // Sixteen bytes, as an encrypted counter is; which ones does not matter to anyone here.
            let bytes = digest(&SHA256, format!("{secret}{number}").as_bytes());
            let hidden: String = bytes.as_ref().iter().take(16).map(|byte| modhex(*byte)).collect();
            Some(format!("cccccccdnvrt{hidden}"))
        }
    }
}

/// Two letters of Yubico's alphabet, which is the same on all keyboards.
fn modhex(byte: u8) -> String {
    let letters = b"cbdefghijklnrtuv";
    let letter = |nibble: u8| letters.get(usize::from(nibble)).copied().map(char::from).unwrap_or_default();
    [letter(byte >> 4), letter(byte & 15)].iter().collect()
}

/// What a tester types for a factor now: see [`crate::Sandbox::code`].
pub(crate) fn code(state: &State, login: &str, wanted: &str, now: i64) -> Option<String> {
    let named = |factor: &&Factor| {
        let rest = wanted.strip_prefix(factor.factor_type);
        rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix(':') == Some(factor.provider))
    };
    let factors: Vec<&Factor> = users::find(login)?.factors.iter().filter(named).collect();
    let sent = factors.iter().filter_map(|factor| state.messages.get(factor.id));
    // Of two telephones the one that got the last message.
    if let Some(message) = sent.max_by_key(|message| message.number) {
        return Some(message.code.clone());
    }
    let factor = factors.first()?;
    match factor.means {
        Means::Totp { secret } => next_step(state, factor.id, secret, now),
        Means::Sequence { secret, shape, .. } => {
            of_sequence(secret, shape, state.counters.get(factor.id).copied().unwrap_or_default())
        }
        Means::Question { answer } => Some(answer.to_owned()),
        _ => None,
    }
}

/// A TOTP code that will be taken now and has not been used, of one provider or of the first factor there is.
pub(crate) fn totp_code(state: &State, login: &str, provider: Option<&str>, now: i64) -> Option<String> {
    let user = users::find(login)?;
    let (id, secret) = user.factors.iter().find_map(|factor| match factor.means {
        Means::Totp { secret } if provider.is_none_or(|wanted| wanted == factor.provider) => {
            Some((factor.id, secret))
        }
        _ => None,
    })?;
    next_step(state, id, secret, now)
}

/// Of the present step, else the next, else the last.
fn next_step(state: &State, id: &'static str, secret: &str, now: i64) -> Option<String> {
    let step = totp::step_at(now);
    let unused =
        [step, step + 1, step - 1].into_iter().find(|step| !state.used_steps.contains(&(id, *step)))?;
    totp::code(secret, unused)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn codes_of_a_row_are_those_of_rfc_4226() {
        let codes: Vec<String> = (0..3).filter_map(|n| of_sequence(SECRET, Shape::Digits, n)).collect();
        assert_eq!(codes, ["755224", "287082", "359152"]);
    }

    #[test]
    fn a_code_of_a_row_is_right_ahead_used_or_wrong() {
        let judge = |next, ahead, typed| judged(SECRET, Shape::Digits, ahead, next, typed);
        assert_eq!(judge(0, 0, "755224"), Typed::Right(1));
        assert_eq!(judge(0, 2, "359152"), Typed::Right(3));
        assert_eq!(judge(0, 1, "359152"), Typed::Wrong);
        assert_eq!(judge(1, 0, "755224"), Typed::Used);
        assert_eq!(judge(1, 0, ""), Typed::Wrong);
    }

    #[test]
    fn a_yubikey_types_44_letters_of_its_alphabet() {
        let typed = of_sequence(SECRET, Shape::YubiKey, 7).unwrap_or_default();
        assert_eq!(typed.len(), 44);
        assert!(typed.chars().all(|letter| "cbdefghijklnrtuv".contains(letter)), "{typed}");
    }
}
