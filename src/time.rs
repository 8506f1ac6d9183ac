//! Times on the wire, and the clock as an argument.

use jiff::Timestamp;

/// The clock that a conversation is given. Tests hand in one that stands still.
pub trait Clock: std::fmt::Debug {
    /// Seconds since 1970-01-01T00:00:00Z.
    fn now(&self) -> i64;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> i64 {
        Timestamp::now().as_second()
    }
}

/// An RFC 3339 time (`2026-03-01T10:15:57.000Z`, also with an offset) as seconds since 1970, fractions dropped.
/// `None` for anything else, a time without an offset among it: guessing a zone would move an expiry by hours.
pub fn parse(text: &str) -> Option<i64> {
    let text = text.trim_ascii();
    // jiff reads more: `20260301T101557+01`, `2026-03-01T10:15Z[Europe/Paris]`, years of six digits.
    if !is_rfc3339(text) {
        return None;
    }
    text.parse::<Timestamp>().ok().map(|time| time.as_second())
}

fn is_rfc3339(text: &str) -> bool {
    let fits = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(b, s)| match s {
                b'0' => b.is_ascii_digit(),
                b'T' => matches!(b, b'T' | b't' | b' '),
                _ => b == s,
            })
    };
    let Some((date, rest)) = text.split_at_checked(19) else { return false };
    let zone = match rest.strip_prefix('.') {
        None => rest,
        Some(fraction) => match fraction.trim_start_matches(|c: char| c.is_ascii_digit()) {
            zone if zone.len() == fraction.len() => return false,
            zone => zone,
        },
    };
    fits(date, "0000-00-00T00:00:00")
        && (matches!(zone, "Z" | "z") || fits(zone, "+00:00") || fits(zone, "-00:00"))
}

/// Seconds since 1970 as `2026-03-01T10:15:57Z`: whole seconds and `Z`, which `jq`'s `fromdateiso8601` insists on.
/// Years outside of jiff's range (-9999 to 9999) give `None`.
pub fn format(epoch: i64) -> Option<String> {
    Timestamp::from_second(epoch).ok().map(|time| time.to_string())
}

/// The time of an HTTP `Date` header (`Thu, 01 Jan 2026 00:00:30 GMT`), as seconds since 1970.
pub fn parse_http_date(text: &str) -> Option<i64> {
    jiff::fmt::rfc2822::parse(text.trim()).ok().map(|time| time.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_of_okta_and_aws_are_read() {
        for text in [
            "2026-03-01T10:15:57.000Z",
            "2026-03-01T10:15:57Z",
            "2026-03-01T11:15:57+01:00",
            "2026-03-01 10:15:57z",
        ] {
            assert_eq!(parse(text), Some(1_772_360_157), "{text}");
        }
        for text in [
            "",
            "2026-03-01T10:15:57",
            "2026-03-01",
            "1772360157",
            "never",
            "20260301T101557Z",
            "2026-03-01_10:15:57Z",
            "2026-03-01T10:15Z",
            "2026-03-01T10:15:57.Z",
            "2026-03-01T10:15:57+01",
            "2026-03-01T10:15:57+0100",
            "2026-03-01T10:15:57Z[Europe/Paris]",
            "+002026-03-01T10:15:57Z",
            "2026-02-30T10:15:57Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T10:15:5\u{e9}",
            "2026-03-01T10:15:57.123Zx",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_point_without_digits_is_no_fraction_whatever_jiff_makes_of_it() {
        assert!(is_rfc3339("2026-03-01T10:15:57.1Z"));
        assert!(!is_rfc3339("2026-03-01T10:15:57.Z"));
    }

    #[test]
    fn the_clock_of_the_machine_counts_seconds_since_1970() {
        let written = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs();
        assert!((0..5).contains(&(SystemClock.now() - i64::try_from(written).unwrap())));
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        assert_eq!(parse_http_date("Thu, 01 Jan 2026 00:00:30 GMT"), Some(1_767_225_630));
        assert_eq!(parse_http_date("yesterday"), None);
    }

    #[test]
    fn times_that_we_write_are_whole_seconds_with_z() {
        assert_eq!(format(1_772_360_157).as_deref(), Some("2026-03-01T10:15:57Z"));
        assert_eq!(format(i64::MAX), None);
    }

    proptest! {
        #[test]
        fn a_time_that_we_write_is_read_back(epoch in -62_167_219_200_i64..253_402_300_800) {
            let text = format(epoch).unwrap();
            prop_assert_eq!(text.len(), 20);
            prop_assert_eq!(parse(&text), Some(epoch));
            // Fractions are dropped, which before 1970 is towards 1970.
            prop_assert_eq!(parse(&text.replace('Z', ".999+00:00")), Some(epoch + i64::from(epoch < 0)));
            prop_assert_eq!(parse(&text.replace('Z', "+01:30")), Some(epoch - 5400));
            prop_assert_eq!(parse(text.trim_end_matches('Z')), None);
        }

        #[test]
        fn no_text_is_a_panic(text in "\\PC{0,40}", digits in "[0-9TZ:.+-]{0,30}", date in "[A-Za-z0-9,:() +-]{0,40}") {
            let _ = (parse(&text), parse(&digits), parse_http_date(&text), parse_http_date(&date));
        }
    }
}
