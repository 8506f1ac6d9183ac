"""Credentials on their way into shells and files."""

import json

from .documents import KEYS, one

KEY, SECRET, TOKEN = "ASIAEXAMPLE", "abc/def+ghi=", "tok/en+=="
GOOD = {"AccessKeyId": KEY, "SecretAccessKey": SECRET, "SessionToken": TOKEN, "Expiration": "2026-03-01T11:15:57Z"}
ARN = "arn:aws:sts::111122223333:assumed-role/Dev/ada"
ROLE = {"Credentials": GOOD, "AssumedRoleUser": {"AssumedRoleId": "AROA:ada", "Arn": ARN}}
NASTY = [
    ("quote", "a'b"), ("quote-and-command", "a';touch pwned;'"), ("substitution", "a$(touch pwned)"), ("backticks", "a`touch pwned`"), ("newline", "a\ntouch pwned"), ("carriage-return", "a\r[default]\rcredential_process = touch pwned"),
    ("nul", "a\0b"), ("escape", "a\x1b]0;x\x07"), ("c1", "a\u009b31m"), ("bidi", "a\u202eb"), ("zero-width", "a\u200bb"), ("blank", "a b"), ("tab", "a\tb"), ("backslash", "a\\"), ("double-quote", 'a"b'), ("percent", "a%0ab"), ("hash", "a#b"), ("semicolon", "a;b"),
    ("ampersand", "a&b"), ("pipe", "a|b"), ("star", "a*b"), ("tilde", "~/a"), ("bang", "a!!b"), ("brace", "{a,b}"), ("dollar", "$HOME"), ("next-line", "a\u0085b"), ("line-separator", "a\u2028b"), ("not-ascii", "\u00e9"), ("comma", "a,b"), ("colon", "a:b"), ("at", "a@b"), ("caret", "a^b"), ("question", "a?b"), ("less-than", "a<b"), ("bracket", "a]b"),
]


def nasty():
    why = "No key of AWS has such a character: it would be code in somebody's shell, or a line in somebody's file."
    formats = ["sh", "fish", "tcsh", "elvish", "nushell", "xonsh", "powershell", "env-no-export", "dotenv", "docker", "json", "process"]
    for number, (case, value) in enumerate(NASTY):
        for member, format in [("SecretAccessKey", "sh"), ("SessionToken", formats[number % len(formats)]), ("AccessKeyId", formats[(number + 5) % len(formats)])]:
            yield one(f"export/{member.lower()}-{case}-{format}", "wrong_document", why, "export", {"Credentials": {**GOOD, member: "CANARY" + value if member != "AccessKeyId" else value}}, args=["--format", format], says=member)
    for case, value in [("number", 1), ("list", [SECRET]), ("object", {"a": SECRET}), ("true", True)]:
        yield one(f"export/secretaccesskey-{case}", "wrong_document", "A key is a text.", "export", {"Credentials": {**GOOD, "SecretAccessKey": value}}, says="SecretAccessKey")
    for member in ["AccessKeyId", "SecretAccessKey"]:
        for case, value in [("empty", ""), ("null", None)]:
            yield one(f"export/{member.lower()}-{case}", "wrong_document", "Half a pair of keys is none.", "export", {"Credentials": {**GOOD, member: value}}, says=member)
    for case, value in [("word", "tomorrow"), ("no-zone", "2026-03-01T11:15:57"), ("number", 1772360157), ("newline", "2026-03-01T11:15:57Z\ntouch pwned"), ("substitution", "$(touch pwned)"), ("list", []), ("empty", ""), ("year-10000", "10000-01-01T00:00:00Z")]:
        yield one(f"export/expiration-{case}", "wrong_document", "An expiry is a time; a wrong one would never come.", "export", {"Credentials": {**GOOD, "Expiration": value}}, says="Expiration")
    for case, value in [("quote", "eu-west-1'"), ("command", "eu-west-1;id"), ("host", "evil.example/"), ("newline", "eu\nwest"), ("upper-case", "EU-WEST-1"), ("dots", "../.."), ("at", "x@evil.example"), ("long", "a" * 300)]:
        yield one(f"export/region-{case}", "config", "A region is a part of a host's name.", "export", {**ROLE, "_oktapipe": {"region": value}})
        yield one(f"export/region-variable-{case}", "config", "A region is a part of a host's name.", "export", ROLE, env={"AWS_REGION": value})
    for case, label in [("profile", "AWS_PROFILE"), ("key", "AWS_ACCESS_KEY_ID"), ("path", "PATH"), ("command", "A;id"), ("digit-first", "1A"), ("empty", ""), ("newline", "A\nB"), ("equals", "A=B"), ("not-ascii", "\u00c9")]:
        yield one(f"export/label-{case}", "usage", "A label is the name of a variable that is nobody else's.", "export", ROLE, args=["--label", label])
    for case, arn in [("command", "arn:aws:sts::111122223333:assumed-role/$(id)/ada"), ("quote", "arn:aws:sts::111122223333:assumed-role/D'v/ada"), ("newline", "arn:aws:sts::111122223333:assumed-role/D\nv/ada"), ("escape", "arn:aws:sts::111122223333:assumed-role/D\u001b[2Jv/ada"), ("account", "arn:aws:sts::1;id:assumed-role/Dev/ada"), ("list", [ARN])]:
        yield one(f"export/role-{case}", "document", "A role of such a name is not told to a prompt.", "export", {**ROLE, "AssumedRoleUser": {"Arn": arn}}, args=["--format", "json"], absent=["OKTAPIPE_ROLE"], member=[["AWS_ACCESS_KEY_ID", KEY]])
    for format in ["sh", "fish", "dotenv", "docker", "process", "env-no-export"]:
        yield one(f"export/two-for-{format}", "wrong_document", "A shell has one set of variables.", "export", json.dumps(ROLE) + "\n" + json.dumps(ROLE), args=["--format", format])
    yield one("export/cut-in-the-second-line", "wrong_document", "A pipe that was cut exports nothing, not the first half.", "export", json.dumps(ROLE) + "\n" + json.dumps(ROLE)[:50], args=["--format", "json"])
    yield one("export/text-behind", "wrong_document", "What follows the document is looked at before any of it is used.", "export", json.dumps(ROLE) + "\ntouch pwned")


