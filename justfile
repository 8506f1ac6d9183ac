# `just` lists these. CI runs `.ci/run`; before an issue is closed, `just full` runs too.

export CARGO_TARGET_DIR := env("CARGO_TARGET_DIR", justfile_directory() / "target")
export OKTAPIPE_TOOLS := env("OKTAPIPE_TOOLS", env("XDG_CACHE_HOME", env("HOME") / ".cache") / "oktapipe-tools")

PREFIX := env("PREFIX", "/usr/local")
DESTDIR := env("DESTDIR", "")

# List the recipes
default:
    @just --list

# Format, and check what CI checks in its fast tier
ci:
    .ci/run

# Run the tests
test *ARGUMENTS:
    cargo test {{ARGUMENTS}}

# See the whole pipeline work against the sandbox
demo:
    cargo run --release -- demo

# Build the binary as releases have it: without the sandbox
release:
    cargo build --release --locked --no-default-features

# Install the release below PREFIX (in DESTDIR): binary, manual, completions, functions. PREFIX=~/.local needs no root
[positional-arguments]
install *SETTINGS: release
    .ci/install install PREFIX={{quote(PREFIX)}} DESTDIR={{quote(DESTDIR)}} "$@"

# Remove what `install` installed there
[positional-arguments]
uninstall *SETTINGS:
    .ci/install uninstall PREFIX={{quote(PREFIX)}} DESTDIR={{quote(DESTDIR)}} "$@"

# Make the Debian package of the release, in target/debian
deb: release
    rm -rf target/package
    .ci/install install LAYOUT=debian PREFIX=/usr DESTDIR="$PWD/target/package"
    cargo deb --no-build --no-strip

# What a release consists of: tarball, bill of materials, checksums, in target/release-files
release-files:
    .ci/release-files

# Hold parsers and formats against other people's, COUNT generated documents each
oracle COUNT="100000":
    PATH="$OKTAPIPE_TOOLS/bin:$PATH" python3 -B tests/oracle/run.py {{COUNT}}

# Fuzz one target for SECONDS, and add its executions to fuzz/RECORD; crashes go to fuzz/artifacts
fuzz TARGET SECONDS="60":
    python3 fuzz/fuzz.py run {{TARGET}} {{SECONDS}}

# Fuzz every target for its share of MINUTES, two at a time
fuzz-all MINUTES:
    python3 fuzz/fuzz.py all {{MINUTES}}

# Fuzz every target until fuzz/RECORD has EXECUTIONS of it since its parser changed (a hundredth where a shell judges)
fuzz-upto EXECUTIONS="10000000" *TARGETS:
    python3 fuzz/fuzz.py upto {{EXECUTIONS}} {{TARGETS}}

# Take what fuzzing found into the committed corpus, minimised
fuzz-merge *TARGETS:
    python3 fuzz/fuzz.py merge {{TARGETS}}

# How much of the parsing modules the committed corpus reaches, in regions (needs llvm-19 or llvm-tools)
fuzz-coverage:
    python3 fuzz/fuzz.py coverage

# Change MODULE (arn, stage/export, ...; without one, all of them) in each way that its unit tests should see, and name what none saw
mutants MODULE="" *ARGUMENTS:
    #!/usr/bin/env bash
    set -euo pipefail
    if [ -z '{{MODULE}}' ]; then exec cargo mutants --package oktapipe {{ARGUMENTS}}; fi
    # --file adds to the configuration's globs, and --re lets the fields of structs through (cargo-mutants 27.1).
    mkdir -p "$CARGO_TARGET_DIR"
    sed '/^examine_globs/,/^]/d' .cargo/mutants.toml >"$CARGO_TARGET_DIR/mutants.toml"
    cargo mutants --package oktapipe --config "$CARGO_TARGET_DIR/mutants.toml" --file 'src/{{MODULE}}.rs' --file 'src/{{MODULE}}/**' {{ARGUMENTS}} \
        -- -- '{{replace_regex(MODULE, '/.*', '')}}::'

# Time the pipeline beside the shell recipe, and single commands beside curl and jq
bench: release
    cargo build --locked
    python3 tests/bench/bench.py

# Every parser at its caps on hostile input: time, growth, memory
bench-parsers:
    cargo bench --locked --bench parsers

# The whole: CI's tier, every mixture of the swap matrix, every fault on every exchange of stages and of login, the release binary, the README's commands in a clean clone
full: ci
    #!/usr/bin/env bash
    set -euo pipefail
    export PATH="$OKTAPIPE_TOOLS/bin:$PATH" CI=true
    OKTAPIPE_FULL=1 cargo test --locked --test cli swap -- --nocapture
    OKTAPIPE_FULL=1 cargo test --locked --test cli -- faults:: login_matrix::
    cargo build --release --locked --no-default-features
    if "$CARGO_TARGET_DIR/release/oktapipe" sandbox >/dev/null 2>&1; then echo 'the release has a sandbox' >&2; exit 1; fi
    # Every secret of the sandbox has CANARY in it; its keys are made when it starts, so none is in any file.
    if grep -q CANARY "$CARGO_TARGET_DIR/release/oktapipe"; then echo 'the release holds a secret of the sandbox' >&2; exit 1; fi
    if git grep -qE 'BEGIN [A-Z ]*PRIVATE KEY-----.?$'; then echo 'a key is committed' >&2; exit 1; fi
    ls -l "$CARGO_TARGET_DIR/release/oktapipe"
    .ci/package-test "$CARGO_TARGET_DIR/release/oktapipe"
    just deb
    installed=$(mktemp -d)
    just install PREFIX="$installed/usr"
    "$installed/usr/bin/oktapipe" --version
    just uninstall PREFIX="$installed/usr"
    rmdir "$installed/usr" "$installed"
    clone=$(mktemp -d)
    git clone -q . "$clone/oktapipe"
    cd "$clone/oktapipe"
    cargo run --release --locked -- demo >/dev/null
    cargo test --locked
    cargo install --path . --no-default-features --locked --root "$clone/installed"
    "$clone/installed/bin/oktapipe" --version
    rm -rf "$clone"
