//! Whatever a server sets, the Cookie header is one line of pairs, and within its limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use oktapipe::okta::Jar;
use oktapipe::secret::ExposeSecret;

fuzz_target!(|lines: Vec<&str>| {
    let mut jar = Jar::default();
    lines.iter().for_each(|line| jar.take(line));
    let pairs: Vec<_> = jar.pairs().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let header = jar.header().map(|header| header.expose_secret().to_owned()).unwrap_or_default();
    assert!(pairs.len() <= 32 && header.len() <= (16 << 10) + 32 * 3, "{header}");
    assert!(header.bytes().all(|b| (b' '..=b'~').contains(&b)), "{header}");
    let again: Vec<_> = header
        .split("; ")
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    assert_eq!(again, pairs, "{header}");
    let carried = again.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
    assert!(Jar::new(carried).pairs().eq(jar.pairs()), "{header}");
    let names: std::collections::HashSet<_> = pairs.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), pairs.len(), "{header}");
});
