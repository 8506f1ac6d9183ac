# oktapipe.tcsh: aliases for tcsh 6.20 and later.
#
#   eval "`oktapipe init tcsh`"          in ~/.tcshrc
#
# or this file as it is: `source oktapipe.tcsh`. (init leaves the comments out, since eval makes one line of what it is given.) oktapipe-init(1)
# says what the aliases take and give: oktapipe_eval, oktapipe_role, oktapipe_who, oktapipe_drop, oktapipe_warn.
#
# How it is built, each for a reason:
#   - Aliases, since tcsh has no functions, and most of it in sh: PIPELINE is code for sh too. In that code no exclamation mark, single quote or
#     backquote, for tcsh sees them.
#   - s"et" and the like: with quotes within a word tcsh looks up no alias, but still its own command. (A backslash hides both.)
#     Only `set` itself may have parentheses, and what is behind an `if`.
#   - What was typed, and whether tracing was on, goes by way of $_oktapipe, because a backquote in the words themselves would end the
#     backquotes. The code that is evaluated begins by dropping it, so that the status is that of the code's end.
#   - Tracing (tcsh -x, -v) is off while a key is in sight. Ctrl-C in between leaves it off, and $_oktapipe there.
#   - A statement a line, for eval has no lines; `e"val" ALIAS` behind an `if`, whose words are all looked up before it is decided.

# The way to a list of roles, unless OKTAPIPE_LOGIN holds another.
s"et" _oktapipe_login = 'oktapipe roles --remember';

alias oktapipe_eval '_oktapipe_take eval \!*';
alias oktapipe_role '_oktapipe_take role \!*';

