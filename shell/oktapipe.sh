# oktapipe.sh: functions for bash, zsh, dash, ksh93, mksh, yash and busybox ash.
# shellcheck shell=sh
#
# `oktapipe init SHELL` prints this file; oktapipe-init(1) is its manual:      eval "$(oktapipe init bash)"
#
#   oktapipe_role [ROLE] [OPTION...]
#       Signs in and takes the variables of ROLE (an ARN, NAME or ACCOUNT/NAME); without ROLE you are asked. The login is
#       $OKTAPIPE_LOGIN, shell code that ends in an assertion or its roles, or _oktapipe_login below.
#
#   oktapipe_eval PIPELINE [OPTION...]
#       Runs PIPELINE (one word of shell code, or the name of a function) and takes the variables of the credentials that it prints:
#           oktapipe_eval 'oktapipe authn | oktapipe session | ... | oktapipe assume'
#       It may end in `| oktapipe export` too.
#       This, and not `... | oktapipe_env`: the last part of a pipe is a subshell in bash, dash and mksh, and what is
#       set there is gone with it.
#
#   oktapipe_env [OPTION...] < creds.json
#       Takes the variables of a credentials document into this shell.
#
#   oktapipe_who
#       Prints `ACCOUNT/NAME, REGION, 42 min left`; 1, and a line on stderr, if there is no role or it has ended.
#
#   oktapipe_drop
#       Unsets what these functions set, but for the region, which may be your own. Starts no process.
#
#   oktapipe_warn
#       For the prompt: one line on stderr when 5 minutes are left, and one at the end. Starts no process, keeps $?.
#       oktapipe.bash and oktapipe.zsh call it before each prompt.
#
# OPTIONs are those of `oktapipe export`. $OKTAPIPE_LABEL names one more variable that shall hold ACCOUNT/NAME, for prompts; unset it
# is AWS_VAULT, empty it is none.
#
# The first three return 0 with the variables set, or the number of what failed with every variable as it was (with `--on-error clear`:
# unset). That number is the failed stage's own, with or without pipefail, because oktapipe's stages hand it on. (In `if oktapipe_eval ...`
# and `oktapipe_eval ... || ...` the shell suspends `set -e` in PIPELINE too, so make it one pipe, not a list of commands.)
#
# Why functions and not `eval "$(... | oktapipe export)"`: under `set -x` that prints the keys two or three times, under
# `set -v` once more in bash, ksh93 and mksh, and it succeeds when oktapipe is not installed.
#
# The underscore in the names keeps them off the command itself: a function `oktapipe` would be a second program under one name.
#
# How it is built, each for a reason:
#   - Positional parameters and no variables: none can collide, be exported by `set -a`, or be left behind by Ctrl-C.
#     A function has its own, so the caller's $1... stay. (oktapipe_warn has to remember what it said: $_oktapipe_warned.)
#   - A backslash before each command: an alias is not looked up then, neither here nor in what is evaluated.
#   - The status travels behind the code (`:0`), since `set --` has none of its own and a variable for it would stay.
#   - Builtins only, and echo rather than printf, which mksh looks for in PATH.
#   - Tracing is off while a key is in sight. Ctrl-C in an interactive shell ends the function at once, and leaves it off.

# The login of oktapipe_role. Flags for everybody's login belong here.
_oktapipe_login() {
  \command oktapipe roles --remember
}

oktapipe_env() {
  _oktapipe_take env '' "$@"
}

oktapipe_eval() {
  case ${1-} in
    (*[![:space:]]*) _oktapipe_take eval "$@" ;;
    (*)
      \echo 'oktapipe_eval: no pipeline was given: write it as one word, in quotes' >&2
      \return 2
      ;;
  esac
}

oktapipe_role() {
  case $#:${1-} in
    (0: | *:-*) _oktapipe_take role '' "$@" ;;
    (*:)
      # A script's empty variable shall not become a question.
      \echo 'oktapipe_role: the role is empty: leave it out to be asked' >&2
      \return 2
      ;;
    (*) _oktapipe_take role "$@" ;;
  esac
}

oktapipe_who() {
  case ${AWS_ACCESS_KEY_ID:+set} in
    ('')
      \echo 'oktapipe_who: no role is set: oktapipe_role sets one' >&2
      \return 1
      ;;
    (*) \: ;;
  esac
  # ROLE REGION END NOW
  # shellcheck disable=SC3028 # where they are not known, date is asked
  \set -- "${OKTAPIPE_ROLE:-unknown role}" "${AWS_REGION:-${AWS_DEFAULT_REGION:-no region}}" \
    "${OKTAPIPE_EXPIRES_EPOCH-}" "${EPOCHSECONDS-${EPOCHREALTIME-}}"
  # shellcheck disable=SC2312 # without date the end is unknown
  case $4 in
    ('') \set -- "$1" "$2" "$3" "$(\command date +%s)" ;;
    (*) \: ;;
  esac
  # Digits only, and no octal: bash evaluates `$(...)` in a subscript of what it calculates with.
  case $3:${4%%[.,]*} in
    (: | *: | :* | 0* | *:0* | *[!0-9:]*) \echo "$1, $2, end unknown" ;;
    (*)
      \set -- "$1" "$2" "$(($3 - ${4%%[.,]*}))"
      if \test "$3" -gt 0; then
        \echo "$1, $2, $(($3 / 60)) min left"
      else
        \echo "oktapipe_who: $1 has ended: oktapipe_role renews it" >&2
        \return 1
      fi
      ;;
  esac
}

