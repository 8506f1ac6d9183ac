//! The sandbox's clock, and the ways Okta and AWS write a time.
//!
//! Times are milliseconds since 1970 (UTC) throughout the crate. The clock can be moved forward, so that a
//! test sees a token expire without waiting for it.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// One second, in this crate's unit of time.
pub(crate) const SECOND: i64 = 1000;
/// One minute.
pub(crate) const MINUTE: i64 = 60 * SECOND;

/// The machine's clock plus what the test moved it by.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: AtomicI64,
}

impl Clock {
    /// The sandbox's time.
    pub(crate) fn now(&self) -> i64 {
        real_now().saturating_add(self.ahead.load(Ordering::SeqCst))
    }

    /// Moves the sandbox's time forward.
    pub(crate) fn advance(&self, by: Duration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX / 4);
        self.ahead.fetch_add(by, Ordering::SeqCst);
    }
}

/// The machine's own time. A signed AWS request carries the caller's clock, which `advance` does not move, so
/// its skew is measured against this one.
#[expect(clippy::disallowed_methods, reason = "the one place where the sandbox asks for the time")]
pub(crate) fn real_now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX / 2)
}

/// A moment taken apart, UTC.
struct Civil {
    year: i64,
    month: i64,
    day: i64,
    hour: i64,
    minute: i64,
    second: i64,
    weekday: &'static str,
    month_name: &'static str,
}

/// Days since 1970 to year, month, day in the proleptic Gregorian calendar (Howard Hinnant's
/// `civil_from_days`).
fn civil(ms: i64) -> Civil {
    let seconds = ms.div_euclid(SECOND);
    let days = seconds.div_euclid(86_400);
    let rest = seconds.rem_euclid(86_400);
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let of_era = z.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let weekday = match days.rem_euclid(7) {
        0 => "Thu",
        1 => "Fri",
        2 => "Sat",
        3 => "Sun",
        4 => "Mon",
        5 => "Tue",
        _ => "Wed",
    };
    let month_name = match month {
        1 => "Jan",
        2 => "Feb",
        3 => "Mar",
        4 => "Apr",
        5 => "May",
        6 => "Jun",
        7 => "Jul",
        8 => "Aug",
        9 => "Sep",
        10 => "Oct",
        11 => "Nov",
        _ => "Dec",
    };
    Civil {
        year: year_of_era + era * 400 + i64::from(month <= 2),
        month,
        day: of_year - (153 * shifted + 2) / 5 + 1,
        hour: rest / 3600,
        minute: rest / 60 % 60,
        second: rest % 60,
        weekday,
        month_name,
    }
}

/// Okta's API style: `2026-03-01T10:15:57.000Z`. The API shows whole seconds with three noughts (observed).
pub(crate) fn okta_time(ms: i64) -> String {
    saml_time(ms.div_euclid(SECOND) * SECOND)
}

/// SAML style with the milliseconds kept: `2026-03-01T10:15:57.123Z`.
pub(crate) fn saml_time(ms: i64) -> String {
    let c = civil(ms);
    let millis = ms.rem_euclid(SECOND);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{millis:03}Z",
        c.year, c.month, c.day, c.hour, c.minute, c.second
    )
}

/// AWS style, whole seconds: `2026-03-01T10:15:57Z`.
pub(crate) fn aws_time(ms: i64) -> String {
    let c = civil(ms);
    format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// The form signatures use: `20260301T101557Z`.
pub(crate) fn basic_time(ms: i64) -> String {
    aws_time(ms).replace(['-', ':'], "")
}

/// An HTTP `Date`.
pub(crate) fn http_date(ms: i64) -> String {
    let c = civil(ms);
    format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        c.weekday, c.day, c.month_name, c.year, c.hour, c.minute, c.second
    )
}

/// A cookie's `Expires`, with the dashes Okta's Java server puts between the parts of the day (observed).
pub(crate) fn cookie_date(ms: i64) -> String {
    let c = civil(ms);
    format!(
        "{}, {:02}-{}-{:04} {:02}:{:02}:{:02} GMT",
        c.weekday, c.day, c.month_name, c.year, c.hour, c.minute, c.second
    )
}

/// Reads `2026-03-01T10:15:57[.123]Z` or `20260301T101557Z`.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    let text = text.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits: String = whole.chars().filter(char::is_ascii_digit).collect();
    if digits.len() != 14 || fraction.len() > 3 {
        return None;
    }
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let seconds = part(8, 10)? * 3600 + part(10, 12)? * 60 + part(12, 14)?;
    let millis = format!("{fraction:0<3}").parse::<i64>().ok()?;
    let shifted_year = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let year_of_era = shifted_year.rem_euclid(400);
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    let days = shifted_year.div_euclid(400) * 146_097 + of_era - 719_468;
    Some((days * 86_400 + seconds) * SECOND + millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_in_the_services_forms() {
        let ms = 1_772_360_157_123;
        assert_eq!(saml_time(ms), "2026-03-01T10:15:57.123Z");
        assert_eq!(okta_time(ms), "2026-03-01T10:15:57.000Z");
        assert_eq!(aws_time(ms), "2026-03-01T10:15:57Z");
        assert_eq!(basic_time(ms), "20260301T101557Z");
        assert_eq!(http_date(ms), "Sun, 01 Mar 2026 10:15:57 GMT");
        assert_eq!(cookie_date(10_000), "Thu, 01-Jan-1970 00:00:10 GMT");
    }

    #[test]
    fn what_is_written_is_read_back() {
        for ms in [0, 951_782_400_000, 1_709_164_800_000, 4_102_444_799_999] {
            assert_eq!(parse_time(&saml_time(ms)), Some(ms));
            assert_eq!(parse_time(&basic_time(ms)), Some(ms / 1000 * 1000));
        }
        assert_eq!(parse_time("2026-13-01T00:00:00Z"), None);
        assert_eq!(parse_time("yesterday"), None);
    }
}
