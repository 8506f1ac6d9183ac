//! What a terminal sends while keys are pressed, as keys. A sequence or a character may come in several reads.

/// What a person did. What means nothing here is no key: function keys, Alt with a letter, the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// A character, typed or pasted; never a control character.
    Text(char),
    Enter,
    Escape,
    Up,
    Down,
    PageUp,
    PageDown,
    Home,
    End,
    Backspace,
    /// Ctrl-W: the word before the cursor.
    DropWord,
    /// Ctrl-U: all of it.
    DropAll,
    /// Ctrl-D
    EndOfInput,
}

/// The longest sequence that is kept; the rest of a longer one is read and forgotten.
const SEQUENCE_LIMIT: usize = 16;

#[derive(Debug, Default)]
enum State {
    #[default]
    Ground,
    /// After ESC: a key of its own, if nothing follows soon.
    Escape,
    /// After ESC O: one byte follows.
    Shift,
    /// After ESC [: parameters, then a final byte.
    Sequence(Vec<u8>),
    /// After ESC [ [, which the Linux console sends for F1 to F5: one byte follows.
    Console,
    /// The beginning of a character of several bytes.
    Character(Vec<u8>),
}

/// Turns bytes into keys.
#[derive(Debug, Default)]
pub(super) struct Keys {
    state: State,
    /// Between ESC [200~ and ESC [201~ nothing is a command.
    pasting: bool,
}

impl Keys {
    /// The keys in `bytes`, together with what came before and was no whole key.
    pub(super) fn read(&mut self, bytes: &[u8]) -> Vec<Key> {
        bytes.iter().filter_map(|byte| self.byte(*byte)).collect()
    }

    /// Whether the last byte may have been the Esc key: then [`Keys::late`] is due after a short while. Within a paste it was not.
    pub(super) fn is_open(&self) -> bool {
        matches!(self.state, State::Escape) && !self.pasting
    }

    /// Nothing more came: ESC was the Esc key.
    pub(super) fn late(&mut self) -> Option<Key> {
        if !self.is_open() {
            return None;
        }
        self.state = State::Ground;
        Some(Key::Escape)
    }

    fn byte(&mut self, byte: u8) -> Option<Key> {
        match (std::mem::take(&mut self.state), byte) {
            (State::Ground, _) => self.ground(byte),
            (State::Escape, b'[') => self.go(State::Sequence(Vec::new())),
            (State::Escape, b'O') => self.go(State::Shift),
            // Esc twice: the first one was a key.
            (State::Escape, 0x1b) => {
                self.state = State::Escape;
                (!self.pasting).then_some(Key::Escape)
            }
            // Alt with a letter.
            (State::Escape | State::Console, _) => None,
            (State::Shift, _) => named(byte),
            (State::Sequence(known), b'[') if known.is_empty() => self.go(State::Console),
            (State::Sequence(mut known), 0x20..=0x3f) => {
                if known.len() < SEQUENCE_LIMIT {
                    known.push(byte);
                }
                self.go(State::Sequence(known))
            }
            (State::Sequence(known), 0x40..=0x7e) => self.sequence(&known, byte),
            // No sequence goes on like that: the byte stands for itself.
            (State::Sequence(_), _) => self.ground(byte),
            (State::Character(mut begun), 0x80..=0xbf) => {
                begun.push(byte);
                self.character(begun)
            }
            (State::Character(_), _) => self.ground(byte),
        }
    }

    fn go(&mut self, state: State) -> Option<Key> {
        self.state = state;
        None
    }

    fn ground(&mut self, byte: u8) -> Option<Key> {
        match byte {
            0x1b => self.go(State::Escape),
            b' '..=b'~' => Some(Key::Text(char::from(byte))),
            0xc2..=0xf4 => self.go(State::Character(vec![byte])),
            // A pasted table's ends of lines and tabs part words.
            b'\r' | b'\n' | b'\t' if self.pasting => Some(Key::Text(' ')),
            _ if self.pasting => None,
            b'\r' | b'\n' => Some(Key::Enter),
            0x7f | 0x08 => Some(Key::Backspace),
            0x0e => Some(Key::Down),
            0x10 => Some(Key::Up),
            0x15 => Some(Key::DropAll),
            0x17 => Some(Key::DropWord),
            0x04 => Some(Key::EndOfInput),
            0x01 => Some(Key::Home),
            0x05 => Some(Key::End),
            _ => None,
        }
    }

    fn character(&mut self, begun: Vec<u8>) -> Option<Key> {
        match std::str::from_utf8(&begun) {
            Ok(text) => text.chars().next().filter(|c| !c.is_control()).map(Key::Text),
            Err(error) if error.error_len().is_none() => self.go(State::Character(begun)),
            Err(_) => None,
        }
    }