oktapipe_drop() {
  \set -- "${OKTAPIPE_LABEL-AWS_VAULT}"
  case $1 in
    ('' | [0-9]* | *[!A-Za-z0-9_]*) \: ;;
    (*)
      # Only a label that is ours: aws-vault's own AWS_VAULT is not.
      \eval "\\set -- \"\$1\" \"\${$1-}\""
      case $2 in
        ('') \: ;;
        ("${OKTAPIPE_ROLE-}") \unset -v "$1" ;;
        (*) \: ;;
      esac
      ;;
  esac
  \unset -v AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION \
    AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH _oktapipe_warned
}

oktapipe_warn() {
  # STATUS END NOW
  # shellcheck disable=SC3028 # bash 5, zsh, mksh and busybox ash have one of them
  \set -- "$?" "${OKTAPIPE_EXPIRES_EPOCH-}" "${EPOCHSECONDS-${EPOCHREALTIME-}}"
  case $2 in
    ('' | 0* | *[!0-9]*) \return "$1" ;;
    (*) \: ;;
  esac
  # shellcheck disable=SC3028
  case $3:${BASH_VERSION:+bash}${KSH_VERSION:+ksh}${ZSH_VERSION:+zsh} in
    (:*zsh)
      # A module of its own; loaded once.
      \zmodload zsh/datetime 2>/dev/null || \:
      \set -- "$1" "$2" "${EPOCHSECONDS-}"
      ;;
    (:ksh*)
      # ksh93 runs this without a process.
      # shellcheck disable=SC2312,SC3050 # another ksh has no such clock, and says nothing
      \set -- "$1" "$2" "$(\printf '%(%s)T' now 2>/dev/null)"
      ;;
    (:bash)
      # bash 4; `$(...)` would fork.
      # shellcheck disable=SC3045,SC3050
      \printf -v _oktapipe_now '%(%s)T' -1 2>/dev/null || \:
      \set -- "$1" "$2" "${_oktapipe_now-}"
      \unset -v _oktapipe_now
      ;;
    (*) \: ;;
  esac
  case ${3%%[.,]*} in
    ('' | 0* | *[!0-9]*) \return "$1" ;;
    (*) \set -- "$1" "$2" "$(($2 - ${3%%[.,]*}))" ;;
  esac
  if \test "$3" -gt 300; then
    \return "$1"
  fi
  if \test "$3" -gt 0; then
    case ${_oktapipe_warned-} in
      ("$2 300") \return "$1" ;;
      (*) _oktapipe_warned="$2 300" ;;
    esac
    \echo "oktapipe: ${OKTAPIPE_ROLE:-the role} ends in $((($3 + 59) / 60)) min: oktapipe_role renews it" >&2
  else
    case ${_oktapipe_warned-} in
      ("$2 0") \return "$1" ;;
      (*) _oktapipe_warned="$2 0" ;;
    esac
    \echo "oktapipe: ${OKTAPIPE_ROLE:-the role} has ended: oktapipe_role renews it, oktapipe_drop forgets it" >&2
  fi
  \return "$1"
}

# What is common to all that `oktapipe export` is asked for.
_oktapipe_export() {
  case ${OKTAPIPE_LABEL-AWS_VAULT} in
    ('') \command oktapipe export --format=sh "$@" ;;
    (*) \command oktapipe export --format=sh "--label=${OKTAPIPE_LABEL-AWS_VAULT}" "$@" ;;
  esac
}

# _oktapipe_take KIND WORD [OPTION...]: `env ''` takes stdin, `eval PIPELINE` what it prints, `role ROLE` signs in.
_oktapipe_take() {
  # $1 becomes the shell's flags, so that x and v can be put back. What this line traces goes nowhere.
  { \set -- "$-" "$@"; \set +xv; } 2>/dev/null
  # Now FLAGS KIND WORD OPTION...; in the command substitution `shift` is the subshell's affair.
  # shellcheck disable=SC2312 # the status comes out behind the code
  \set -- "$1" "$(
    if
      case $2 in
        (env)
          \shift 3
          _oktapipe_export "$@"
          ;;
        (eval)
          \eval "$3" | {
            \shift 3
            _oktapipe_export "$@"
          }
          ;;
        (*)
          \eval "${OKTAPIPE_LOGIN:-_oktapipe_login}" | \command oktapipe assume ${3:+"--role=$3"} | {
            \shift 3
            _oktapipe_export "$@"
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
    (*:[1-9]*) \set -- "$1" "${2##*:}" "${2%:*}$3" "$3" ;;
    # The subshell itself was killed.
    (*) \set -- "$1" 130 '' ;;
  esac
  # One statement a line is what `oktapipe export` promises. After a failure only `unset` is obeyed, for `--on-error clear`.
  while \test -n "$3"; do
    case $2:${3%%"$4"*} in
      (0:export\ * | "$2":unset\ *)
        # A variable may be readonly.
        \eval "\\${3%%"$4"*}" || {
          \set -- "$1" "$?" '' "$4"
          \break
        }
        ;;
      (*) \: ;;
    esac
    \set -- "$1" "$2" "${3#*"$4"}" "$4"
  done
  case $1 in (*v*) \set -v ;; (*) \: ;; esac
  case $1 in (*x*) \set -x ;; (*) \: ;; esac
  \return "$2"
}
