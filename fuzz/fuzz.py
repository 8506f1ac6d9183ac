#!/usr/bin/env python3
"""Builds, runs and keeps account of the fuzz targets: `just fuzz`, `just fuzz-all`, `just fuzz-upto`, `just fuzz-coverage` and CI's smoke run.

  fuzz.py run TARGET [SECONDS]   fuzz one target and add its executions to RECORD
  fuzz.py all MINUTES            all of them, two at a time, each its share, and add to RECORD
  fuzz.py upto EXECUTIONS [TARGET ...]
                                 what misses that many in RECORD is fuzzed until it has them (a hundredth, if a shell is started for each)
  fuzz.py smoke [SECONDS]        all of them, two at a time, from the committed corpus; RECORD stays
  fuzz.py merge [TARGET ...]     take what was found into the corpus, minimised
  fuzz.py coverage               regions of the parsing modules that the corpus reaches (needs llvm-19 or llvm-tools)
  fuzz.py check                  targets, corpus and RECORD fit together; says which parsers have changed since

Inputs that were found are kept in fuzz/found, crashes in fuzz/artifacts; both stay out of git. A dictionary is used if it has the
target's name. The executions in RECORD are those since the modules that a target exercises last changed: a line has a hash over their
sources without their tests, and with another hash it begins at 0.
"""

import concurrent.futures
import datetime
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading

FUZZ = pathlib.Path(__file__).resolve().parent
SRC = FUZZ.parent / "src"
TRIPLE = "x86_64-unknown-linux-gnu" if os.uname().machine == "x86_64" else f"{os.uname().machine}-unknown-linux-gnu"

# The modules that each target exercises; with .rs, that file of one alone. Their sources make the hash, and coverage is measured over them.
ASSERTION = ["assertion", "xml", "arn", "time"]
STAGES = ["stage/saml_roles", "stage/role", "stage/mod.rs"]
TABLE = {
    "account_page": ["alias"],
    "arn_pair": ["arn"],
    "assertion_base64": ["assertion/encoded.rs"],
    "assertion_mutate": ASSERTION,
    "assertion_roundtrip": ASSERTION,
    "assertion_second": ASSERTION,
    "assertion_xml": ASSERTION,
    "config": ["config", "duration"],
    "cookies": ["okta/jar.rs"],
    "document": ["document"],
    "escape": ["error.rs", "document/write.rs"],
    "export": ["stage/export", "stage/credentials", "shell", "document"],
    "ini_edit": ["ini"],
    "mask": ["document"],
    "okta_json": ["document/strict.rs", "transaction", "okta/refusal.rs", "org"],
    "org_url": ["org", "http/url.rs"],
    "page": ["page"],
    "page_cut": ["page"],
    "page_second": ["page"],
    "page_to_roles": ["page", "document", *ASSERTION, *STAGES],
    "pipeline": ["document", *ASSERTION, *STAGES, "stage/assume", "stage/export", "stage/credentials"],
    "proxy_env": ["http/proxy.rs", "http/url.rs"],
    "redirect": ["org", "http/request.rs"],
    "role_pattern": ["arn"],
    "shell_export": ["shell"],
    "shell_read": ["shell"],
    "shell_sh": ["shell"],
    "sts_answer": ["sts/mod.rs", "sts/answer.rs", "sts/refusal", "xml"],
    "time": ["time"],
}
# What parses, and is measured in coverage; the others only carry it.
PARSERS = ["alias", "arn", "assertion", "config", "document", "error.rs", "http/proxy.rs", "http/url.rs", "ini", "okta/jar.rs", "okta/refusal.rs", "org", "page", "shell", "stage/credentials", "sts/answer.rs", "sts/refusal", "time", "transaction", "xml"]
RSS_MB = 256
# Bytes that become a model of a login grow twentyfold on their way to a page. Elsewhere an input is up to twice as long as the longest
# seed: libFuzzer's own 4096 bytes found nothing new and took most of the time.
MODELS = {"assertion_mutate", "assertion_roundtrip", "page_to_roles", "pipeline"}
# An outside program judges each execution.
SLOW = {"shell_sh"}
RECORD = FUZZ / "RECORD"
HEAD = "# target  hash of the parsers  executions since they changed  crashes  last run    (written by fuzz.py)"


