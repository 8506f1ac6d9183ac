"""Edits of AWS's files. Law: botocore reads the same of every other profile, of the edited one what was set, and refuses what we refuse."""

import json
import os
import tempfile

from tally import Tally  # noqa: F401

TOOLS = ["python:botocore"]
SPOILS = True
NAMES = ["a", "b", "profile a", "c-1", "A"]
KEYS = ["k", "K", "l", "aws_access_key_id", "s3", "x y"]
VALUES = ["", "v", "a = b", "'q'", "x # y", "50%", "[z]", "é\u00a0", "v ; w", "\u2028w", "\x0bv", "a\x1c"]
# What others read otherwise than botocore: reasons that COMPATIBILITY of oktapipe-to-profile(1) gives.
STRICTER = ["carriage return or NUL", "brackets do not fit", "behind the section", "indented section", "DEFAULT is there twice", "some tools take the section"]


def line(chance, deep):
    kind = chance.random()
    indent = chance.choice(["", "", "", " ", "  ", "\t"]) if deep else ""
    if kind < 0.25:
        name = chance.choice(NAMES + ["DEFAULT"]) if chance.random() < 0.9 else chance.choice([" a ", "a b", "é", "a;b"])
        return f"{indent}[{name}]" + chance.choice(["", "", "", " # why", " ; [x]", " x"] if deep else [""])
    if kind < 0.8:
        return indent + chance.choice(KEYS) + chance.choice(["=", " = ", ":", " : ", " ="]) + chance.choice(VALUES)
    if kind < 0.9:
        return indent + chance.choice(["# [a]", "; k = v", "#"])
    return chance.choice(["", " ", "\t", "\u00a0", "  more", "  m = n"])


def made(chance):
    deep, lines, sections, keys = chance.random() < 0.4, [], set(), set()
    for _ in range(chance.randrange(14)):
        one = line(chance, deep)
        plain = one.strip()
        # Most files name nothing twice, and begin with a section.
        if plain.startswith("["):
            if plain in sections:
                continue
            sections.add(plain)
            keys = set()
        elif plain and not plain.startswith(("#", ";")):
            key = plain.replace(":", "=").split("=")[0].strip().lower()
            if key in keys or not sections:
                continue
            keys.add(key)
        lines.append(one)
    end = "\r\n" if chance.random() < 0.2 else "\n"
    text = end.join(lines) + (end if chance.random() < 0.8 else "")
    if chance.random() < 0.2:
        at = chance.randrange(len(text) + 1)
        text = text[:at] + chance.choice(["\r", "\0", "\ufeff", "[", "]", "\nno key\n", "\n= v\n", "\n[a]\n[a]\n", "\nk = 1\nK = 2\n", "\n\u00a0", "\x1f", "\u0130="]) + text[at:]
    data = text.encode()
    if chance.random() < 0.02:
        data += b"\xff"
    change = {
        "section": chance.choice(NAMES[:4]),
        "set": {key: chance.choice(["v", "AKIA/+=", "two words", "a#b"]) for key in chance.sample(["k", "aws_access_key_id", "new"], 2)},
        "remove": chance.sample(["l", "s3", "none"], chance.randrange(3)),
    }
    return change, data


def read(folder, data):
    """By botocore; `None` if it refuses all of it."""
    import botocore.configloader
    import botocore.exceptions

    path = os.path.join(folder, "file")
    with open(path, "wb") as file:
        file.write(data)
    try:
        return botocore.configloader.raw_config_parse(path)
    except botocore.exceptions.ConfigParseError:
        return None


def compare(driver, chance, count, told):
    cases = [made(chance) for _ in range(count)]
    answers = driver.ask(["ini"], [json.dumps(change).encode() + b"\n" + data for change, data in cases])
    with tempfile.TemporaryDirectory() as folder:
        for (change, data), (ok, text) in zip(cases, answers):
            before = read(folder, data)
            if not ok:
                reasons = [reason for reason in STRICTER if reason in text]
                # Of a [DEFAULT] without any profile botocore reads no key.
                if "nested line" in text and b"[DEFAULT]" in data:
                    reasons.append("nested line in a lone DEFAULT")
                if before is None:
                    told.refuse()
                elif reasons:
                    told.strict(reasons[0])
                else:
                    told.differ(f"we alone refuse ({text}) {data!r}")
                continue
            after = read(folder, text.encode())
            if before is None or after is None:
                told.differ(f"botocore refuses {'what we take' if before is None else text!r}: {data!r}")
                continue
            section = change["section"]
            now, was = after.pop(section, {}), before.pop(section, {})
            wanted = {key: value for key, value in was.items() if key not in change["remove"]} | change["set"]
            if b"[DEFAULT]" in data:
                # Its keys are everybody's: of those that were not set nothing can be said.
                now, wanted = ({key: found[key] for key in change["set"]} for found in (now, wanted))
            if after != before or now != wanted:
                told.differ(f"{change} of {data!r} gave {text!r}")
            else:
                told.agree()
