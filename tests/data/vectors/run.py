#!/usr/bin/env python3
"""Runs the kit against a program: run.py [--loose] [--only GROUP/NAME] -- oktapipe

The program is run as `PROGRAM STAGE ARGS`, with the vector's body on stdin. With --loose only what any tool can be held to
is: that it fails where it has to, and that where roles are expected, these and no others are in the JSON that it prints.
"""

import base64
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
SUCCESS = {"roles", "document", "unchanged", "text"}


def read(path):
    """A vector: its header, a list of values for each key, and its body."""
    head, _, body = path.read_bytes().partition(b"\n\n")
    header = {}
    for line in head.decode("ascii").split("\n"):
        key, _, value = line.partition(": ")
        header.setdefault(key, []).append(value)
    encoding = header.get("encoding", [""])[0]
    if encoding == "base64":
        body = base64.b64decode(body)
    elif encoding == "repeat":
        body = b"".join(text.encode() * count for count, text in map(json.loads, body.splitlines()))
    return header, body


class Server(http.server.ThreadingHTTPServer):
    """Answers every request with the vector's body, and keeps what it was asked."""

    def __init__(self, status, media_type, body):
        self.asked = asked = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                sent = self.rfile.read(int(self.headers.get("content-length", 0)))
                asked.append(f"{self.requestline}\n{self.headers}\n{sent.decode('latin-1')}")
                self.send_response(status)
                self.send_header("content-type", media_type)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = answer

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def at(document, path):
    for name in path.split("."):
        document = document[int(name)] if isinstance(document, list) else document[name]
    return document


def has(document, path):
    try:
        at(document, path)
        return True
    except (KeyError, IndexError, TypeError, ValueError):
        return False


def run(program, path, home):
    header, body = read(path)
    one = lambda key, default="": header.get(key, [default])[0]  # noqa: E731
    server, stdin = None, body
    if "serves" in header:
        status, media_type = one("serves").split(" ", 1)
        server = Server(int(status), media_type, body)
        stdin = json.loads(one("stdin", '""')).encode()
    place = lambda text: text.replace("$SERVER", f"http://127.0.0.1:{server.server_port}" if server else "http://127.0.0.1:1")  # noqa: E731
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "AWS_EC2_METADATA_DISABLED": "true"}
    environment |= {name: place(value) for name, value in json.loads(one("env", "{}")).items()}
    command = [*program, one("stage"), *map(place, json.loads(one("args", "[]")))]
    start = time.monotonic()
    done = subprocess.run(command, input=place(stdin.decode("latin-1")).encode("latin-1"), env=environment, cwd=home, capture_output=True, timeout=60)
    return header, body, done, server.asked if server else [], time.monotonic() - start


def faults(header, body, done, asked, seconds, loose):
    """What is not as the vector has it."""
    one = lambda key: header[key][0]  # noqa: E731
    expect, code, out, err = one("expect"), int(one("exit")), done.stdout, done.stderr.decode(errors="replace")
    if (done.returncode == 0) != (code == 0):
        yield f"ended with {done.returncode}: {err.strip()[:200]}"
        return
    try:
        document = json.loads(out)
    except ValueError:
        document = None
    if expect == "roles":
        listed = [f"{role['RoleArn']} {role['PrincipalArn']}" for role in (document or {}).get("Roles", [])]
        if listed != header.get("role", []):
            yield f"roles are {listed}"
    if loose:
        return
    if done.returncode != code:
        yield f"ended with {done.returncode}"
    if any(byte < 32 and byte != 10 or byte > 126 for byte in out):
        yield "stdout holds a byte that a terminal may obey"
    if any(ord(c) < 32 and c != "\n" or 127 <= ord(c) < 160 or c in "\u202e\u200b\u2066\ufffd" for c in err):
        yield f"stderr holds a character that a terminal may obey: {err!r}"
    if seconds > 5:
        yield f"took {seconds:.1f} s"
    if "CANARY" in err or (code != 0 and expect != "upstream" and b"CANARY" in out):
        yield "a secret is shown"
    if expect in ("unchanged", "upstream") and "stdout" not in header and document != json.loads(body):
        yield f"stdout is {out!r}"
    if "stdout" in header and out.decode() != json.loads(one("stdout")):
        yield f"stdout is {out.decode()!r}"
    if expect not in SUCCESS | {"upstream"}:
        failures = [line for line in err.splitlines() if ": warning: " not in line]
        if len(failures) != 1 or not failures[0].startswith("oktapipe "):
            yield f"stderr is not one line: {err!r}"
        error = ((document or {}).get("_oktapipe") or {}).get("error") or {}
        if one("stage") != "export" and (error.get("kind"), error.get("exit_code")) != (expect, code):
            yield f"the error is {error}"
    if expect == "upstream" and err:
        yield f"stderr is {err!r}"
    if "says" in header and one("says") not in err:
        yield f"stderr is {err!r}"
    for line in header.get("member", []):
        path, _, value = line.partition(" ")
        if not has(document, path) or at(document, path) != json.loads(value):
            yield f"{path} is {at(document, path) if has(document, path) else 'absent'}"
    for path in header.get("absent", []):
        if has(document, path):
            yield f"{path} is {at(document, path)}"
    if "requests" in header and len(asked) != int(one("requests")):
        yield f"{len(asked)} requests were sent"
    for text in header.get("unsent", []):
        if any(text in request for request in asked):
            yield f"{text} was sent"


def main():
    options, program = sys.argv[1:sys.argv.index("--")], sys.argv[sys.argv.index("--") + 1:]
    loose, only = "--loose" in options, options[options.index("--only") + 1] if "--only" in options else ""
    count = failed = 0
    with tempfile.TemporaryDirectory() as home:
        for path in sorted(HERE.glob("*/*")):
            name = str(path.relative_to(HERE))
            if path.suffix or path.parent.name == "sources" or only not in name or path.is_dir():
                continue
            count += 1
            header, *rest = run(program, path, home)
            found = list(faults(header, *rest, loose))
            failed += bool(found)
            for fault in found:
                print(f"{name} ({header['expect'][0]}): {fault}")
    print(f"{count} vectors, {failed} not as they have to be")
    sys.exit(1 if failed or not count else 0)


if __name__ == "__main__":
    main()
