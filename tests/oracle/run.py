#!/usr/bin/env python3
"""Holds oktapipe's parsers and formats against other people's: run.py COUNT [DRIVER] [--seed N] [--only ORACLE]

Each oracle generates COUNT documents, good and spoiled ones, and states its law in its own file. A difference is printed with the
document, and fails the run.
"""

import os
import random
import shutil
import struct
import subprocess
import sys
import time

import credentials
import documents
import pages
import profiles
import responses
import shells

BATCH = 2000


class Driver:
    """oktapipe: the test binary `oracle`, as a server of documents."""

    def __init__(self, program):
        self.program = program

    def ask(self, words, inputs):
        """Success and output of each."""
        sent = b"".join(struct.pack(">I", len(one)) + one for one in inputs)
        done = subprocess.run([self.program, "serve", *words], input=sent, stdout=subprocess.PIPE, check=True)
        answers, at = [], 0
        for _ in inputs:
            mark, length = struct.unpack_from(">BI", done.stdout, at)
            answers.append((mark == 1, done.stdout[at + 5:at + 5 + length].decode()))
            at += 5 + length
        assert at == len(done.stdout)
        return answers


def built():
    """The driver that cargo built last."""
    done = subprocess.run(["cargo", "test", "--locked", "--test", "oracle", "--no-run", "--message-format=json"], stdout=subprocess.PIPE, check=True, text=True)
    import json
    found = [json.loads(line).get("executable") for line in done.stdout.splitlines() if '"executable":"' in line]
    return found[-1]


def main():
    words = sys.argv[1:]
    options = {name: words.pop(words.index(name) + 1) for name in ("--seed", "--only") if name in words}
    words = [word for word in words if word not in options]
    count, driver = int(words[0]), Driver(words[1] if len(words) > 1 else built())
    # The same documents in each run of CI; others by hand, where the number is printed.
    seed = int(options.get("--seed", 1 if count < 1000 else random.SystemRandom().randrange(10**9)))
    failed, skipped = 0, []
    for oracle in responses, pages, documents, credentials, profiles, shells:
        name = oracle.__name__
        if options.get("--only", name) != name:
            continue
        missing = [tool for tool in oracle.TOOLS if not (shutil.which(tool) if not tool.startswith("python:") else imports(tool[7:]))]
        if missing:
            assert "CI" not in os.environ, f"{', '.join(missing)}: not installed, and CI must have it"
            skipped.append(name)
            print(f"SKIPPED: {name} ({', '.join(missing)} not installed)")
            continue
        start, chance, told = time.monotonic(), random.Random(f"{seed} {name}"), oracle.Tally()
        for first in range(0, count, BATCH):
            oracle.compare(driver, chance, min(BATCH, count - first), told)
        print(f"{name}: {told} in {time.monotonic() - start:.0f} s (seed {seed})", flush=True)
        failed += len(told.differences)
        for difference in told.differences[:10]:
            print(f"  DIFFERENCE: {difference}")
        # A generator whose documents are all refused, or all taken, tries nothing.
        floor = count // 20
        if told.agreed < floor or told.refused < floor and oracle.SPOILS:
            print(f"  {name} tries too little")
            failed += 1
    sys.exit(1 if failed else 0)


def imports(module):
    return subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True).returncode == 0


if __name__ == "__main__":
    main()
