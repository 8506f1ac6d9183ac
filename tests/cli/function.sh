#!/bin/sh
# Tests shell/oktapipe.sh in every shell that it says it is for.
#
#   sh tests/cli/function.sh FILE [DIRECTORY [SHELL...]]
#
# FILE is the file to source. DIRECTORY holds the `oktapipe` to run; without it (or with -) a stand-in is made, which knows `export` only.
# SHELL... are shells with their options, one word each ('zsh -f'); without them all are tried.
#
# Prints `ok NAME` or `not ok NAME` (and what was seen), and ends with 1 if anything was not ok. A shell that is not
# installed is SKIPPED on stderr, and is a failure where CI=true.
set -u

file=$(cd "$(dirname "$1")" && pwd)/$(basename "$1") || exit 2
directory=${2:--}
shift
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- 'bash --norc' 'bash --posix' 'zsh -f' \
  'zsh -f -o ksharrays -o shwordsplit -o globsubst -o cshjunkiequotes' dash ksh mksh 'yash --noprofile' 'busybox sh'

work=$(mktemp -d) || exit 2
trap 'rm -rf "$work"' EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

fake=
if [ "$directory" = - ]; then
  fake=1
  directory=$work/bin
  mkdir "$directory"
  cat >"$directory/oktapipe" <<'FAKE'
#!/bin/sh
# As much of `oktapipe export --format=sh` as the functions depend on.
[ "$1 $2" = 'export --format=sh' ] || exit 2
shift 2
document=$(cat)
member() { printf '%s\n' "$document" | sed -n "s/.*\"$1\": *\"\\([^\"]*\\)\".*/\\1/p" | sed "s/'/'\\\\\\\\''/g"; }
code=$(printf '%s\n' "$document" | sed -n 's/.*"exit_code": *\([0-9]*\).*/\1/p')
[ -n "$document" ] || code=66
if [ -n "$code" ]; then
  echo "(exit $code)"
  exit "$code"
fi
echo 'unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN'
echo "export AWS_ACCESS_KEY_ID='$(member AccessKeyId)'"
echo "export AWS_SECRET_ACCESS_KEY='$(member SecretAccessKey)'"
echo "export AWS_SESSION_TOKEN='$(member SessionToken)'"
for option; do
  case $option in
    (--label=*) echo "export ${option#--label=}='111122223333/Dev'" ;;
    (*) echo "export FAKE_OPTION='$option'" ;;
  esac
done
FAKE
  chmod +x "$directory/oktapipe"
fi
PATH=$directory:$PATH
export PATH

# The expected token, as sh reads it, is `$token` below: everything in it that a shell would act upon stays as it is.
cat >"$work/creds.json" <<'JSON'
{"Credentials":{"AccessKeyId":"ASIACANARYCANARY0000","SecretAccessKey":"CANARYsecret/+CANARYsecretCANARYsecret00","SessionToken":"CANARY'token $HOME `id` $(id) !! * ~ :0 %s=","Expiration":"2099-11-22T00:30:29Z"}}
JSON
cat >"$work/error.json" <<'JSON'
{"_oktapipe":{"v":1,"error":{"stage":"authn","kind":"authentication_failed","message":"m","hint":"h","exit_code":77,"retryable":false}}}
JSON
cat >"$work/expected.sh" <<'SH'
token='CANARY'\''token $HOME `id` $(id) !! * ~ :0 %s='
verdict() {
  case "${AWS_ACCESS_KEY_ID-}|${AWS_SECRET_ACCESS_KEY-}|${AWS_SESSION_TOKEN-}|${AWS_PROFILE-unset}" in
    ("ASIACANARYCANARY0000|CANARYsecret/+CANARYsecretCANARYsecret00|$token|unset") echo taken ;;
    ('old|old|old|old') echo kept ;;
    (*) echo mixed ;;
  esac
}
SH
# oktapipe itself refuses a token with characters that no key of AWS has, so it gets one without. What it would do with the others is
# a matter of its quoting, which is tested beside the code.
if [ -z "$fake" ]; then
  for name in creds.json expected.sh; do
    sed "s|CANARY'.*token \$HOME .* %s=|CANARYtoken/+_-==|" "$work/$name" >"$work/tame" && mv "$work/tame" "$work/$name"
  done
