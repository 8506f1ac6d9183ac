//! INI files as AWS's own tools read `~/.aws/config` and `~/.aws/credentials`: leniently, to offer what is in them ([`entries`]), and strictly, to
//! edit them and keep the rest byte for byte ([`Ini`]).
//!
//! botocore's reader is Python's `RawConfigParser`: `=` or `:` ends a key, `#` and `;` begin a comment at the start of a line only, and a line
//! that is indented goes on with the value above it (`s3 =` and what stands below it).

mod edit;
#[cfg(test)]
mod laws;
mod strict;

pub use edit::{Change, NAME_LIMIT, is_profile_name, is_value};
pub use strict::{Fault, Ini, LIMIT, LINES, Section};

/// One key of a section, with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'t> {
    /// Which section it stands in, by its place in the file: two sections may have one name.
    pub place: usize,
    /// The section's name as it stands between the brackets, for instance `profile prod`, without blanks around it.
    pub section: &'t str,
    /// The key. Case does not count: see [`Entry::is`].
    pub key: &'t str,
    /// The rest of the line, without blanks around it. May be empty.
    pub value: &'t str,
}

impl Entry<'_> {
    /// Whether this is the key `name`.
    pub fn is(&self, name: &str) -> bool {
        self.key.eq_ignore_ascii_case(name)
    }
}

/// The keys of a file, in order, in one pass. The files are people's own, so nothing here fails: skipped are keys before the first section, indented lines, lines without `=` or `:`, and lines with a
/// control character in them (a tab apart), which no tool of AWS writes.
pub fn entries(text: &str) -> impl Iterator<Item = Entry<'_>> {
    let mut section: Option<(usize, &str)> = None;
    text.split(['\n', '\r']).filter_map(move |line| {
        let is_comment = line.starts_with(['#', ';']);
        let goes_on = line.starts_with([' ', '\t']);
        if is_comment || goes_on || line.chars().any(|c| c.is_control() && c != '\t') {
            return None;
        }
        if let Some(head) = line.strip_prefix('[') {
            let place = section.map_or(0, |(place, _)| place + 1);
            // Without its end it is no section, and the keys below it belong to none that has a name.
            section = Some((place, head.split_once(']').map_or("", |(name, _)| name.trim())));
            return None;
        }
        let (place, section) = section?;
        let (key, value) = line.split_once(['=', ':'])?;
        Some(Entry { place, section, key: key.trim(), value: value.trim() })
            .filter(|entry| !entry.key.is_empty())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &str) -> Vec<(usize, &str, &str, &str)> {
        entries(text).map(|entry| (entry.place, entry.section, entry.key, entry.value)).collect()
    }

    #[test]
    fn sections_and_keys_are_read_as_botocore_reads_them() {
        let text = "# of mine\n[default]\nregion = eu-west-1\n; and\n[ profile prod ] # why\nRole_ARN: arn:aws:iam::1:role/a=b\nregion=\n";
        assert_eq!(
            read(text),
            [
                (0, "default", "region", "eu-west-1"),
                (1, "profile prod", "Role_ARN", "arn:aws:iam::1:role/a=b"),
                (1, "profile prod", "region", ""),
            ]
        );
        let role = entries(text).nth(1).unwrap();
        assert!(role.is("role_arn") && !role.is("role") && !role.is("region"));
    }

    #[test]
    fn what_is_indented_belongs_to_the_value_above() {
        assert_eq!(
            read("[a]\ns3 =\n  region = no\n\tregion = no\nregion = yes\n").last(),
            Some(&(0, "a", "region", "yes"))
        );
        assert_eq!(read("[a]\ns3 =\n  region = no\n").len(), 1);
    }

    #[test]
    fn two_sections_of_one_name_are_two_places() {
        assert_eq!(read("[a]\nk=1\n[a]\nk=2\n"), [(0, "a", "k", "1"), (1, "a", "k", "2")]);
    }

    #[test]
    fn a_file_from_windows_reads_as_any_other() {
        assert_eq!(read("[a]\r\nk = v\r\n"), [(0, "a", "k", "v")]);
    }

    #[test]
    fn what_is_no_key_is_skipped() {
        for text in [
            "",
            "k=v",
            "[a",
            "[a]\nno key here",
            "[a]\n=v",
            "[a]\nk=\u{1b}[31m",
            "[a]\n\0k=v",
            "\u{feff}[a]\nk=v",
        ] {
            assert_eq!(read(text), [], "{text:?}");
        }
        // A section without its end takes no keys of the one above.
        assert_eq!(read("[a]\n[b\nk=v"), [(1, "", "k", "v")]);
    }

    proptest! {
        #[test]
        fn any_text_gives_pieces_of_its_own_lines_and_no_control_character(text in "(\\PC|[\\x00-\\x20\\[\\]=:#;\n])*") {
            for entry in entries(&text) {
                for part in [entry.section, entry.key, entry.value] {
                    prop_assert!(text.contains(part) && !part.chars().any(|c| c.is_control() && c != '\t'));
                }
            }
        }
    }
}
