//! How long what is kept is good enough: renewed early while that needs nobody, served to the end where it would.

use crate::store::Entry;
use std::time::Duration;

const MINUTE: i64 = 60;

/// How a command wants its credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Demand {
    /// For a person, or a command that may run for long.
    Person,
    /// For an SDK, which asks again by itself, often, and gives up on one that takes a minute.
    Process,
}

impl Demand {
    /// How long a sign-in by another process is waited for. Go's SDK kills a credential process after 60 s.
    pub(super) const fn patience(self) -> Duration {
        match self {
            Demand::Person => Duration::from_secs(600),
            Demand::Process => Duration::from_secs(50),
        }
    }

    /// Whether nothing has to be done. A person's are renewed when a quarter of their life is gone; an SDK's when a quarter of an hour is
    /// left, for botocore refreshes from there on, or half of a short life. `spread` (a process has its own) keeps many from renewing at once.
    pub(super) fn is_fresh(self, entry: &Entry, now: i64, spread: u32) -> bool {
        let (life, left) = (entry.until - entry.since, entry.until - now);
        let spread = i64::from(spread % 10);
        match self {
            Demand::Person => (life - left) * 100 <= life * (25 + spread),
            Demand::Process => left > (15 * MINUTE + spread * 6).min(life / 2),
        }
    }

    /// Whether it will do, if renewing it would need a person.
    pub(super) fn is_usable(self, entry: &Entry, now: i64) -> bool {
        let (life, left) = (entry.until - entry.since, entry.until - now);
        match self {
            // Somebody is there, and what they run shall not end at once.
            Demand::Person => left > (5 * MINUTE).min(life / 10),
            Demand::Process => left > MINUTE,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Document;

    fn entry(life: i64) -> Entry {
        Entry { document: Document::default(), since: 1000, until: 1000 + life }
    }

    #[test]
    fn a_persons_are_renewed_when_a_quarter_is_gone_and_served_while_minutes_are_left() {
        let hour = entry(3600);
        let is_fresh = |gone: i64, spread| Demand::Person.is_fresh(&hour, 1000 + gone, spread);
        assert!(is_fresh(0, 0) && is_fresh(900, 0) && !is_fresh(901, 0));
        assert!(is_fresh(1224, 9) && !is_fresh(1225, 9) && is_fresh(1224, 19));
        assert!(
            Demand::Person.is_usable(&hour, 1000 + 3299) && !Demand::Person.is_usable(&hour, 1000 + 3300)
        );
        let short = entry(900);
        assert!(
            Demand::Person.is_usable(&short, 1000 + 800) && !Demand::Person.is_usable(&short, 1000 + 810)
        );
    }

    #[test]
    fn an_sdks_are_renewed_below_a_quarter_of_an_hour_or_half_of_a_short_life() {
        let hour = entry(3600);
        let is_fresh =
            |entry: &Entry, left: i64, spread| Demand::Process.is_fresh(entry, entry.until - left, spread);
        assert!(is_fresh(&hour, 901, 0) && !is_fresh(&hour, 900, 0));
        assert!(is_fresh(&hour, 955, 9) && !is_fresh(&hour, 954, 9));
        let short = entry(900);
        assert!(is_fresh(&short, 451, 0) && !is_fresh(&short, 450, 9));
        assert!(
            Demand::Process.is_usable(&hour, hour.until - 61)
                && !Demand::Process.is_usable(&hour, hour.until - 60)
        );
    }
}
