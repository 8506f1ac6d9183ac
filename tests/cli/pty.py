#!/usr/bin/env python3
"""Runs a shell command on a terminal of its own, types what it is told, and prints what was seen, as JSON.

    python3 pty.py --shell bash --run 'oktapipe authn | cat' --expect Password --type 'hunter2\\n'

Why not script(1) or expect(1): neither says how the process died, and the question that matters after Ctrl-C is whether
the terminal still echoes. Python's standard library is all that is needed.

The steps happen in the order in which they are given:
  --expect TEXT   wait until TEXT is shown (after what the last --expect found); '' is anything at all
  --type TEXT     type TEXT; \\n, \\t, \\r, \\\\ and \\xNN are understood
  --key C-c       type a control character (C-c, C-d, C-z, C-\\, ...)
  --signal NAME   send a signal (INT, TERM, HUP, ...) to the terminal's foreground process group
  --sleep SECONDS wait
  --resize 24x80  change the terminal's size, in lines and columns
  --hangup        close the terminal

Without --interactive the command is `SHELL -c CMD` and the answer's `status` is the shell's. With it, an interactive
shell without start-up files is started and the command typed at its prompt, so that job control is real; after
the last step `stty -a` and `exit` are typed. The steps must bring the shell back to its prompt.

Prints {"seen", "exited", "signaled", "echo", "canonical", "failed"}: `exited` is the exit status or null, `signaled` the
number of the signal that ended the shell or null, `echo` and `canonical` the terminal's modes afterwards (null
after --hangup), `failed` the step whose text never came or null. Exit status 0 unless a step failed (1).
"""

import argparse
import codecs
import fcntl
import json
import os
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time

PROMPT = "ready$ "
INTERACTIVE = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i", "-V"],
    "dash": ["-i"],
    "ksh": ["-i"],
    "mksh": ["-i"],
    "yash": ["--norcfile", "--noprofile", "-i"],
    "sh": ["-i"],
    "fish": ["--no-config", "-i"],
    "tcsh": ["-f", "-i"],
}

# Typed, because mksh and yash take no PS1 from root's environment; in two parts, so that its echo is not taken for the prompt.
PROMPTS = {
    "fish": "function fish_prompt; printf %s 'ready''$ '; end",
    "tcsh": "set prompt = 'ready''$ '",
}


class Step(argparse.Action):
    """Keeps --expect, --type, ... in the order in which they were given."""

    def __call__(self, parser, namespace, values, option_string=None):
        namespace.steps.append((self.dest, values))


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shell", default="sh")
    parser.add_argument("--run", required=True)
    parser.add_argument("--interactive", action="store_true")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--cwd")
    parser.add_argument("--size", metavar="LINESxCOLUMNS", help="without it the terminal knows no size, as a serial line")
    parser.add_argument("--timeout", type=float, default=10, help="seconds a step, and the end, may take")
    for name in ("expect", "type", "key", "signal", "resize"):
        parser.add_argument("--" + name, action=Step)
    parser.add_argument("--sleep", action=Step, type=float)
    parser.add_argument("--hangup", action=Step, nargs=0)
    parser.set_defaults(steps=[])
    return parser.parse_args()