def sources(modules):
    """The files of modules, without tests."""
    files = []
    for name in modules:
        # A file that grows becomes a folder, or has one beside it.
        alone = SRC / (name if name.endswith(".rs") else f"{name}.rs")
        files += [alone] * alone.exists() + sorted((SRC / name).rglob("*.rs"))
    is_test = re.compile(r"(^|/|_)(tests?|laws)(\.rs$|/)")
    return [file for file in dict.fromkeys(files) if not is_test.search(str(file.relative_to(SRC)))]


def code(file):
    """What is compiled into the target: the text up to the tests, without comments and blank lines."""
    text = file.read_text().split("#[cfg(test)]\nmod tests {")[0]
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//"))


def parser_hash(target):
    digest = hashlib.sha256()
    for file in sources(TABLE[target]):
        digest.update(f"{file.relative_to(SRC)}\n{code(file)}\n".encode())
    return digest.hexdigest()[:12]


def read_record():
    lines = [line.split() for line in RECORD.read_text().splitlines() if line and not line.startswith("#")]
    return {line[0]: line[1:] for line in lines}


def add_to_record(target, executions, crashes):
    # Two runs may end at once.
    with open(RECORD, "r+") as lock:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX)
        record, now = read_record(), parser_hash(target)
        old = record.get(target)
        if old and old[0] == now:
            executions, crashes = executions + int(old[1]), crashes + int(old[2])
        record[target] = [now, str(executions), str(crashes), datetime.date.today().isoformat()]
        rows = [f"{name:20}{row[0]}  {row[1]:>12}  {row[2]:>3}  {row[3]}" for name, row in sorted(record.items())]
        lock.seek(0)
        lock.truncate()
        lock.write("\n".join([HEAD, *rows]) + "\n")


def target_dir():
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", FUZZ.parent / "target"))


def build(targets):
    # libFuzzer's instrumentation is behind an unstable flag, which stable is told to allow: one compiler for all of the project.
    # -s none: there is no unsafe code of ours to sanitize, and without it is several times faster.
    # Comparisons are not traced: dictionaries do what that would, and pages are read seven times as fast.
    environment = os.environ | {"RUSTC_BOOTSTRAP": "1", "CARGO_TARGET_DIR": str(target_dir()), "RUSTC_WRAPPER": str(FUZZ / "rustc")}
    for target in targets if len(targets) < len(TABLE) else [None]:
        command = ["cargo", "fuzz", "build", "-s", "none", "--no-trace-compares"] + ([target] if target else [])
        subprocess.run(command, check=True, cwd=FUZZ.parent, env=environment)


def binary(target):
    return target_dir() / TRIPLE / "release" / target


def fuzz(target, seconds, keep, executions=-1):
    """Runs a built target for some time, or as many executions if that is less; gives (executions, crashes)."""
    seeds, artifacts = FUZZ / "corpus" / target, FUZZ / "artifacts" / target
    found = FUZZ / "found" / target if keep else pathlib.Path(tempfile.mkdtemp())
    for folder in (artifacts, found):
        folder.mkdir(parents=True, exist_ok=True)
    command = [binary(target), found, seeds, f"-max_total_time={seconds}", f"-runs={executions}", "-timeout=5", f"-rss_limit_mb={RSS_MB}", "-print_final_stats=1",
               f"-artifact_prefix={artifacts}/", "-verbosity=0"]
    longest = max((file.stat().st_size for file in seeds.iterdir()), default=0)
    command.append(f"-max_len={512 if target in MODELS else max(512, 2 * longest)}")
    dictionary = FUZZ / "dictionaries" / f"{target}.dict"
    if dictionary.exists():
        command.append(f"-dict={dictionary}")
    quiet = os.environ | {"RUST_BACKTRACE": "0"}
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=FUZZ.parent, env=quiet)
    said = done.stderr.decode(errors="replace")
    stats = dict(re.findall(r"stat::(\w+):\s+(\d+)", said))
    executions, crashes = int(stats.get("number_of_executed_units", 0)), int(done.returncode != 0)
    print(f"{target:20}{executions:>12} executions in {seconds} s, {stats.get('average_exec_per_sec', '?'):>6}/s,"
          f" {stats.get('peak_rss_mb', '?')} MB{', CRASHED' if crashes else ''}", flush=True)
    if crashes:
        noise = re.compile(r"WARNING|INFO|\s*NEW_FUNC|stat::|NOTE|0x[0-9a-f]|\s+Combine")
        print("\n".join(line for line in said.splitlines() if not noise.match(line)), flush=True)
    if not keep:
        shutil.rmtree(found)
    return executions, crashes


