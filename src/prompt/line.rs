//! One question on one terminal: shown, answered by a line, and the terminal as it was before, whatever happens.

use super::signals::{Caught, Turn, Watch, turns};
use super::tty::{Awake, Modes, Unanswered, show, wait, watched};
use rustix::io::{Errno, read};
use std::os::fd::BorrowedFd;
use zeroize::Zeroizing;

/// The longest answer, newline included. Linux's line discipline silently drops what a person types or pastes past 4095
/// bytes, so an answer that long may have been cut and is refused.
pub(super) const LIMIT: usize = 4096;

/// Shows `question` and reads one line, without its newline. `tty` is a file description of our own (nobody else's reads
/// become non-blocking with it), opened O_NONBLOCK: two processes may ask on one terminal, and a read that the
/// other one won would sleep through Ctrl-C.
pub(super) fn ask(tty: BorrowedFd<'_>, question: &str, echo: bool) -> Result<Line, Unanswered> {
    let stdout = std::io::stdout();
    let reader = watched(&stdout);
    turns(&[], |watch| {
        let modes = Modes::for_line(tty, echo)?;
        show(tty, question)?;
        let turn = read_line(tty, watch, reader);
        drop(modes);
        if !matches!(turn, Turn::Over(Ok(_))) {
            // What was typed stays on the screen; what comes next begins on a line of its own.
            let _ = show(tty, "\n");
        }
        Ok(turn)
    })
}

type Line = Zeroizing<Vec<u8>>;

fn read_line(tty: BorrowedFd<'_>, watch: &mut Watch, reader: Option<BorrowedFd<'_>>) -> Turn<Line> {
    // Room for the longest line and a chunk: a vector that grows leaves copies of a password behind.
    let mut line = Zeroizing::new(Vec::with_capacity(LIMIT + 512));
    let mut chunk = Zeroizing::new([0_u8; 512]);
    loop {
        match watch.caught() {
            Some(Caught::End(signal)) => return Turn::Over(Err(Unanswered::Signal(signal))),
            Some(Caught::Stop) => return Turn::Stop,
            Some(Caught::Resize) | None => {}
        }
        match wait(tty, watch.wakes(), reader, None) {
            Ok(Awake::Input) => {}
            Ok(Awake::Signal | Awake::Late) => continue,
            Ok(Awake::ReaderGone) => return Turn::Over(Err(Unanswered::ReaderGone)),
            Err(errno) => return Turn::Over(Err(errno.into())),
        }
        match read(tty, &mut *chunk) {
            Ok(0) if line.is_empty() => return Turn::Over(Err(Unanswered::InputEnded)),
            // Ctrl-D twice after some text: the text is the answer, as for `read` and getline(3).
            Ok(0) => return Turn::Over(Ok(line)),
            Ok(count) => line.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            Err(Errno::INTR | Errno::AGAIN) => continue,
            // EIO: the terminal hung up.
            Err(_) => return Turn::Over(Err(Unanswered::InputEnded)),
        }
        if line.len() >= LIMIT {
            return Turn::Over(Err(Unanswered::TooLong));
        }
        if line.last() == Some(&b'\n') {
            line.pop();
            return Turn::Over(Ok(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::fd::AsFd;
    use std::os::unix::net::UnixStream;

    fn answer_to(bytes: &[u8]) -> Result<Line, Unanswered> {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        theirs.write_all(bytes).unwrap();
        drop(theirs);
        let mut watch = Watch::new(&[]).unwrap();
        match read_line(ours.as_fd(), &mut watch, None) {
            Turn::Over(result) => result,
            Turn::Stop => panic!("stopped"),
        }
    }

    #[test]
    fn a_line_is_the_answer_without_its_newline() {
        assert_eq!(**answer_to(b"hunter2\n").unwrap(), *b"hunter2");
        assert_eq!(**answer_to(b" pass word \n").unwrap(), *b" pass word ");
        assert_eq!(**answer_to(b"\n").unwrap(), *b"");
        assert_eq!(**answer_to(b"no newline").unwrap(), *b"no newline");
    }

    #[test]
    fn the_end_of_input_cancels() {
        assert_eq!(answer_to(b"").unwrap_err(), Unanswered::InputEnded);
    }

    #[test]
    fn an_answer_that_the_terminal_may_have_cut_is_refused() {
        let long = [vec![b'x'; LIMIT - 1], vec![b'\n']].concat();
        assert_eq!(answer_to(&long).unwrap_err(), Unanswered::TooLong);
        let fits = [vec![b'x'; LIMIT - 2], vec![b'\n']].concat();
        assert_eq!(answer_to(&fits).unwrap().len(), LIMIT - 2);
    }

    #[test]
    fn a_reader_that_leaves_ends_the_question() {
        let (terminal, _person) = UnixStream::pair().unwrap();
        let (read, write) = rustix::pipe::pipe().unwrap();
        drop(read);
        let mut watch = Watch::new(&[]).unwrap();
        let turn = read_line(terminal.as_fd(), &mut watch, Some(write.as_fd()));
        assert!(matches!(turn, Turn::Over(Err(Unanswered::ReaderGone))), "{turn:?}");
    }
}
