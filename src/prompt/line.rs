//! One question on one terminal: shown, answered by a line, and the terminal as it was before, whatever happens.

use super::signals::{Caught, Watch, stop};
use rustix::event::{PollFd, PollFlags, poll};
use rustix::fs::{FileType, fstat};
use rustix::io::{Errno, read, retry_on_intr, write};
use rustix::process::getpgrp;
use rustix::termios::{InputModes, LocalModes, OptionalActions, Termios, tcgetattr, tcgetpgrp, tcsetattr};
use std::os::fd::{AsFd, BorrowedFd};
use zeroize::Zeroizing;

/// The longest answer, newline included. Linux's line discipline silently drops what a person types or pastes past 4095
/// bytes, so an answer that long may have been cut and is refused.
pub(super) const LIMIT: usize = 4096;

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// End of input (Ctrl-D on an empty line, or the terminal is gone).
    Cancelled,
    /// A line of [`LIMIT`] bytes or more.
    TooLong,
    /// The terminal could not be used.
    Broken(Errno),
    /// Nobody reads our stdout any more.
    ReaderGone,
    /// A signal asked us to end.
    Signal(i32),
}

impl From<Errno> for Unanswered {
    fn from(errno: Errno) -> Self {
        Unanswered::Broken(errno)
    }
}

/// Shows `question` and reads one line, without its newline. `tty` is a file description of our own (nobody else's reads
/// become non-blocking with it), opened O_NONBLOCK: two processes may ask on one terminal, and a read that the
/// other one won would sleep through Ctrl-C.
pub(super) fn ask(tty: BorrowedFd<'_>, question: &str, echo: bool) -> Result<Zeroizing<Vec<u8>>, Unanswered> {
    let mut watch = Watch::new().map_err(|err| Errno::from_io_error(&err).unwrap_or(Errno::IO))?;
    let stdout = std::io::stdout();
    let reader = Some(stdout.as_fd()).filter(|fd| has_reader(*fd));
    let answer = loop {
        let modes = Modes::for_question(tty, echo)?;
        show(tty, question)?;
        let turn = read_line(tty, &mut watch, reader);
        drop(modes);
        match turn {
            Turn::Over(Err(Unanswered::Signal(signal))) => {
                // What was typed stays on the screen; the shell's prompt begins on a line of its own.
                let _ = show(tty, "\n");
                return Err(Unanswered::Signal(signal));
            }
            Turn::Over(Err(why)) => {
                let _ = show(tty, "\n");
                break Err(why);
            }
            Turn::Over(Ok(line)) => break Ok(line),
            Turn::Stop => {
                let _ = show(tty, "\n");
                stop();
            }
        }
    };
    match watch.end() {
        Some(Caught::End(signal)) => return Err(Unanswered::Signal(signal)),
        Some(Caught::Stop) => stop(),
        None => {}
    }
    answer
}

/// Whether this process may talk to `tty` now. A process in the background that reads is stopped by SIGTTIN, and one that
/// changes the modes by SIGTTOU, which hangs zsh in `source <(…)`.
pub(super) fn is_foreground(tty: BorrowedFd<'_>) -> bool {
    match tcgetpgrp(tty) {
        Ok(group) => group == getpgrp(),
        // The kernel says 0 for a group of another process namespace (bwrap, unshare --pid): it cannot be told.
        Err(errno) => errno == Errno::OPNOTSUPP,
    }
}

/// Whether `fd` is something whose reader can go away. On a terminal, POLLHUP would mean that the person left, which the
/// question finds out itself; a file has no reader.
pub(super) fn has_reader(fd: BorrowedFd<'_>) -> bool {
    fstat(fd)
        .is_ok_and(|stat| matches!(FileType::from_raw_mode(stat.st_mode), FileType::Fifo | FileType::Socket))
}