def side_by_side(targets, seconds, keep):
    crashes = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for target, result in zip(targets, pool.map(lambda target: fuzz(target, seconds, keep), targets)):
            crashes += result[1]
            if keep:
                add_to_record(target, *result)
    return 1 if crashes else 0


def upto(executions, targets, seconds=300):
    """Runs of at most `seconds`, so that what was done is written down before long; stops at a crash."""
    crashed, busy, choosing = [], set(), threading.Lock()

    def missing(target):
        row = read_record().get(target)
        done = int(row[1]) if row and row[0] == parser_hash(target) else 0
        return (executions // 100 if target in SLOW else executions) - done

    def work():
        while not crashed:
            with choosing:
                target = next((name for name in targets if name not in busy and missing(name) > 0), None)
                if not target:
                    return
                busy.add(target)
            # libFuzzer counts the corpus among its runs, and a run of a few hundred ends before it has begun.
            result = fuzz(target, seconds, True, max(missing(target), 10000))
            add_to_record(target, *result)
            crashed.extend([target] * result[1])
            busy.discard(target)

    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(work) for _ in range(2)]:
            done.result()
    return 1 if crashed else 0


def merge(targets):
    for target in targets:
        corpus, found = FUZZ / "corpus" / target, FUZZ / "found" / target
        found.mkdir(parents=True, exist_ok=True)
        small = pathlib.Path(tempfile.mkdtemp())
        # Edges without their counts: how often a loop ran would make the corpus ten times as large.
        command = [binary(target), "-set_cover_merge=1", "-use_counters=0", "-timeout=5", small, corpus, found]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for file in list(corpus.iterdir()):
            # Seeds that were written by hand have names, and stay.
            if re.fullmatch(r"[0-9a-f]{40}", file.name):
                file.unlink()
        named = {file.read_bytes() for file in corpus.iterdir()}
        for file in small.iterdir():
            if file.read_bytes() not in named:
                shutil.copy(file, corpus / hashlib.sha1(file.read_bytes()).hexdigest())
        shutil.rmtree(small)
        sizes = [file.stat().st_size for file in corpus.iterdir()]
        print(f"{target:20}{len(sizes):>5} inputs, {sum(sizes):>8} bytes", flush=True)


def llvm(tool):
    named = os.environ.get(tool.upper().replace("-", "_"))
    sysroot = subprocess.run(["rustc", "--print", "sysroot"], capture_output=True, text=True, check=True).stdout.strip()
    places = [named, f"{sysroot}/lib/rustlib/{TRIPLE}/bin/{tool}", f"/usr/bin/{tool}-19"]
    for place in places:
        if place and pathlib.Path(place).exists():
            return place
    sys.exit(f"no {tool}: apt install llvm-19, or set {tool.upper().replace('-', '_')}")


def coverage():
    profdata, cov = llvm("llvm-profdata"), llvm("llvm-cov")
    folder = target_dir() / "coverage"
    environment = os.environ | {"RUSTC_BOOTSTRAP": "1", "CARGO_TARGET_DIR": str(folder), "RUSTFLAGS": "-Cinstrument-coverage --cfg fuzzing -Cdebuginfo=0"}
    subprocess.run(["cargo", "build", "--release", "--bins", "--target", TRIPLE], check=True, cwd=FUZZ, env=environment)
    profiles, objects = pathlib.Path(tempfile.mkdtemp()), []
    for target in TABLE:
        program = folder / TRIPLE / "release" / target
        objects += ["-object", program]
        inputs = [FUZZ / "corpus" / target]
        run = os.environ | {"LLVM_PROFILE_FILE": str(profiles / f"{target}.profraw")}
        subprocess.run([program, *inputs, "-runs=0"], check=True, env=run, stderr=subprocess.DEVNULL)
    merged = profiles / "all.profdata"
    subprocess.run([profdata, "merge", "-sparse", "-o", merged, *profiles.glob("*.profraw")], check=True)
    files = sources(PARSERS)
    report = subprocess.run([cov, "export", "-summary-only", f"-instr-profile={merged}", *objects[1:], *files], check=True, capture_output=True)
    print_regions(report.stdout)
    shutil.rmtree(profiles)


