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
# As much of oktapipe as the functions depend on. `assume` writes down what it was told, and a login begins with creds.json.
case $1 in
  (authn | roles) exec cat creds.json ;;
  (factor-verify | session | saml-fetch | saml-roles) exec cat ;;
  (assume)
    shift
    echo "assume:$*" >>calls
    exec cat
    ;;
esac
[ "$1 $2" = 'export --format=sh' ] || exit 2
shift 2
document=$(cat)
member() { printf '%s\n' "$document" | sed -n "s/.*\"$1\": *\"\\([^\"]*\\)\".*/\\1/p" | sed "s/'/'\\\\\\\\''/g"; }
code=$(printf '%s\n' "$document" | sed -n -e 's/.*"exit_code": *\([0-9]*\).*/\1/p' -e 's/^(exit \([0-9]*\))$/\1/p')
[ -n "$document" ] || code=66
if [ -n "$code" ]; then
  case " $* " in (*' --on-error clear '*) echo 'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN' ;; esac
  echo "export FAKE_OPTION='never set :unset A'"
  echo "(exit $code)"
  exit "$code"
fi
case $document in
  (unset*) printf '%s\n' "$document" ;;
  (*)
    echo 'unset AWS_PROFILE AWS_DEFAULT_PROFILE AWS_SECURITY_TOKEN'
    echo "export AWS_ACCESS_KEY_ID='$(member AccessKeyId)'"
    echo "export AWS_SECRET_ACCESS_KEY='$(member SecretAccessKey)'"
    echo "export AWS_SESSION_TOKEN='$(member SessionToken)'"
    echo "export OKTAPIPE_EXPIRES_EPOCH='2208988800'"
    echo "export OKTAPIPE_ROLE='111122223333/Dev'"
    ;;
esac
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