/// Whether the reader behind `fd` is gone: POLLERR on Linux, POLLHUP on macOS.
pub(super) fn reader_is_gone(fd: BorrowedFd<'_>) -> bool {
    let mut fds = [PollFd::from_borrowed_fd(fd, PollFlags::empty())];
    has_reader(fd)
        && poll(&mut fds, Some(&rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok()
        && fds.iter().any(|fd| is_gone(fd.revents()))
}

/// Writes all of `text` to a terminal that may be stopped by Ctrl-S.
pub(super) fn show(tty: BorrowedFd<'_>, text: &str) -> Result<(), Errno> {
    let mut rest = text.as_bytes();
    while !rest.is_empty() {
        match write(tty, rest) {
            Ok(count) => rest = rest.get(count..).unwrap_or_default(),
            Err(Errno::INTR) => {}
            Err(Errno::AGAIN) => {
                let mut fds = [PollFd::from_borrowed_fd(tty, PollFlags::OUT)];
                retry_on_intr(|| poll(&mut fds, None))?;
            }
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

fn is_gone(events: PollFlags) -> bool {
    events.intersects(PollFlags::ERR | PollFlags::HUP)
}

/// How a turn of reading ended.
#[derive(Debug)]
enum Turn {
    Over(Result<Zeroizing<Vec<u8>>, Unanswered>),
    Stop,
}

fn read_line(tty: BorrowedFd<'_>, watch: &mut Watch, reader: Option<BorrowedFd<'_>>) -> Turn {
    // Room for the longest line and a chunk: a vector that grows leaves copies of a password behind.
    let mut line = Zeroizing::new(Vec::with_capacity(LIMIT + 512));
    let mut chunk = Zeroizing::new([0_u8; 512]);
    loop {
        match watch.caught() {
            Some(Caught::End(signal)) => return Turn::Over(Err(Unanswered::Signal(signal))),
            Some(Caught::Stop) => return Turn::Stop,
            None => {}
        }
        match wait(tty, watch.wakes(), reader) {
            Ok(Awake::Input) => {}
            Ok(Awake::Signal) => continue,
            Ok(Awake::ReaderGone) => return Turn::Over(Err(Unanswered::ReaderGone)),
            Err(errno) => return Turn::Over(Err(errno.into())),
        }
        match read(tty, &mut *chunk) {
            Ok(0) if line.is_empty() => return Turn::Over(Err(Unanswered::Cancelled)),
            // Ctrl-D twice after some text: the text is the answer, as for `read` and getline(3).
            Ok(0) => return Turn::Over(Ok(line)),
            Ok(count) => line.extend_from_slice(chunk.get(..count).unwrap_or_default()),
            Err(Errno::INTR | Errno::AGAIN) => continue,
            // EIO: the terminal hung up.
            Err(_) => return Turn::Over(Err(Unanswered::Cancelled)),
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

enum Awake {
    Input,
    Signal,
    ReaderGone,
}

fn wait(
    tty: BorrowedFd<'_>,
    signals: BorrowedFd<'_>,
    reader: Option<BorrowedFd<'_>>,
) -> Result<Awake, Errno> {
    let mut fds =
        vec![PollFd::from_borrowed_fd(signals, PollFlags::IN), PollFd::from_borrowed_fd(tty, PollFlags::IN)];
    fds.extend(reader.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::empty())));
    match poll(&mut fds, None) {
        Ok(_) => {}
        Err(Errno::INTR) => return Ok(Awake::Signal),
        Err(errno) => return Err(errno),
    }
    let mut events = fds.iter().map(PollFd::revents);
    let signalled = events.next().is_some_and(|events| !events.is_empty());
    let readable = events.next().is_some_and(|events| !events.is_empty());
    let gone = events.next().is_some_and(is_gone);
    Ok(match (signalled, gone, readable) {
        (false, true, _) => Awake::ReaderGone,
        (false, false, true) => Awake::Input,
        _ => Awake::Signal,
    })
}

/// The terminal's modes during a question; the ones before it come back when this is dropped.
struct Modes<'a> {
    tty: BorrowedFd<'a>,
    before: Option<Termios>,
}

impl Modes<'_> {
    fn for_question(tty: BorrowedFd<'_>, echo: bool) -> Result<Modes<'_>, Errno> {
        let before = tcgetattr(tty)?;
        let mut during = before.clone();
        // A program before us may have left the terminal raw or silent: without these, Enter would not end the line
        // and Ctrl-C would be a letter of the password.
        during.local_modes |= LocalModes::ICANON | LocalModes::ISIG;
        during.input_modes |= InputModes::ICRNL;
        during.local_modes.set(LocalModes::ECHO, echo);
        during.local_modes.set(LocalModes::ECHONL, !echo || before.local_modes.contains(LocalModes::ECHONL));
        let same = during.local_modes == before.local_modes && during.input_modes == before.input_modes;
        if same {
            return Ok(Modes { tty, before: None });
        }
        // The guard first: if the call below is interrupted half way, the old modes still come back.
        let modes = Modes { tty, before: Some(before) };
        // Flush: what was typed before the question was shown on the screen, so it is no password.
        retry_on_intr(|| tcsetattr(tty, OptionalActions::Flush, &during))?;
        Ok(modes)
    }
}

impl Drop for Modes<'_> {
    fn drop(&mut self) {
        if let Some(before) = &self.before
            // In the background the call would stop us (SIGTTOU). The terminal is the shell's again, and it sets its own modes.
            && is_foreground(self.tty)
        {
            let _ = retry_on_intr(|| tcsetattr(self.tty, OptionalActions::Drain, before));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    fn answer_to(bytes: &[u8]) -> Result<Zeroizing<Vec<u8>>, Unanswered> {
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        ours.set_nonblocking(true).unwrap();
        theirs.write_all(bytes).unwrap();
        drop(theirs);
        let mut watch = Watch::new().unwrap();
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
        assert_eq!(answer_to(b"").unwrap_err(), Unanswered::Cancelled);
    }

    #[test]
    fn an_answer_that_the_terminal_may_have_cut_is_refused() {
        let long = [vec![b'x'; LIMIT - 1], vec![b'\n']].concat();
        assert_eq!(answer_to(&long).unwrap_err(), Unanswered::TooLong);
        let fits = [vec![b'x'; LIMIT - 2], vec![b'\n']].concat();
        assert_eq!(answer_to(&fits).unwrap().len(), LIMIT - 2);
    }

    #[test]
    fn a_reader_that_left_is_noticed_on_a_pipe_and_nothing_on_a_file() {
        let (read, write) = rustix::pipe::pipe().unwrap();
        assert!(!reader_is_gone(write.as_fd()));
        drop(read);
        assert!(reader_is_gone(write.as_fd()));
        assert!(!reader_is_gone(std::fs::File::open("/dev/null").unwrap().as_fd()));
        assert!(!reader_is_gone(std::fs::File::open("Cargo.toml").unwrap().as_fd()));
        let (ours, theirs) = UnixStream::pair().unwrap();
        assert!(!reader_is_gone(ours.as_fd()));
        drop(theirs);
        assert!(reader_is_gone(ours.as_fd()));
    }

    #[test]
    fn a_reader_that_leaves_ends_the_question() {
        let (terminal, _person) = UnixStream::pair().unwrap();
        let (read, write) = rustix::pipe::pipe().unwrap();
        drop(read);
        let mut watch = Watch::new().unwrap();
        let turn = read_line(terminal.as_fd(), &mut watch, Some(write.as_fd()));
        assert!(matches!(turn, Turn::Over(Err(Unanswered::ReaderGone))), "{turn:?}");
    }
}
