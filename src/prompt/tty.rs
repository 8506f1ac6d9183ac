//! The terminal under a question: who may use it, what is waited for on it, and its modes, which come back whatever happens.

use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{FileType, Mode, OFlags, fstat, open};
use rustix::io::{Errno, retry_on_intr, write};
use rustix::process::getpgrp;
use rustix::termios::{
    InputModes, LocalModes, OptionalActions, SpecialCodeIndex, Termios, tcgetattr, tcgetpgrp, tcsetattr,
};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

/// `/dev/tty`, or nothing: ENXIO without a controlling terminal (cron, setsid, an IDE), other errors in odd sandboxes.
pub(super) fn device() -> Option<OwnedFd> {
    let flags = OFlags::RDWR | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    open("/dev/tty", flags, Mode::empty()).ok()
}

/// Why there is no answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unanswered {
    /// End of input: Ctrl-D on an empty line, or the terminal is gone.
    InputEnded,
    /// Esc in the picker, or Ctrl-D in it before anything is typed.
    Cancelled,
    /// A line of [`super::line::LIMIT`] bytes or more.
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
        && poll(&mut fds, Some(&Timespec { tv_sec: 0, tv_nsec: 0 })).is_ok()
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

/// What ended a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Awake {
    /// There is something to read, or its end.
    Input,
    /// A signal came.
    Signal,
    /// Nobody reads our stdout any more.
    ReaderGone,
    /// The time is over.
    Late,
}

/// Waits for `input`, a signal, the end of our stdout's `reader`, or the end of `patience`.
pub(super) fn wait(
    input: BorrowedFd<'_>,
    signals: BorrowedFd<'_>,
    reader: Option<BorrowedFd<'_>>,
    patience: Option<Duration>,
) -> Result<Awake, Errno> {
    let mut fds = vec![
        PollFd::from_borrowed_fd(signals, PollFlags::IN),
        PollFd::from_borrowed_fd(input, PollFlags::IN),
    ];
    fds.extend(reader.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::empty())));
    let patience = patience.and_then(|time| Timespec::try_from(time).ok());
    match poll(&mut fds, patience.as_ref()) {
        Ok(0) => return Ok(Awake::Late),
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

/// Our stdout, if it is something whose reader can leave while a question is open.
pub(super) fn watched(stdout: &std::io::Stdout) -> Option<BorrowedFd<'_>> {
    Some(stdout.as_fd()).filter(|fd| has_reader(*fd))
}

/// The terminal's modes during a question; the ones before it come back when this is dropped.
pub(super) struct Modes<'a> {
    tty: BorrowedFd<'a>,
    before_and_during: Option<(Termios, Termios)>,
}

impl Modes<'_> {
    /// For a line that the terminal itself collects.
    pub(super) fn for_line(tty: BorrowedFd<'_>, echo: bool) -> Result<Modes<'_>, Errno> {
        Modes::set(tty, |modes, before| {
            modes.local_modes |= LocalModes::ICANON;
            modes.local_modes.set(LocalModes::ECHO, echo);
            modes
                .local_modes
                .set(LocalModes::ECHONL, !echo || before.local_modes.contains(LocalModes::ECHONL));
        })
    }

    /// For single keys. Signals stay the terminal's to make: Ctrl-C, Ctrl-\ and Ctrl-Z act as at any other question.
    pub(super) fn for_keys(tty: BorrowedFd<'_>) -> Result<Modes<'_>, Errno> {
        Modes::set(tty, |modes, _| {
            // IEXTEN would keep Ctrl-V and, on macOS, Ctrl-O and Ctrl-Y.
            modes.local_modes &=
                !(LocalModes::ICANON | LocalModes::ECHO | LocalModes::ECHONL | LocalModes::IEXTEN);
            // Without them a read could wait for several bytes, as the program before us left it.
            modes.special_codes[SpecialCodeIndex::VMIN] = 1;
            modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        })
    }

    fn set(tty: BorrowedFd<'_>, change: impl FnOnce(&mut Termios, &Termios)) -> Result<Modes<'_>, Errno> {
        let before = tcgetattr(tty)?;
        let mut during = before.clone();
        change(&mut during, &before);
        // A program before us may have left the terminal raw or silent: without these, Enter would not end the line
        // and Ctrl-C would be a letter of the password.
        during.local_modes |= LocalModes::ISIG;
        during.input_modes |= InputModes::ICRNL;
        let line = during.local_modes.contains(LocalModes::ICANON);
        let same = during.local_modes == before.local_modes && during.input_modes == before.input_modes;
        if line && same {
            return Ok(Modes { tty, before_and_during: None });
        }
        // The guard first: if the call below is interrupted half way, the old modes still come back.
        let modes = Modes { tty, before_and_during: Some((before, during.clone())) };
        // Flush: what was typed before the question was shown on the screen, so it is no password.
        retry_on_intr(|| tcsetattr(tty, OptionalActions::Flush, &during))?;
        Ok(modes)
    }
}

impl Drop for Modes<'_> {
    fn drop(&mut self) {
        let Some((before, during)) = &self.before_and_during else { return };
        // yash (and dash, in a pipe within $(...)) prompts after Ctrl-C as soon as the last process of a pipe has ended, and takes the terminal
        // as we have left it. If it still is that way, echo is ours to bring back; if the shell edits lines by now, its modes stand.
        let still_ours =
            |now: Termios| now.local_modes == during.local_modes && now.input_modes == during.input_modes;
        if is_foreground(self.tty) || tcgetattr(self.tty).is_ok_and(still_ours) {
            // In the background, and if the shell is back between the look and the call, SIGTTOU would stop us.
            let mut stopping = SigSet::empty();
            stopping.add(Signal::SIGTTOU);
            let mask = stopping.thread_swap_mask(SigmaskHow::SIG_BLOCK);
            let _ = retry_on_intr(|| tcsetattr(self.tty, OptionalActions::Drain, before));
            let _ = mask.map(|mask| mask.thread_set_mask());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;

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
    fn a_wait_ends_by_what_comes_first() {
        let (input, person) = UnixStream::pair().unwrap();
        let (signals, sender) = UnixStream::pair().unwrap();
        let brief = Some(Duration::from_millis(1));
        let wait = |reader| wait(input.as_fd(), signals.as_fd(), reader, brief).unwrap();
        assert_eq!(wait(None), Awake::Late);
        rustix::io::write(&person, b"x").unwrap();
        assert_eq!(wait(None), Awake::Input);
        let (read, write) = rustix::pipe::pipe().unwrap();
        drop(read);
        assert_eq!(wait(Some(write.as_fd())), Awake::ReaderGone);
        rustix::io::write(&sender, b"x").unwrap();
        assert_eq!(wait(Some(write.as_fd())), Awake::Signal);
    }
}
