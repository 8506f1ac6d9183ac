#!/usr/bin/env python3
"""Writes the kit of hostile vectors, one file each; with --check, says what differs from the committed files.

What comes out is never taken from a program that is to be tested: each expectation is written down here, beside its reason.
The format is described in README.md.
"""

import base64
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from sources import answers, documents, export, html, profiles, roles, saml, text  # noqa: E402

# The exit codes of oktapipe(1). Other tools need nothing but "fails".
EXIT = {
    "usage": 2, "wrong_document": 65, "org_mismatch": 65, "masked_document": 65, "no_document": 66, "service_error": 69,
    "factor_ambiguous": 69, "role_ambiguous": 69, "rate_limited": 75, "mfa_timeout": 75, "protocol": 76,
    "authentication_failed": 77, "locked_out": 77, "password_expired": 77, "enrollment_required": 77, "mfa_rejected": 77,
    "passcode_wrong": 77, "factor_unsupported": 77, "browser_needed": 77, "consent_required": 77, "policy_denied": 77,
    "session_expired": 77, "assertion_expired": 77, "app_not_assigned": 77, "no_role": 77, "role_denied": 77, "config": 78,
}
SUCCESS = {"roles", "document", "unchanged", "text"}
# In this order they stand in a file.
KEYS = ["stage", "args", "env", "stdin", "serves", "expect", "exit", "role", "member", "absent", "stdout", "says", "requests", "unsent", "why", "encoding"]


def header(vector):
    lines = []
    for key in KEYS:
        value = vector.get(key)
        if value is None or value == []:
            continue
        for one in value if key in ("role", "member", "absent", "unsent") else [value]:
            if key == "role":
                one = " ".join(one)
            elif key == "member":
                one = f"{one[0]} {json.dumps(one[1])}"
            elif key in ("args", "env", "stdin", "stdout"):
                one = json.dumps(one)
            one = str(one)
            assert one.isascii() and "\n" not in one, (vector["name"], key)
            lines.append(f"{key}: {one}")
    return "\n".join(lines) + "\n\n"


def encode(vector):
    """The body as it stands in the file: as it is where an editor would leave it alone, in base64 where not, as a recipe where it is long."""
    body = vector["body"]
    if isinstance(body, list):
        return "repeat", "".join(json.dumps(part) + "\n" for part in body).encode()
    if isinstance(body, str):
        body = body.encode()
    if any(byte < 32 and byte not in (9, 10) or byte > 126 for byte in body):
        return "base64", base64.encodebytes(body)
    return None, body


def vectors():
    seen = set()
    for source in (saml, roles, html, text, documents, export, profiles, answers):
        for vector in source.vectors():
            assert vector["name"] not in seen, vector["name"]
            seen.add(vector["name"])
            expect = vector["expect"]
            if expect != "upstream":
                vector["exit"] = 0 if expect in SUCCESS else EXIT[expect]
            vector["encoding"], body = encode(vector)
            yield vector["name"], header(vector).encode() + body


def main():
    check = "--check" in sys.argv[1:]
    wanted = dict(vectors())
    found = {str(path.relative_to(HERE)): path for path in HERE.glob("*/*") if path.suffix == "" and path.parent.name != "sources"}
    differing = sorted(name for name in wanted.keys() | found.keys()
                       if name not in wanted or name not in found or found[name].read_bytes() != wanted[name])
    if check:
        for name in differing:
            print(f"{name} is not what generate.py writes")
        sys.exit(1 if differing else 0)
    for name in differing:
        path = HERE / name
        if name in wanted:
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(wanted[name])
        else:
            path.unlink()
    print(f"{len(wanted)} vectors, {len(differing)} written or removed")


main()
