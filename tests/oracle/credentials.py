"""Credentials. Law: botocore and python-dotenv read from export what went into it; what no key may hold is refused by all formats."""

import io
import json
import string

from tally import Tally  # noqa: F401

TOOLS = ["python:botocore", "python:dotenv"]
SPOILS = True
ALPHABET = string.ascii_letters + string.digits + "/+=_-."


def made(chance):
    keys = {"AccessKeyId": "ASIA" + "".join(chance.choice(string.ascii_uppercase + string.digits) for _ in range(16))}
    for name, length in ("SecretAccessKey", 40), ("SessionToken", chance.choice([1, 40, 400])):
        keys[name] = "".join(chance.choice(ALPHABET) for _ in range(length))
    keys["Expiration"] = f"20{chance.randint(27, 60)}-1{chance.randint(0, 2)}-{chance.randint(10, 28)}T{chance.randint(10, 23)}:{chance.randint(10, 59)}:00{chance.choice(['Z', '+00:00', '.000Z'])}"
    spoiled = chance.random() < 0.3
    if spoiled:
        name = chance.choice(["SecretAccessKey", "SessionToken", "AccessKeyId"])
        at = chance.randrange(len(keys[name]) + 1)
        keys[name] = keys[name][:at] + chance.choice(["'", '"', "\n", "\r", "\0", " ", "$", "`", "\\", ";", "#", "%", "é", "\u2028", "\x1b", ":", "[x]"]) + keys[name][at:]
    document = {"Credentials": keys} if chance.random() < 0.5 else keys
    return keys, json.dumps(document).encode(), spoiled


def compare(driver, chance, count, told):
    import botocore.credentials
    import dotenv

    cases = [made(chance) for _ in range(count)]
    inputs = [document for _, document, _ in cases]
    answers = {format: driver.ask(["export", "--format", format], inputs) for format in ("env-no-export", "process", "dotenv", "json", "docker")}
    for number, (keys, document, spoiled) in enumerate(cases):
        taken = {format: answers[format][number] for format in answers}
        if spoiled:
            wrong = [format for format, (ok, _) in taken.items() if ok]
            told.differ(f"{wrong} take {document!r}") if wrong else told.refuse()
            continue
        refused = [output for ok, output in taken.values() if not ok]
        if refused:
            told.differ(f"{refused} for {document!r}")
            continue
        lines = dict(line.split("=", 1) for line in taken["env-no-export"][1].splitlines())
        env = botocore.credentials.EnvProvider(environ=lines).load()
        frozen = env.get_frozen_credentials()

        class Process:
            returncode = 0
            def __init__(self, *_, **__): pass
            def communicate(self): return taken["process"][1].encode(), b""

        provider = botocore.credentials.ProcessProvider("p", lambda: {"profiles": {"p": {"credential_process": "x"}}}, popen=Process)
        process = provider.load().get_frozen_credentials()
        wanted = (keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])
        variables = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
        read = {
            "env": (frozen.access_key, frozen.secret_key, frozen.token),
            "process": (process.access_key, process.secret_key, process.token),
            "dotenv": tuple(dotenv.dotenv_values(stream=io.StringIO(taken["dotenv"][1]), interpolate=False).get(name) for name in variables),
            "json": tuple(json.loads(taken["json"][1])[name] for name in variables),
            "docker": tuple(dict(line.split("=", 1) for line in taken["docker"][1].split("\n") if line)[name] for name in variables),
        }
        wrong = {format: found for format, found in read.items() if found != wanted}
        told.differ(f"{wrong} of {document!r}") if wrong else told.agree()