def print_regions(report):
    import json

    total = [0, 0]
    for file in sorted(json.loads(report)["data"][0]["files"], key=lambda file: file["filename"]):
        regions = file["summary"]["regions"]
        total = [total[0] + regions["covered"], total[1] + regions["count"]]
        print(f"{pathlib.Path(file['filename']).relative_to(SRC)!s:36}{regions['covered']:>6} of {regions['count']:>6}  {regions['percent']:6.2f} %")
    print(f"{'all':36}{total[0]:>6} of {total[1]:>6}  {100 * total[0] / total[1]:6.2f} %")


def check():
    faults = []
    bins = set(re.findall(r'^name = "(\w+)"\npath', (FUZZ / "Cargo.toml").read_text(), re.M))
    if bins != set(TABLE):
        faults.append(f"Cargo.toml and the table of fuzz.py differ in {sorted(bins ^ set(TABLE))}")
    names = {file.stem for file in (FUZZ / "fuzz_targets").glob("*.rs")}
    if names != set(TABLE):
        faults.append(f"fuzz_targets and the table of fuzz.py differ in {sorted(names ^ set(TABLE))}")
    size = 0
    for target in TABLE:
        missing = [name for name in TABLE[target] if not sources([name])]
        if missing:
            faults.append(f"{target} names {missing}, which are not in src")
        corpus = list((FUZZ / "corpus" / target).glob("*"))
        size += sum(file.stat().st_size for file in corpus)
        if not 0 < len(corpus) <= 600:
            faults.append(f"the corpus of {target} has {len(corpus)} inputs")
    if size > 2 << 20:
        faults.append(f"the corpus has {size} bytes")
    for dictionary in (FUZZ / "dictionaries").iterdir():
        if dictionary.stem not in TABLE:
            faults.append(f"{dictionary.name} is no target's")
    faults += check_record()
    for fault in faults:
        print(f"FAULT: {fault}")
    return 1 if faults else 0


def check_record():
    faults, stale = [], []
    for number, line in enumerate(RECORD.read_text().splitlines(), 1):
        if line and not line.startswith("#") and not re.fullmatch(r"\w+ +[0-9a-f]{12} +\d+ +\d+ +\d{4}-\d\d-\d\d", line):
            faults.append(f"line {number} of RECORD is not what fuzz.py writes")
    if faults:
        return faults
    for target, row in read_record().items():
        if target not in TABLE:
            faults.append(f"RECORD has {target}, which is no target")
        elif row[0] != parser_hash(target):
            stale.append(target)
        elif int(row[2]):
            faults.append(f"RECORD has a crash of {target} in the parsers as they are")
    stale += [target for target in TABLE if target not in read_record()]
    if stale:
        print(f"NOT FUZZED since their parsers changed (just fuzz-all MINUTES): {', '.join(sorted(stale))}")
    return faults


def main(words):
    command, rest = (words or ["help"])[0], words[1:]
    unknown = [word for word in rest if not word.isdigit() and word not in TABLE]
    if unknown:
        sys.exit(f"no target {unknown[0]}; there are {', '.join(TABLE)}")
    if command == "run" and rest:
        build(rest[:1])
        result = fuzz(rest[0], int(rest[1]) if len(rest) > 1 else 60, True)
        add_to_record(rest[0], *result)
        return result[1]
    if command in ("all", "smoke"):
        build(list(TABLE))
        if command == "smoke":
            return side_by_side(list(TABLE), int(rest[0]) if rest else 10, False)
        return side_by_side(list(TABLE), max(1, int(rest[0]) * 120 // len(TABLE)), True)
    if command == "upto" and rest:
        targets = rest[1:] or list(TABLE)
        build(targets)
        return upto(int(rest[0]), targets)
    if command == "merge":
        build(rest or list(TABLE))
        return merge(rest or list(TABLE))
    if command == "coverage":
        return coverage()
    if command == "check":
        return check()
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
