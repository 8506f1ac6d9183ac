//! A time is read as a calendar of our own reads it, and what we write is read back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::time::{format, parse, parse_http_date};

/// Days since 1970 of the proleptic Gregorian calendar, counted year by year from the cycle of 400.
fn days(year: i64, month: usize, day: i64) -> i64 {
    let leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let before: i64 = (0..year).filter(|year| leap(*year)).count() as i64 + 365 * year;
    let lengths = [31, 28 + i64::from(leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30];
    before + lengths[..month - 1].iter().sum::<i64>() + day - 1 - 719_528
}

fuzz_target!(|text: &str| {
    let _ = parse_http_date(text);
    let Some(epoch) = parse(text) else { return };
    let text = text.trim_ascii();
    let number =
        |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap_or_else(|_| panic!("{text}"));
    let zone = match &text[text.len() - 1..] {
        "Z" | "z" => 0,
        _ => {
            let minutes = number(text.len() - 5..text.len() - 3) * 60 + number(text.len() - 2..text.len());
            if text[..text.len() - 5].ends_with('-') { -minutes } else { minutes }
        }
    };
    let seconds = number(11..13) * 3600 + number(14..16) * 60 + number(17..19).min(59);
    let expected = days(number(0..4), number(5..7) as usize, number(8..10)) * 86_400 + seconds - zone * 60;
    // Fractions are dropped towards 1970.
    assert!(epoch == expected || (expected < 0 && epoch == expected + 1), "{text}: {epoch}, not {expected}");
    assert!(format(epoch).is_none_or(|text| text.starts_with('-') || parse(&text) == Some(epoch)), "{text}");
});
