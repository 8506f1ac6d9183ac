//! How long a role's session lives, as people write it.

/// The longest session that any role can be set to: 12 hours, the limit of STS's `DurationSeconds`.
pub const LONGEST: u32 = 43_200;
/// What every role allows, and the default of AWS and of the published recipe.
pub const DEFAULT: u32 = 3600;
/// What [`parse`] takes, for messages.
pub const EXPECTED: &str = "15m to 12h, 900 to 43200 seconds, assertion or max";

/// A duration in seconds: a number, `30m`, `1h`, `assertion` (what the assertion's SessionDuration says) or `max`. `None` for anything
/// else, and for what STS never takes (900 to 43200).
pub fn parse(text: &str, assertion: Option<u32>) -> Option<u32> {
    let seconds = match text {
        "max" => Some(LONGEST),
        "assertion" => Some(assertion.unwrap_or(DEFAULT)),
        _ => {
            let (number, unit) = match text.strip_suffix('h') {
                Some(hours) => (hours, 3600),
                None => text
                    .strip_suffix('m')
                    .map_or((text.strip_suffix('s').unwrap_or(text), 1), |minutes| (minutes, 60)),
            };
            number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit))
        }
    };
    seconds.filter(|seconds| (900..=LONGEST).contains(seconds))
}
