# oktapipe.sh: functions for bash, zsh, dash, ksh93, mksh, yash and busybox ash.
# shellcheck shell=sh
#
# Source it:      . /usr/share/oktapipe/oktapipe.sh
#
#   oktapipe_env [OPTION...] < creds.json
#       Takes the variables of a credentials document into this shell. OPTIONs are those of `oktapipe export`.
#
#   oktapipe_eval PIPELINE [OPTION...]
#       Runs PIPELINE (one word of shell code, or the name of a function) and takes the variables of the credentials that it prints:
#           oktapipe_eval 'oktapipe authn | oktapipe session | ... | oktapipe assume'
#       This, and not `... | oktapipe_env`: the last part of a pipe is a subshell in bash, dash and mksh, and what is
#       set there is gone with it.
#
# Both return 0 with the variables set, or the number of what failed with every variable as it was. That number is the
# failed stage's own, with or without pipefail, because oktapipe's stages hand it on. (In `if oktapipe_eval ...` and
# `oktapipe_eval ... || ...` the shell suspends `set -e` in PIPELINE too, so make it one pipe, not a list of commands.)
#
# Why functions and not `eval "$(... | oktapipe export)"`: under `set -x` that prints the keys two or three times, under
# `set -v` once more in bash, ksh93 and mksh, and it succeeds when oktapipe is not installed.
#
# The names: oktapipe_env gives environment, oktapipe_eval evaluates; _oktapipe_take is theirs. The underscore keeps them off
# the command itself: a function `oktapipe` would be a second program under one name.
#
# How it is built, each for a reason:
#   - Positional parameters and no variables: none can collide, be exported by `set -a`, or be left behind by Ctrl-C.
#     A function has its own, so the caller's $1... stay.
#   - A backslash before each command: an alias is not looked up then, neither here nor in what is evaluated.
#   - The status travels behind the code (`:0`), since `set --` has none of its own and a variable for it would stay.
#   - Builtins only, and echo rather than printf, which mksh looks for in PATH.
#   - Tracing is off while a key is in sight. Ctrl-C in an interactive shell ends the function at once, and leaves it off.

oktapipe_env() {
  _oktapipe_take '' "$@"
}

oktapipe_eval() {
  case ${1-} in
    (*[![:space:]]*) _oktapipe_take "$@" ;;
    (*)
      \echo 'oktapipe_eval: no pipeline was given: write it as one word, in quotes' >&2
      \return 2
      ;;
  esac
}

# _oktapipe_take PIPELINE [OPTION...]: an empty PIPELINE is stdin.
_oktapipe_take() {
  # $1 becomes the shell's flags, so that x and v can be put back. What this line traces goes nowhere.
  { \set -- "$-" "$@"; \set +xv; } 2>/dev/null
  # Now FLAGS PIPELINE OPTION...; in the command substitution `shift` is the subshell's affair.
  # shellcheck disable=SC2312 # the status comes out behind the code
  \set -- "$1" "$(
    if
      case $2 in
        ('')
          \shift 2
          \command oktapipe export --format=sh "$@"
          ;;
        (*)
          \eval "$2" | {
            \shift 2
            \command oktapipe export --format=sh "$@"
          }
          ;;
      esac
    then
      \echo :0
    else
      \echo ":$?"
    fi
  )" "$(\echo; \echo .)"
  # A newline and a dot, since a newline at the end is stripped, and one within quotes is an error under zsh's csh_junkie_quotes.
  \set -- "$1" "$2" "${3%.}"
  # FLAGS OUTPUT NEWLINE becomes FLAGS STATUS CODE NEWLINE.
  case $2 in
    (*:0) \set -- "$1" 0 "${2%:0}$3" "$3" ;;
    (*:[1-9]*) \set -- "$1" "${2##*:}" '' ;;
    # The subshell itself was killed.
    (*) \set -- "$1" 130 '' ;;
  esac
  # One statement a line is what `oktapipe export` promises.
  while \test -n "$3"; do
    case ${3%%"$4"*} in
      ('') \: ;;
      (*)
        # A variable may be readonly.
        \eval "\\${3%%"$4"*}" || {
          \set -- "$1" "$?" '' "$4"
          break
        }
        ;;
    esac
    \set -- "$1" "$2" "${3#*"$4"}" "$4"
  done
  case $1 in (*v*) \set -v ;; (*) \: ;; esac
  case $1 in (*x*) \set -x ;; (*) \: ;; esac
  \return "$2"
}
