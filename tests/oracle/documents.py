"""JSON documents. Law: what we write is, to python and to jq, what was read; what python's strict reader refuses, we refuse."""

import decimal
import json
import subprocess

from tally import Tally  # noqa: F401

TOOLS = ["jq"]
SPOILS = True
STRINGS = ["", "a", "\"", "\\", "/", "\n\t\r\b\f", "\u0000", "\u001b[2J", "\u007f", "\u0085\u009b", "é", "\u202e", "\u2028", "\ufeff", "\uffff", "😀", "\U0010ffff", "$(id)", "'", "<!-->", "x" * 300]
NUMBERS = ["0", "-0", "1", "-1", "1.50", "1e5", "1E+5", "1e-7", "0.1", "12345678901234567890123", "1.7976931348623157e308", "4.9e-324", "9007199254740993"]


def string(chance):
    text = "".join(chance.choice(STRINGS) for _ in range(chance.randint(0, 3)))
    out = []
    for c in text:
        if ord(c) < 32 or c in '"\\' or chance.random() < 0.1:
            unit = c.encode("utf-16-be")
            out.append("".join(f"\\u{unit[i]:02{chance.choice('xX')}}{unit[i + 1]:02x}" for i in range(0, len(unit), 2)))
        else:
            out.append("\\/" if c == "/" and chance.random() < 0.3 else c)
    return f'"{"".join(out)}"'


def value(chance, depth):
    way = chance.randrange(8 if depth else 5)
    blank = lambda: chance.choice(["", "", "", " ", "\n", "\t\r\n"])  # noqa: E731
    if way < 2:
        return string(chance)
    if way == 2:
        return chance.choice(NUMBERS)
    if way == 3:
        return chance.choice(["true", "false", "null"])
    if way < 6:
        return f"[{blank()}{(blank() + ',' + blank()).join(value(chance, depth - 1) for _ in range(chance.randint(0, 3)))}{blank()}]" if depth else "[]"
    return members(chance, depth - 1, blank)


def members(chance, depth, blank):
    names = list({string(chance) for _ in range(chance.randint(0, 4))})
    return "{" + blank() + f"{blank()},{blank()}".join(f"{name}{blank()}:{blank()}{value(chance, max(depth, 0))}" for name in names) + blank() + "}"


def spoil(chance, text):
    at = chance.randrange(len(text))
    way = chance.randrange(4)
    if way == 0:
        return text[:at] + chance.choice(["{", "}", "[", "]", ",", ":", '"', "\\", "\\u", "\\ud800", "NaN", "-", "+", "0", "01", ".", "e", "//", "'", "\0", "\x1b", "\n", "\ufeff", " ", "null", '"a":1,"a":2,']) + text[at:]
    if way == 1:
        return text[:at] + text[at + chance.randint(1, 3):]
    if way == 2:
        return text[:at]
    return text[:at] + chance.choice('{}[],:"\\ 019.eE+-ntf\t\n') + text[at + 1:]


class Twice(ValueError):
    pass


def told_apart(value):
    """The value as a text: true and 1 are the same to python."""
    return json.dumps(value, sort_keys=True, default=repr)


def strictly(pairs):
    """An object; the same said twice is said once, two values of a name are anybody's guess."""
    members = {}
    for name, value in pairs:
        if told_apart(members.setdefault(name, value)) != told_apart(value):
            raise Twice("two values of one name")
    return members


def refuse(word):
    raise ValueError(word)


def number(text):
    """A number as a number: 1.50 is 1.5, and -0 is told from 0 by nobody. Beyond what decimal can hold, its text."""
    try:
        return decimal.Decimal(text)
    except decimal.InvalidOperation:
        return text.lower().replace("e+", "e")


def read(text):
    return json.loads(text, object_pairs_hook=strictly, parse_constant=refuse, parse_float=number, parse_int=number)


def is_lone(value):
    if isinstance(value, str):
        return any(0xD800 <= ord(c) < 0xE000 for c in value)
    if isinstance(value, dict):
        return any(is_lone(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(is_lone(part) for part in value)


def compare(driver, chance, count, told):
    made = [members(chance, 3, lambda: chance.choice(["", " ", "\n"])) for _ in range(count)]
    inputs = [(spoil(chance, text) if chance.random() < 0.5 else text) for text in made]
    answers = driver.ask(["document"], [text.encode() for text in inputs])
    both = []
    for text, (ok, output) in zip(inputs, answers):
        # A mark of UTF-8 and blanks in front are dropped.
        try:
            wanted = read(text[1:] if text.startswith("\ufeff") else text)
        except Twice:
            told.differ(f"taken, with two values of a name: {text!r}") if ok else told.strict("two values of one name")
            continue
        except (ValueError, RecursionError) as error:
            told.differ(f"taken, and python says {error}: {text!r}") if ok else told.refuse()
            continue
        if not isinstance(wanted, dict):
            told.differ(f"taken, and no object: {text!r}") if ok else told.refuse()
        elif not ok:
            told.strict("half a character") if is_lone(wanted) else told.differ(f"refused ({output}): {text!r}")
        elif not output.isascii() or "\n" in output[:-1] or told_apart(read(output)) != told_apart(wanted):
            told.differ(f"{output!r} of {text!r}")
        else:
            both.append((text, output))
            told.agree()
    ours, theirs = (subprocess.run(["jq", "-S", "-c", "."], input="\n".join(one[side].lstrip("\ufeff") for one in both), capture_output=True, text=True, check=True).stdout.split("\n") for side in (1, 0))
    assert len(ours) == len(theirs) == len(both) + 1
    for (text, output), our, their in zip(both, ours, theirs):
        if our != their:
            told.differ(f"jq reads {our} in {output!r} and {their} in {text!r}")