    fn sequence(&mut self, known: &[u8], last: u8) -> Option<Key> {
        if last == b'~' {
            match known {
                b"200" => self.pasting = true,
                b"201" => self.pasting = false,
                _ => {}
            }
        }
        if self.pasting {
            return None;
        }
        // The first parameter is the key, the second one Shift, Alt and Ctrl.
        let number = known.split(|byte| *byte == b';').next().unwrap_or_default();
        match (last, number) {
            (b'~', b"1" | b"7") => Some(Key::Home),
            (b'~', b"4" | b"8") => Some(Key::End),
            (b'~', b"5") => Some(Key::PageUp),
            (b'~', b"6") => Some(Key::PageDown),
            (b'~', _) => None,
            _ => named(last),
        }
    }
}

/// The keys that are named by a letter, behind ESC [ or, in a keypad's application mode, ESC O.
fn named(byte: u8) -> Option<Key> {
    match byte {
        b'A' => Some(Key::Up),
        b'B' => Some(Key::Down),
        b'H' => Some(Key::Home),
        b'F' => Some(Key::End),
        b'M' => Some(Key::Enter),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn keys(bytes: &[u8]) -> Vec<Key> {
        let mut keys = Keys::default();
        let mut found = keys.read(bytes);
        found.extend(keys.late());
        found
    }

    #[test]
    fn keys_have_the_names_that_terminals_give_them() {
        for (bytes, key) in [
            (&b"\x1b[A"[..], Key::Up),
            (b"\x1bOA", Key::Up),
            (b"\x1b[1;5A", Key::Up),
            (b"\x10", Key::Up),
            (b"\x1b[B", Key::Down),
            (b"\x1bOB", Key::Down),
            (b"\x0e", Key::Down),
            (b"\x1b[5~", Key::PageUp),
            (b"\x1b[6~", Key::PageDown),
            (b"\x1b[6;2~", Key::PageDown),
            (b"\x1b[H", Key::Home),
            (b"\x1bOH", Key::Home),
            (b"\x1b[1~", Key::Home),
            (b"\x1b[7~", Key::Home),
            (b"\x1b[F", Key::End),
            (b"\x1b[4~", Key::End),
            (b"\x1b[8~", Key::End),
            (b"\r", Key::Enter),
            (b"\n", Key::Enter),
            (b"\x1bOM", Key::Enter),
            (b"\x7f", Key::Backspace),
            (b"\x08", Key::Backspace),
            (b"\x15", Key::DropAll),
            (b"\x17", Key::DropWord),
            (b"\x04", Key::EndOfInput),
            (b"\x1b", Key::Escape),
            ("é".as_bytes(), Key::Text('é')),
            ("😀".as_bytes(), Key::Text('😀')),
        ] {
            assert_eq!(keys(bytes), [key], "{bytes:?}");
        }
    }

    #[test]
    fn what_means_nothing_is_no_key() {
        for bytes in [
            &b"\x1b[C"[..],
            b"\x1b[3~",
            b"\x1bx",
            b"\x1b[[A",
            b"\x1b[15;5~",
            b"\x00",
            b"\x1b[",
            b"\xff",
            b"\xc3",
            b"\x1b[<0;10;10m",
            "\u{85}".as_bytes(),
        ] {
            assert_eq!(keys(bytes), [], "{bytes:?}");
        }
        assert_eq!(keys(b"\x1b[1\x7fa"), [Key::Backspace, Key::Text('a')]);
        assert_eq!(keys(b"\xc3a"), [Key::Text('a')]);
        assert_eq!(keys(b"\x1b\x1b"), [Key::Escape, Key::Escape]);
        assert_eq!(keys(&[&b"\x1b["[..], &[b'1'; 500], b"Aa"].concat()), [Key::Up, Key::Text('a')]);
    }

    #[test]
    fn nothing_that_is_pasted_is_a_command() {
        let text = |text: &str| text.chars().map(Key::Text).collect::<Vec<_>>();
        assert_eq!(keys(b"\x1b[200~a\nb\tc\x03\x1b[A\x1b\x04\x1b[201~"), text("a b c"));
        let typed = keys(b"\x1b[200~a\x1b[201~\n");
        assert_eq!(typed, [Key::Text('a'), Key::Enter]);
    }

    proptest! {
        #[test]
        fn it_does_not_matter_how_bytes_are_split_over_reads(
            bytes in proptest::collection::vec(prop_oneof![any::<u8>(), Just(0x1b), Just(b'['), Just(b'~'), 0x30_u8..0x37], 0..60),
            at in 0_usize..60,
        ) {
            let at = at.min(bytes.len());
            let mut split = Keys::default();
            let mut found = split.read(&bytes[..at]);
            found.extend(split.read(&bytes[at..]));
            found.extend(split.late());
            prop_assert_eq!(&found, &keys(&bytes));
            prop_assert!(found.iter().all(|key| !matches!(key, Key::Text(c) if c.is_control())));
        }
    }
}