fi

failures=0

# check NAME EXPECTED: runs the code on stdin in $shell; EXPECTED is what it prints and, in brackets, its status.
check() {
  {
    echo 'AWS_ACCESS_KEY_ID=old AWS_SECRET_ACCESS_KEY=old AWS_SESSION_TOKEN=old AWS_PROFILE=old'
    # Environment, for the code to see that they are exported.
    echo 'export AWS_PROFILE'
    echo ". '$work/expected.sh'"
    cat
  } >"$work/case.sh"
  # The words of $shell are a shell and its options.
  # shellcheck disable=SC2086
  seen=$(cd "$work" && file=$file $shell ./case.sh 2>stderr </dev/null; echo "[$?]")
  seen=$(echo "$seen" | tr '\n' ' ' | sed 's/ $//')
  if [ "$seen" = "$2" ]; then
    echo "ok $shell: $1"
  else
    echo "not ok $shell: $1"
    echo "# expected: $2"
    echo "# seen:     $seen"
    sed 's/^/# stderr:   /' "$work/stderr"
    failures=$((failures + 1))
  fi
}

for shell; do
  if ! command -v "${shell%% *}" >/dev/null 2>&1; then
    echo "SKIPPED: ${shell%% *} is not installed" >&2
    [ "${CI-}" != true ] || failures=$((failures + 1))
    continue
  fi

  check 'variables are taken from a document on stdin' '0 taken [0]' <<'SH'
. "$file"
oktapipe_env <creds.json
echo $?; verdict
SH
  check 'what a child sees' 'ASIACANARYCANARY0000 [0]' <<'SH'
. "$file"
oktapipe_env <creds.json
sh -c 'echo "$AWS_ACCESS_KEY_ID${AWS_PROFILE-}"'
SH
  check 'variables are taken from a pipeline' '0 taken [0]' <<'SH'
. "$file"
oktapipe_eval 'cat creds.json | cat'
echo $?; verdict
SH
  check 'a pipeline may be a function, or end in a comment' 'taken kept taken [0]' <<'SH'
. "$file"
mine() { cat creds.json; }
oktapipe_eval mine; verdict
AWS_ACCESS_KEY_ID=old AWS_SECRET_ACCESS_KEY=old AWS_SESSION_TOKEN=old AWS_PROFILE=old; verdict
oktapipe_eval 'cat creds.json # from the file'; verdict
SH
  check 'a failure returns its number and leaves the variables' '77 kept 77 kept [0]' <<'SH'
. "$file"
oktapipe_env <error.json
echo $?; verdict
oktapipe_eval 'cat error.json'
echo $?; verdict
SH
  check 'no document is 66' '66 kept [0]' <<'SH'
. "$file"
oktapipe_eval 'exit 3'
echo $?; verdict
SH
  check 'the status is the last one, for if and ||' 'no 77 yes [0]' <<'SH'
. "$file"
if oktapipe_env <error.json; then echo yes; else echo no; fi
oktapipe_env <error.json || echo $?
if oktapipe_env <creds.json; then echo yes; else echo no; fi
SH
  check 'no pipeline is 2, and never reads stdin' '2 2 kept [0]' <<'SH'
. "$file"
oktapipe_eval <creds.json; echo $?
oktapipe_eval ' ' <creds.json; echo $?
verdict
SH
  check 'oktapipe is not installed' '127 kept [0]' <<'SH'
. "$file"
keep=$PATH
PATH=/nonexistent
oktapipe_env <creds.json
echo $?
PATH=$keep
verdict
SH
  check 'set -e stops at a failure' '[77]' <<'SH'
