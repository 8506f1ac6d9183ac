//! Time-based one-time passwords: RFC 6238 over RFC 4226, SHA-1, 30 seconds, 6 digits.

use crate::clock::SECOND;
use ring::hmac;

/// How long one code is good for, in milliseconds.
const STEP: i64 = 30 * SECOND;

/// The number of the step a moment lies in.
pub(crate) fn step_at(now: i64) -> i64 {
    now.div_euclid(STEP)
}

/// The code of one step, for a secret in base32. `None` if the secret is not base32.
pub(crate) fn code(secret: &str, step: i64) -> Option<String> {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &base32(secret)?);
    let tag = hmac::sign(&key, &step.to_be_bytes());
    let tag = tag.as_ref();
    let offset = usize::from(tag.last()? & 0x0f);
    let word: [u8; 4] = tag.get(offset..offset + 4)?.try_into().ok()?;
    Some(format!("{:06}", (u32::from_be_bytes(word) & 0x7fff_ffff) % 1_000_000))
}

/// Which step within one either side of `now` a code belongs to: phones' clocks are never quite right.
pub(crate) fn step_of(secret: &str, typed: &str, now: i64) -> Option<i64> {
    let middle = step_at(now);
    [middle, middle - 1, middle + 1].into_iter().find(|step| code(secret, *step).as_deref() == Some(typed))
}

fn base32(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut held) = (0u32, 0u32);
    for letter in text.bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            _ => return None,
        };
        bits = (bits << 5) | u32::from(value);
        held += 5;
        if held >= 8 {
            held -= 8;
            bytes.push(u8::try_from((bits >> held) & 0xff).ok()?);
        }
        bits &= 0xfff;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6238, appendix B: the ASCII secret `12345678901234567890`, the last six digits of the table's
    /// eight.
    const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

    #[test]
    fn the_codes_are_those_of_rfc_6238() {
        for (seconds, wanted) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(code(SECRET, step_at(seconds * SECOND)).as_deref(), Some(wanted));
        }
    }

    #[test]
    fn one_step_either_side_is_taken_and_no_more() {
        let now = 1_234_567_890 * SECOND;
        let step = step_at(now);
        for (distance, taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
            let typed = code(SECRET, step + distance).unwrap_or_default();
            assert_eq!(step_of(SECRET, &typed, now).is_some(), taken, "{distance}");
        }
        assert_eq!(step_of("not base32", "123456", now), None);
    }
}