def good():
    why = "Credentials, in each form, byte for byte."
    values = {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": TOKEN, "AWS_CREDENTIAL_EXPIRATION": GOOD["Expiration"], "AWS_SESSION_EXPIRATION": GOOD["Expiration"], "OKTAPIPE_EXPIRES_EPOCH": "1772363757", "OKTAPIPE_ROLE": "111122223333/Dev"}
    yield one("export/json", "text", why, "export", ROLE, args=["--format", "json"], stdout=json.dumps(values, separators=(",", ":")) + "\n")
    lines = "".join(f"{name}={value}\n" for name, value in values.items())
    for format in ["env-no-export", "docker", "dotenv"]:
        yield one(f"export/{format}", "text", why, "export", ROLE, args=["--format", format], stdout=lines)
    process = {"Version": 1, "AccessKeyId": KEY, "SecretAccessKey": SECRET, "SessionToken": TOKEN, "Expiration": GOOD["Expiration"]}
    yield one("export/process", "text", why, "export", ROLE, args=["--format", "process"], stdout=json.dumps(process, separators=(",", ":")) + "\n")
    yield one("export/process-from-process", "text", "What a credential_process prints is taken too.", "export", process, args=["--format", "process"], stdout=json.dumps(process, separators=(",", ":")) + "\n")
    yield one("export/bare-members", "document", "The members by themselves are taken too.", "export", GOOD, args=["--format", "json"], member=[["AWS_SESSION_TOKEN", TOKEN]], absent=["OKTAPIPE_ROLE"])
    yield one("export/long-term-keys", "document", "Keys without a token or an end.", "export", {"AccessKeyId": KEY, "SecretAccessKey": SECRET}, args=["--format", "json"], absent=["AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION"])
    yield one("export/two-as-json", "text", "As JSON many go, one a line.", "export", json.dumps(ROLE) + "\n" + json.dumps(ROLE) + "\n", args=["--format", "json"], stdout=(json.dumps(values, separators=(",", ":")) + "\n") * 2)
    yield one("export/offset", "document", "An expiry in another zone is the same time.", "export", {**GOOD, "Expiration": "2026-03-01T12:15:57.500+01:00"}, args=["--format", "json"], member=[["AWS_CREDENTIAL_EXPIRATION", "2026-03-01T11:15:57Z"]])
    yield one("export/region", "document", "The region that the document carries.", "export", {**ROLE, "_oktapipe": {"region": "eu-west-1"}}, args=["--format", "json"], member=[["AWS_REGION", "eu-west-1"], ["AWS_DEFAULT_REGION", "eu-west-1"]])
    yield one("export/token-of-20-kb", "document", "A long token.", "export", {**GOOD, "SessionToken": "t/+=" * 5000}, args=["--format", "json"], member=[["AWS_SESSION_TOKEN", "t/+=" * 5000]])


def vectors():
    yield from nasty()
    yield from good()