class Terminal:
    """A pseudo-terminal with a shell on it."""

    def __init__(self, argv, env, cwd, size):
        self.master, slave = os.openpty()
        if size:
            self.resize(size)
        # Kept open here, so that the modes can be read after the shell has gone.
        self.slave = slave
        self.seen = b""
        self.found = 0
        self.status = None
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.setsid()
                # Opening a terminal without O_NOCTTY makes it the controlling one (Linux; macOS needs TIOCSCTTY).
                os.close(os.open(os.ttyname(slave), os.O_RDWR))
                if sys.platform == "darwin":
                    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
                for number in (0, 1, 2):
                    os.dup2(slave, number)
                os.closerange(3, 256)
                # Python ignores SIGPIPE, and an ignored signal stays ignored in what it starts.
                for name in (signal.SIGPIPE, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(name, signal.SIG_DFL)
                if cwd:
                    os.chdir(cwd)
                os.execvpe(argv[0], argv, env)
            finally:
                os._exit(127)

    def read(self, seconds):
        """Takes what is shown within `seconds`, returns as soon as something came."""
        if self.master is None:
            time.sleep(seconds)
            return
        ready, _, _ = select.select([self.master], [], [], seconds)
        if ready:
            try:
                self.seen += os.read(self.master, 65536)
            except OSError:
                time.sleep(seconds)

    def expect(self, text, seconds):
        wanted = text.encode()
        until = time.monotonic() + seconds
        while True:
            at = self.seen.find(wanted, self.found)
            # The empty text stands for anything at all.
            if at >= 0 and len(self.seen) > self.found:
                self.found = at + len(wanted)
                return True
            if time.monotonic() > until:
                return False
            self.read(0.05)

    def type(self, data):
        while data:
            data = data[os.write(self.master, data):]

    def ended(self, seconds):
        until = time.monotonic() + seconds
        while self.status is None and time.monotonic() < until:
            self.read(0.02)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = status
        return self.status is not None

    def resize(self, size):
        lines, columns = map(int, size.split("x"))
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def modes(self):
        if self.slave is None:
            return None, None
        local = termios.tcgetattr(self.slave)[3]
        return bool(local & termios.ECHO), bool(local & termios.ICANON)

    def hangup(self):
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = None

    def do(self, kind, value, seconds):
        if kind == "expect":
            return self.expect(value, seconds)
        if kind == "type":
            self.type(codecs.escape_decode(value.encode())[0])
        elif kind == "key":
            self.type(bytes([ord(value[2].upper()) ^ 0x40]))
        elif kind == "signal":
            os.killpg(os.tcgetpgrp(self.master), getattr(signal, "SIG" + value))
        elif kind == "sleep":
            until = time.monotonic() + value
            while time.monotonic() < until:
                self.read(0.05)
        elif kind == "resize":
            self.resize(value)
        elif kind == "hangup":
            self.hangup()
        return True


def main():
    args = arguments()
    env = dict(os.environ, TERM="dumb", ENV="/dev/null", HISTFILE="/dev/null")
    env.update(pair.split("=", 1) for pair in args.env)
    name = os.path.basename(args.shell)
    stty = None
    if args.interactive:
        argv = [args.shell] + INTERACTIVE[name]
        stty = tempfile.NamedTemporaryFile(mode="r", prefix="oktapipe-pty-")
    else:
        argv = [args.shell, "-c", args.run]
    terminal = Terminal(argv, env, args.cwd, args.size)
    steps = list(args.steps)
    if args.interactive:
        steps = [("expect", ""), ("type", PROMPTS.get(name, "PS1='ready''$ '") + "\\n"), ("expect", PROMPT), ("type", args.run + "\\n")] + steps
    failed = None
    for kind, value in steps:
        if not terminal.do(kind, value, args.timeout):
            failed = [kind, value]
            break
    if args.interactive and not failed and terminal.master is not None:
        terminal.type(f" stty -a > {stty.name}; exit\n".encode())
    if not terminal.ended(args.timeout):
        failed = failed or ["end", "the command did not end"]
    if failed:
        os.kill(terminal.pid, signal.SIGKILL)
        if terminal.status is None:
            os.waitpid(terminal.pid, 0)
    while terminal.master is not None:
        before = len(terminal.seen)
        terminal.read(0.05)
        if len(terminal.seen) == before:
            break
    echo, canonical = terminal.modes()
    if stty and not failed and terminal.master is not None:
        flags = stty.read()
        echo = re.search(r"(^|[ ;])echo([ ;]|$)", flags, re.M) is not None
        canonical = re.search(r"(^|[ ;])icanon([ ;]|$)", flags, re.M) is not None
    status = terminal.status
    print(json.dumps({
        "seen": terminal.seen.decode(errors="replace").replace("\r\n", "\n"),
        "exited": os.WEXITSTATUS(status) if status is not None and os.WIFEXITED(status) else None,
        "signaled": os.WTERMSIG(status) if status is not None and os.WIFSIGNALED(status) else None,
        "echo": echo,
        "canonical": canonical,
        "failed": failed,
    }))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