. "$file"
set -e
oktapipe_env <error.json
echo reached
SH
  check 'set -e stops at a failed pipeline' '[77]' <<'SH'
. "$file"
set -e
oktapipe_eval 'cat error.json'
echo reached
SH
  check 'set -e and -u let a success through' 'taken taken on [0]' <<'SH'
. "$file"
set -eu
oktapipe_env <creds.json
verdict
oktapipe_eval 'cat creds.json'
verdict
case $- in (*e*u* | *u*e*) echo on ;; esac
SH
  check 'set -u without a pipeline' '2 [0]' <<'SH'
. "$file"
set -u
oktapipe_eval || echo $?
SH
  check 'xtrace shows no key and stays on' 'on on on hidden [0]' <<'SH'
. "$file"
{ set -x; } 2>trace
oktapipe_env <creds.json 2>>trace
case $- in (*x*) echo on ;; esac 2>/dev/null
oktapipe_eval 'cat creds.json' 2>>trace
case $- in (*x*) echo on ;; esac 2>/dev/null
oktapipe_env <error.json 2>>trace
case $- in (*x*) echo on ;; esac 2>/dev/null
{ set +x; } 2>/dev/null
if grep CANARY trace stderr >found; then echo shown; else echo hidden; fi
SH
  check 'verbose shows no key and stays on' 'v xv hidden [0]' <<'SH'
. "$file"
set -v
oktapipe_env <creds.json
case $- in (*v*) echo v ;; esac
set -x
oktapipe_env <creds.json
case $- in (*x*v* | *v*x*) echo xv ;; esac
set +xv
if grep CANARY stderr >found; then echo shown; else echo hidden; fi
SH
  check 'tracing that was off stays off' 'off [0]' <<'SH'
. "$file"
oktapipe_env <creds.json
case $- in (*[xv]*) echo on ;; (*) echo off ;; esac
SH
  check 'the positional parameters stay' '2:a:b c taken 0 [0]' <<'SH'
. "$file"
set -- a 'b c'
oktapipe_env <creds.json
echo "$#:$1:$2"; verdict
set --
oktapipe_eval 'cat creds.json'
echo "$#"
SH
  check 'nothing is left behind' 'same [0]' <<'SH'
. "$file"
names() { set | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' | grep -v -e '^AWS_' -e '^OKTAPIPE_' -e '^FAKE_' -e '^_$' | sort -u >"$1"; }
true | true
names before
names before
oktapipe_env <creds.json
oktapipe_eval 'cat creds.json'
oktapipe_env <error.json
true | true
names after
if diff before after >&2; then echo same; else echo different; fi
SH
  check 'set -a, -f and an odd IFS' 'taken 77 [0]' <<'SH'
. "$file"
IFS=':07 '
set -af
oktapipe_env <creds.json
verdict
oktapipe_env <error.json
code=$?
IFS=' '
echo "$code"
SH
  check 'aliases before and after sourcing are not used' 'taken taken 77 [0]' <<'SH'
if command -v shopt >/dev/null; then shopt -s expand_aliases; fi
alias eval='echo aliased' unset='echo aliased' command='echo aliased' export='echo aliased' test='echo aliased'
alias set='echo aliased' shift='echo aliased' return='echo aliased' printf='echo aliased' oktapipe='echo aliased'
. "$file"
oktapipe_env <creds.json
verdict
AWS_ACCESS_KEY_ID=x
oktapipe_eval 'cat creds.json'
verdict
oktapipe_env <error.json
echo $?
SH
  if [ -n "$fake" ]; then
    check 'options reach export whole' 'a b * c d * [0]' <<'SH'
. "$file"
oktapipe_env --x 'a b *' <creds.json
echo "$FAKE_OPTION"
oktapipe_eval 'cat creds.json' --x 'c d *'
echo "$FAKE_OPTION"
SH
  fi
done

[ "$failures" -eq 0 ]
