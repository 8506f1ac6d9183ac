"""Values in shells. Law: a real shell that evaluates the code has the value, byte for byte; refused is only what the manual names: NUL and line ends."""

import os
import subprocess
import tempfile

from tally import Tally  # noqa: F401

SPOILS = True
PIECES = ["'", '"', "\\", "`", "$", "$(id)", "${HOME}", "!", "!!", "*", "?", "[a]", "{a,b}", "~", "#", ";", "&", "|", "<", ">", "(", ")", " ", "\t", "=", "%", "^", "@", ":", ",", "-", "--", "\x1b[0m", "\x07", "\x7f", "\x01", "é", "\u0085", "\u2028", "\u202e", "\ufeff", "\u2018", "\u201c", "😀", "a", "Z9", "/+=_.", "''", '\'"\'', "\\'", "\\\\", "EOF", "-n"]
REFUSED = "\0\n\r"
# Name, dialect, command, and what stands between the values: each prints the variable and a line end, which no value has.
SHELLS = [
    ("bash", "sh", ["bash", "--norc"], "printf '%s\\n' \"$VALUE\"\n"), ("dash", "sh", ["dash"], "printf '%s\\n' \"$VALUE\"\n"), ("zsh", "sh", ["zsh", "-f"], "printf '%s\\n' \"$VALUE\"\n"), ("ksh", "sh", ["ksh"], "printf '%s\\n' \"$VALUE\"\n"),
    ("mksh", "sh", ["mksh"], "print -r -- \"$VALUE\"\n"), ("yash", "sh", ["yash", "--norcfile"], "printf '%s\\n' \"$VALUE\"\n"), ("busybox", "sh", ["busybox", "ash"], "printf '%s\\n' \"$VALUE\"\n"), ("fish", "fish", ["fish", "--no-config"], "printf '%s\\n' \"$VALUE\"\n"),
    ("tcsh", "tcsh", ["tcsh", "-f"], "printenv VALUE\n"), ("elvish", "elvish", ["elvish", "-norc"], "print $E:VALUE\"\\n\"\n"), ("xonsh", "xonsh", ["xonsh", "--no-rc"], "__import__('sys').stdout.buffer.write(__import__('os').fsencode(${'VALUE'}) + b'\\n')\n"),
]
TOOLS = [name for name, *_ in SHELLS]
# So many for each in a run of a hundred thousand: these take milliseconds a statement.
SLOW = {"xonsh": 200, "tcsh": 1000, "elvish": 1000}


def value(chance):
    made = "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 12)))
    if chance.random() < 0.1:
        at = chance.randrange(len(made) + 1)
        made = made[:at] + chance.choice(REFUSED) + made[at:]
    return made


def compare(driver, chance, count, told):
    values = [value(chance) for _ in range(count)]
    by_dialect = {dialect: driver.ask(["quote", dialect], [one.encode() for one in values]) for dialect in {dialect for _, dialect, *_ in SHELLS}}
    agreed = set(range(count))
    for name, dialect, command, between in SHELLS:
        chosen = []
        for number, (one, (ok, output)) in enumerate(zip(values, by_dialect[dialect])):
            if ok == any(c in REFUSED for c in one):
                told.differ(f"{dialect} {'takes' if ok else 'refuses'} {one!r}: {output}")
            elif ok:
                chosen.append((number, one, output))
        chosen = chosen[:SLOW.get(name, count)]
        with tempfile.NamedTemporaryFile(suffix=".script") as script, tempfile.TemporaryDirectory() as home:
            script.write("".join(code + between for _, _, code in chosen).encode())
            script.flush()
            environment = {"PATH": os.environ["PATH"], "HOME": home, "LC_ALL": "C.UTF-8", "XONSH_SHOW_TRACEBACK": "1"}
            done = subprocess.run([*command, script.name], capture_output=True, env=environment, stdin=subprocess.DEVNULL)
        lines = done.stdout.split(b"\n")
        if len(lines) != len(chosen) + 1:
            told.differ(f"{name} printed {len(lines) - 1} values of {len(chosen)}: {done.stderr.decode(errors='replace')[:300]}")
            continue
        for (number, one, code), line in zip(chosen, lines):
            if line != one.encode():
                told.differ(f"{name} has {line!r} of {one!r} by {code!r}")
                agreed.discard(number)
    for number, one in enumerate(values):
        told.refuse() if any(c in REFUSED for c in one) else told.agree() if number in agreed else None