# The words are: how many there are (an empty one is lost on the way), whether echo is set, whether verbose is, the login, eval or role, what was typed.
alias _oktapipe_take 'if ( 1 ) s"et" _oktapipe = ( $?echo $?verbose $_oktapipe_login:q \!* ); uns"et" echo verbose; e"val" `\sh -c '\''' \
  'trace=; case $2 in (1) trace="s\"et\" echo;" ;; esac; case $3 in (1) trace="$trace s\"et\" verbose;" ;; esac;' \
  'empty=$(($1 + 1 - $#)) login=${OKTAPIPE_LOGIN:-$4} kind=$5 label=${OKTAPIPE_LABEL-AWS_VAULT}; shift 5;' \
  'echo "uns\"et\" _oktapipe;";' \
  'refuse() { echo "oktapipe_$kind: $1" >&2; echo "$trace \\sh -c \"exit 2\";"; exit; };' \
  'case $kind in' \
  '(eval) pipeline=${1-}; set -f; for word in $pipeline; do break; done; set +f;' \
  'case $empty:${word-} in (0:?*) shift ;; (*) refuse "no pipeline was given: write it as one word, in quotes" ;; esac;' \
  'code=$(sh -c "$pipeline" | oktapipe export --format=tcsh ${label:+"--label=$label"} "$@") ;;' \
  '(role) case $empty:${1-} in (0: | 0:-*) role= ;; (0:*) role=$1; shift ;; (*) refuse "the role is empty: leave it out to be asked" ;; esac;' \
  'code=$(sh -c "$login" | oktapipe assume ${role:+"--role=$role"} | oktapipe export --format=tcsh ${label:+"--label=$label"} "$@") ;;' \
  'esac; status=$?;' \
  'echo "$code" | sed -n -e "s/^setenv /s\"etenv\" /p" -e "s/^unsetenv /uns\"etenv\" /p";' \
  'echo "$trace"; case $status in (0) ;; (*) echo "\\sh -c \"exit $status\";" ;; esac' \
  ''\'' oktapipe $#_oktapipe $_oktapipe:q`';

alias oktapipe_who '\sh -c '\''' \
  'case ${AWS_ACCESS_KEY_ID:+set} in ("") echo "oktapipe_who: no role is set: oktapipe_role sets one" >&2; exit 1 ;; esac;' \
  'role=${OKTAPIPE_ROLE:-unknown role} region=${AWS_REGION:-${AWS_DEFAULT_REGION:-no region}};' \
  '[ "${OKTAPIPE_EXPIRES_EPOCH-}" -gt 0 ] 2>/dev/null || { echo "$role, $region, end unknown"; exit; };' \
  'left=$((OKTAPIPE_EXPIRES_EPOCH - $(date +%s)));' \
  'if [ $left -gt 0 ]; then echo "$role, $region, $((left / 60)) min left";' \
  'else echo "oktapipe_who: $role has ended: oktapipe_role renews it" >&2; exit 1; fi' \
  ''\''';

# Of the labels only one that is ours: aws-vault has an AWS_VAULT of its own.
alias oktapipe_drop 's"et" _oktapipe = AWS_VAULT; if ( $?OKTAPIPE_LABEL ) e"val" _oktapipe_label;' \
  'if ( $?OKTAPIPE_ROLE && $_oktapipe:q =~ [A-Za-z_]* ) e"val" _oktapipe_unlabel; uns"et" _oktapipe _oktapipe_warned;' \
  'uns"etenv" AWS_ACCESS_KEY_ID; uns"etenv" AWS_SECRET_ACCESS_KEY; uns"etenv" AWS_SESSION_TOKEN; uns"etenv" AWS_SECURITY_TOKEN;' \
  'uns"etenv" AWS_CREDENTIAL_EXPIRATION; uns"etenv" AWS_SESSION_EXPIRATION; uns"etenv" OKTAPIPE_ROLE; uns"etenv" OKTAPIPE_EXPIRES_EPOCH';
alias _oktapipe_label 's"et" _oktapipe = $OKTAPIPE_LABEL:q';
alias _oktapipe_unlabel 'e"val" '\''if ( $?'\''$_oktapipe'\'' ) if ( $'\''$_oktapipe'\'':q == $OKTAPIPE_ROLE:q ) uns"etenv" '\''$_oktapipe';

# Once when five minutes are left, once when none is: $_oktapipe_warned is what was said. tcsh has no clock, but it can ask when a file was
# changed, and a terminal is changed by what is shown on it: true to 8 seconds, and no process.
alias oktapipe_warn 'if ( $?OKTAPIPE_EXPIRES_EPOCH && $?tty ) e"val" _oktapipe_end';
alias _oktapipe_end 'if ( $OKTAPIPE_EXPIRES_EPOCH:q =~ [1-9]* && -e /dev/$tty ) if ( -M /dev/$tty + 300 >= $OKTAPIPE_EXPIRES_EPOCH ) e"val" _oktapipe_ends';
alias _oktapipe_ends 'if ( $?_oktapipe_warned == 0 ) s"et" _oktapipe_warned; s"et" _oktapipe = "the role";' \
  'if ( $?OKTAPIPE_ROLE ) e"val" _oktapipe_named; @ _oktapipe_left = $OKTAPIPE_EXPIRES_EPOCH - -M /dev/$tty;' \
  'if ( $_oktapipe_left > 0 && "$_oktapipe_warned" != "$OKTAPIPE_EXPIRES_EPOCH 300" ) e"val" _oktapipe_soon;' \
  'if ( $_oktapipe_left <= 0 && "$_oktapipe_warned" != "$OKTAPIPE_EXPIRES_EPOCH 0" ) e"val" _oktapipe_ended; uns"et" _oktapipe _oktapipe_left';
alias _oktapipe_named 's"et" _oktapipe = $OKTAPIPE_ROLE:q';
alias _oktapipe_soon 's"et" _oktapipe_warned = "$OKTAPIPE_EXPIRES_EPOCH 300"; @ _oktapipe_left = ( $_oktapipe_left + 59 ) / 60;' \
  'e"cho" "oktapipe: $_oktapipe ends in $_oktapipe_left min: oktapipe_role renews it" >>! /dev/stderr; @ _oktapipe_left = 1';
alias _oktapipe_ended 's"et" _oktapipe_warned = "$OKTAPIPE_EXPIRES_EPOCH 0";' \
  'e"cho" "oktapipe: $_oktapipe has ended: oktapipe_role renews it, oktapipe_drop forgets it" >>! /dev/stderr';

# The hook: before what precmd does already; sourced twice, it is there once. tcsh keeps the status around precmd.
if ( $?prompt ) s"et" _oktapipe = "`alias precmd`";
if ( $?_oktapipe ) e"val" 'if ( "$_oktapipe" \!~ *oktapipe_warn* ) alias precmd "oktapipe_warn; $_oktapipe"; uns"et" _oktapipe';
