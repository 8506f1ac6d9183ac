#!/usr/bin/env python3
"""Times oktapipe beside what it stands for, side by side in one run: medians of whole commands, and their ratios.

    just bench            (or: python3 tests/bench/bench.py [ROUNDS])

Needs the release binary without the sandbox (target/release/oktapipe), a binary with it (target/debug/oktapipe), and for
the recipe bash, curl, jq, sed, recode, base64, xq and aws. Nothing leaves this machine.
"""

import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
OURS = TARGET / "release" / "oktapipe"
STAND_IN = TARGET / "debug" / "oktapipe"
ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 15

PIPE = (
    "oktapipe authn | oktapipe factor-verify | oktapipe session | oktapipe saml-fetch"
    " | oktapipe saml-roles --first | oktapipe assume | oktapipe export"
)
RECIPE = (
    f". '{HERE.parent}/cli/recipe.sh'; recipe_authn | recipe_session | recipe_saml_fetch"
    " | recipe_saml_roles | recipe_assume | recipe_export"
)


def environment():
    """Starts the sandbox; gives its process and the environment that it prints."""
    server = subprocess.Popen([STAND_IN, "sandbox"], stdout=subprocess.PIPE, text=True)
    variables = {
        "HOME": "/nonexistent",
        "PATH": os.pathsep.join([str(OURS.parent), os.environ.get("OKTAPIPE_TOOLS", "/nonexistent") + "/bin", os.environ["PATH"]]),
    }
    password = ""
    for line in server.stdout:
        export = re.fullmatch(r"export (\w+)='(.*)'\n", line)
        if export:
            variables[export[1]] = export[2]
        user = re.match(r"#\s+ada@acme\.example\s+(\S+)", line)
        if user:
            password = user[1]
            break
    variables |= {"OKTA_USERNAME": "ada@acme.example", "OKTA_PASSWORD": password}
    return server, variables


def run(command, variables):
    """Wall and CPU seconds of one run of a command, and of all its children."""
    before, start = os.times(), time.perf_counter()
    result = subprocess.run(command, env=variables, stdin=subprocess.DEVNULL, capture_output=True)
    wall, after = time.perf_counter() - start, os.times()
    if result.returncode:
        sys.exit(f"{command}: {result.returncode}\n{result.stderr.decode()}")
    return wall, after.children_user + after.children_system - before.children_user - before.children_system


def compare(title, commands, variables, rounds=ROUNDS, pause=0.0):
    """Runs the commands in turn, `rounds` times; the first one is what the others are held against."""
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, command in commands.items():
            times[name].append(run(command, variables))
            time.sleep(pause)
    print(f"\n{title} ({rounds} rounds, medians)")
    first = None
    for name, values in times.items():
        wall = statistics.median(value[0] for value in values)
        cpu = statistics.median(value[1] for value in values)
        first = first or wall
        print(f"  {name:34} {wall * 1000:9.1f} ms wall  {cpu * 1000:9.1f} ms cpu  {wall / first:6.2f} x")


def main():
    server, variables = environment()
    try:
        # Okta lets a name sign in four times a second; the sandbox does too.
        compare("The whole pipe, no second factor", {"the recipe": ["bash", "-c", RECIPE], "oktapipe": ["bash", "-c", f'eval "$({PIPE})"']},
                variables, pause=0.3)
        compare("Starting up", {"/bin/true": ["/bin/true"], "oktapipe --version": [OURS, "--version"], "jq --version": ["jq", "--version"],
                                "curl --version": ["curl", "--version"]}, variables, rounds=4 * ROUNDS)
        form = "".join(subprocess.run(["bash", "-c", PIPE.rsplit(" | oktapipe saml-roles", 1)[0]], env=variables,
                                      capture_output=True, text=True).stdout)
        variables["FORM"] = form
        compare("One stage, offline", {"jq .": ["bash", "-c", 'printf %s "$FORM" | jq .'],
                                       "oktapipe saml-roles": ["bash", "-c", 'printf %s "$FORM" | oktapipe saml-roles']}, variables, rounds=2 * ROUNDS)
        with tempfile.TemporaryDirectory() as home:
            # What an SDK runs for every call, with credentials that are kept.
            kept = variables | {"HOME": home}
            process = [OURS, "credential-process", "bench"]
            config = pathlib.Path(home, ".config", "oktapipe", "config.toml")
            config.parent.mkdir(parents=True)
            config.write_text('[profile.bench]\nrole = "*/Dev"\n', encoding="utf-8")
            run(process, kept)
            del kept["OKTA_PASSWORD"]
            compare("A credential process, warm", {"/bin/true": ["/bin/true"], "oktapipe credential-process": process}, kept, rounds=8 * ROUNDS)
    finally:
        server.terminate()


main()