# After 2038, for mksh calculates with 32 bits.
# The expected token, as sh reads it, is `$token` below: everything in it that a shell would act upon stays as it is.
cat >"$work/creds.json" <<'JSON'
{"Credentials":{"AccessKeyId":"ASIACANARYCANARY0000","SecretAccessKey":"CANARYsecret/+CANARYsecretCANARYsecret00","SessionToken":"CANARY'token $HOME `id` $(id) !! * ~ :0 %s=","Expiration":"2040-01-01T00:00:00Z"},"AssumedRoleUser":{"Arn":"arn:aws:sts::111122223333:assumed-role/Dev/ada"}}
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
names() { set | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' | grep -v -e '^AWS_' -e '^OKTAPIPE_' -e '^FAKE_' -e '^EPOCH' -e '^epochtime' -e '^_$' | sort -u >"$1"; }
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
  check 'a pipeline may end in export' '0 taken 77 taken [0]' <<'SH'
. "$file"
oktapipe_eval 'oktapipe export --format=sh <creds.json'
echo $?; verdict
oktapipe_eval 'oktapipe export --format=sh <error.json'
echo $?; verdict
SH
  check 'after a failure --on-error clear unsets, and nothing else is obeyed' '77 none none [0]' <<'SH'
. "$file"
oktapipe_env --on-error clear <error.json
echo $?; echo "${AWS_ACCESS_KEY_ID-none}"; echo "${FAKE_OPTION-none}"
SH
  check 'the role is labelled as AWS_VAULT, as another variable, or not at all' \
    '111122223333/Dev: :111122223333/Dev : 2: [0]' <<'SH'
. "$file"
unset AWS_VAULT MINE
oktapipe_env <creds.json
echo "${AWS_VAULT-}:${MINE-}"
unset AWS_VAULT
OKTAPIPE_LABEL=MINE
oktapipe_env <creds.json
echo "${AWS_VAULT-}:${MINE-}"
unset MINE
OKTAPIPE_LABEL=
oktapipe_env <creds.json
echo "${AWS_VAULT-}:${MINE-}"
oktapipe_env --format=sh --label= --nonsense </dev/null 2>/dev/null
case $? in (2 | 66) echo 2: ;; esac
SH
  check 'oktapipe_role takes the login from OKTAPIPE_LOGIN, and hands its failure on' '77 kept 77 kept [0]' <<'SH'
. "$file"
OKTAPIPE_LOGIN='cat error.json # of a script'
oktapipe_role Dev; echo $?; verdict
mine() { cat error.json; }
OKTAPIPE_LOGIN=mine
oktapipe_role; echo $?; verdict
SH
  check 'an empty role is 2, and nothing is run' '2 kept [0]' <<'SH'
. "$file"
OKTAPIPE_LOGIN='echo run >&2; echo run >run'
oktapipe_role ''; echo $?; verdict
[ ! -e run ] || echo run
SH
  check 'oktapipe_who says role, region and whole minutes' \
    '111122223333/Dev, eu-west-1, 42 min left 0 111122223333/Dev, us-east-1, 0 min left 0 unknown role, no region, end unknown 0 [0]' <<'SH'
. "$file"
unset AWS_REGION AWS_DEFAULT_REGION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH
OKTAPIPE_ROLE=111122223333/Dev AWS_REGION=eu-west-1 OKTAPIPE_EXPIRES_EPOCH=$(($(date +%s) + 2550))
oktapipe_who; echo $?
unset AWS_REGION
AWS_DEFAULT_REGION=us-east-1 OKTAPIPE_EXPIRES_EPOCH=$(($(date +%s) + 30))
oktapipe_who; echo $?
unset AWS_DEFAULT_REGION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH
oktapipe_who; echo $?
SH
  check 'oktapipe_who is 1 without a role and after its end, and says so on stderr' '1 has ended 1 no role [0]' <<'SH'
. "$file"
OKTAPIPE_ROLE=111122223333/Dev OKTAPIPE_EXPIRES_EPOCH=$(($(date +%s) - 1))
oktapipe_who 2>said; echo $?
grep -o 'has ended' said
unset AWS_ACCESS_KEY_ID
oktapipe_who 2>said; echo $?
grep -o 'no role' said
SH
  check 'an end that is no number is neither calculated with nor run' 'a, no region, end unknown 5 [0]' <<'SH'
. "$file"
unset AWS_REGION AWS_DEFAULT_REGION
OKTAPIPE_ROLE=a OKTAPIPE_EXPIRES_EPOCH='a[$(echo ran >ran)]'
oktapipe_who
(exit 5)
oktapipe_warn; echo $?
[ ! -e ran ] || echo ran
SH
  check 'oktapipe_drop drops all but the region and a label of others, without a process' \
    '0 none eu-west-1 none theirs 0 0 none [0]' <<'SH'
. "$file"
AWS_SECURITY_TOKEN=old AWS_REGION=eu-west-1 OKTAPIPE_ROLE=1/a OKTAPIPE_EXPIRES_EPOCH=9 AWS_VAULT=1/a OTHER=theirs
AWS_CREDENTIAL_EXPIRATION=x AWS_SESSION_EXPIRATION=x
PATH=/nonexistent
oktapipe_drop
echo $?
echo "${AWS_ACCESS_KEY_ID-}${AWS_SECRET_ACCESS_KEY-}${AWS_SESSION_TOKEN-}${AWS_SECURITY_TOKEN-}${OKTAPIPE_ROLE-}${OKTAPIPE_EXPIRES_EPOCH-}${AWS_CREDENTIAL_EXPIRATION-}${AWS_SESSION_EXPIRATION-}none"
echo "$AWS_REGION"
echo "${AWS_VAULT-none}"
OKTAPIPE_LABEL=OTHER OKTAPIPE_ROLE=1/a
oktapipe_drop
echo "$OTHER"
oktapipe_drop
echo $?
OKTAPIPE_LABEL='A;echo ran'
oktapipe_drop
echo $?
OKTAPIPE_LABEL= AWS_ACCESS_KEY_ID=old
oktapipe_drop
echo "${AWS_ACCESS_KEY_ID-none}"
SH
  # A clock in the shell itself.
  case $shell in
    (dash* | yash*) warned='3 4 5 [0]' ;;
    (*) warned='3 4 5 oktapipe: 1/a ends in 5 min: oktapipe_role renews it oktapipe: 1/a has ended: oktapipe_role renews it, oktapipe_drop forgets it [0]' ;;
  esac
  check 'oktapipe_warn says it once at 5 minutes and once at the end, and keeps the status' "$warned" <<'SH'
. "$file"
now=$(date +%s)
keep=$PATH
PATH=/nonexistent
exec 3>&2 2>said
OKTAPIPE_ROLE=1/a OKTAPIPE_EXPIRES_EPOCH=$((now + 400))
(exit 3)
oktapipe_warn; echo $?
OKTAPIPE_EXPIRES_EPOCH=$((now + 299))
(exit 4)
oktapipe_warn; echo $?
oktapipe_warn; oktapipe_warn
OKTAPIPE_EXPIRES_EPOCH=$((now - 1))
(exit 5)
oktapipe_warn; echo $?
oktapipe_warn; oktapipe_warn
unset OKTAPIPE_EXPIRES_EPOCH
oktapipe_warn
exec 2>&3
PATH=$keep
cat said
SH
  check 'all of them under -eu -o pipefail' 'taken 111122223333/Dev, no region, end taken 77 none [0]' <<'SH'
set -eu
(set -o pipefail) 2>/dev/null && set -o pipefail
unset AWS_REGION AWS_DEFAULT_REGION OKTAPIPE_LABEL AWS_VAULT OKTAPIPE_LOGIN || :
. "$file"
oktapipe_env <creds.json
oktapipe_warn
verdict
oktapipe_who | sed 's/end.*\|[0-9]* min left/end/'
oktapipe_eval 'cat creds.json | cat'
verdict
OKTAPIPE_LOGIN='cat error.json'
oktapipe_role Dev || echo $?
oktapipe_drop
oktapipe_drop
oktapipe_warn
oktapipe_who 2>said || :
echo "${AWS_ACCESS_KEY_ID-none}"
SH
  check 'set -e stops at a role that fails' '[77]' <<'SH'
. "$file"
set -e
OKTAPIPE_LOGIN='cat error.json'
oktapipe_role Dev
echo reached
SH
  check 'tracing shows no key in any of them' 'hidden [0]' <<'SH'
. "$file"
set -xv
oktapipe_eval 'oktapipe export --format=sh <creds.json'
OKTAPIPE_LOGIN='cat creds.json'
oktapipe_role Dev
oktapipe_who >/dev/null
oktapipe_warn
oktapipe_drop
set +xv
if grep CANARY stderr >found; then echo shown; else echo hidden; fi
SH
  check 'sourcing says nothing, starts no process and is nothing to -eu' '0 [0]' <<'SH'
exec 2>said
PATH=/nonexistent
set -eu
. "$file"
. "$file"
echo $?
# Without an external command.
while read -r line; do echo "$line"; done <said
SH
  check 'sourcing leaves no variable behind, nor do the functions' 'same [0]' <<'SH'
names() { set | sed -n 's/^\([A-Za-z_][A-Za-z0-9_]*\)=.*/\1/p' | grep -v -e '^AWS_' -e '^OKTAPIPE_' -e '^FAKE_' -e '^EPOCH' -e '^epochtime' -e '^_$' | sort -u >"$1"; }
true | true
names before
names before
. "$file"
OKTAPIPE_LOGIN='cat creds.json'
oktapipe_role Dev
oktapipe_who >/dev/null
oktapipe_warn
OKTAPIPE_LOGIN='cat error.json'
oktapipe_role Dev
oktapipe_drop
true | true
names after
if diff before after >&2; then echo same; else echo different; fi
SH
  check 'no alias gets into the others' '111122223333/Dev, no region 0 none [0]' <<'SH'
if command -v shopt >/dev/null; then shopt -s expand_aliases; fi
alias eval='echo aliased' unset='echo aliased' command='echo aliased' echo='false' test='echo aliased' date='echo aliased'
alias set='echo aliased' shift='echo aliased' return='echo aliased' printf='echo aliased' oktapipe='echo aliased'
. "$file"
unalias echo unset
unset AWS_REGION AWS_DEFAULT_REGION
oktapipe_env <creds.json
oktapipe_who | sed 's/, [^,]*$//'
oktapipe_warn
oktapipe_drop
echo $?
echo "${AWS_ACCESS_KEY_ID-none}"
SH
  if [ -n "$fake" ]; then
    check 'options reach export whole' 'a b * c d * [0]' <<'SH'
. "$file"
oktapipe_env --x 'a b *' <creds.json
echo "$FAKE_OPTION"
oktapipe_eval 'cat creds.json' --x 'c d *'
echo "$FAKE_OPTION"
SH
    check 'oktapipe_role signs in, and hands the role to assume and options to export' \
      "taken assume:--role=it's a * role assume: e f * assume:--role=Dev g [0]" <<'SH'
. "$file"
rm -f calls
oktapipe_role "it's a * role"
verdict
cat calls; rm calls
oktapipe_role --x 'e f *'
cat calls; rm calls
echo "$FAKE_OPTION"
oktapipe_role Dev --x g
cat calls
echo "$FAKE_OPTION"
SH
    check 'the default login is not for aliases' 'taken [0]' <<'SH'
if command -v shopt >/dev/null; then shopt -s expand_aliases; fi
alias oktapipe='echo aliased'
. "$file"
oktapipe_role
verdict
SH
  fi
done

[ "$failures" -eq 0 ]
