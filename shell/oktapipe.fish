# oktapipe.fish: functions for fish 3.6 and later.
#
#   oktapipe init fish | source          in ~/.config/fish/config.fish
#
# or this file as it is, in a folder that fish reads at its start (/usr/share/fish/vendor_conf.d, ~/.config/fish/conf.d). oktapipe-init(1) says what the
# functions take and give: oktapipe_eval, oktapipe_role, oktapipe_who, oktapipe_drop, oktapipe_warn.
#
# How it is built, each for a reason:
#   - `builtin` and `command`: `alias` makes functions here, and one may be called echo. fish keeps `set`, `eval`, `string`, `test`, `status`
#     and `return` for itself, so those stand bare.
#   - --no-scope-shadowing, so that PIPELINE sees the variables of the function that called, as it would without us. Hence the long names.
#   - A local, empty fish_trace: what is traced within the function is neither the keys nor anything else, and what was set is back behind it.
#   - Only lines that begin with `set` are evaluated: the statement that fails would run `sh`, and that may be an alias.

# The way to a list of roles, unless OKTAPIPE_LOGIN holds another.
set --global __oktapipe_login 'oktapipe roles --remember'

function oktapipe_eval --no-scope-shadowing --description 'Take the variables of the credentials that a pipeline prints'
    set --local fish_trace
    if not string match --quiet --regex '\S' -- "$argv[1]"
        builtin echo 'oktapipe_eval: no pipeline was given: write it as one word, in quotes' >&2
        return 2
    end
    set --local __oktapipe_label (__oktapipe_label)
    set --local __oktapipe_code (eval $argv[1] | command oktapipe export --format=fish --label=$__oktapipe_label $argv[2..])
    set --local __oktapipe_status $status
    eval (string match -- 'set -*' $__oktapipe_code)
    return $__oktapipe_status
end

function oktapipe_role --description 'Pick a role, or switch to the one that is named'
    if set --query argv[1]; and test -z "$argv[1]"
        # A script's empty variable shall not become a question.
        builtin echo 'oktapipe_role: the role is empty: leave it out to be asked' >&2
        return 2
    end
    set --local login $__oktapipe_login
    test -n "$OKTAPIPE_LOGIN"; and set login "$OKTAPIPE_LOGIN"
    set --local role
    if set --query argv[1]; and not string match --quiet -- '-*' $argv[1]
        set role --role=(string escape -- $argv[1])
        set --erase argv[1]
    end
    oktapipe_eval "command sh -c $(string escape -- $login) | command oktapipe assume $role" $argv
end

function oktapipe_who --description 'Say which role is set, and for how long'
    if test -z "$AWS_ACCESS_KEY_ID"
        builtin echo 'oktapipe_who: no role is set: oktapipe_role sets one' >&2
        return 1
    end
    set --local role $OKTAPIPE_ROLE 'unknown role'
    set --local region $AWS_REGION $AWS_DEFAULT_REGION 'no region'
    set --local left (__oktapipe_left)
    if not set --query left[1]
        builtin echo "$role[1], $region[1], end unknown"
    else if test $left -gt 0
        builtin echo "$role[1], $region[1], $(builtin math "floor($left / 60)") min left"
    else
        builtin echo "oktapipe_who: $role[1] has ended: oktapipe_role renews it" >&2
        return 1
    end
end

function oktapipe_drop --description 'Drop the role: its variables, not the region'
    # Only a label that is ours: aws-vault's own AWS_VAULT is not.
    set --local label (__oktapipe_label)
    if set --query label[1]; and set --query OKTAPIPE_ROLE; and test "$$label" = "$OKTAPIPE_ROLE"
        set --erase --global $label
    end
    set --erase --global AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION \
        AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH __oktapipe_warned
    # Status 4 of a variable that is not set says nothing.
    return 0
end

# Once when five minutes are left, once when none is: __oktapipe_warned is what was said.
function oktapipe_warn --description 'Warn, once, of a role that ends soon or has ended'
    set --local before $status
    set --local left (__oktapipe_left)
    if not set --query left[1]; or test $left -gt 300
        return $before
    end
    set --local role $OKTAPIPE_ROLE 'the role'
    set --local said "$OKTAPIPE_EXPIRES_EPOCH $(test $left -gt 0; and builtin echo 300; or builtin echo 0)"
    if test "$__oktapipe_warned" != $said
        set --global __oktapipe_warned $said
        if test $left -gt 0
            builtin echo "oktapipe: $role[1] ends in $(builtin math "floor(($left + 59) / 60)") min: oktapipe_role renews it" >&2
        else
            builtin echo "oktapipe: $role[1] has ended: oktapipe_role renews it, oktapipe_drop forgets it" >&2
        end
    end
    return $before
end

# The name for the role's label, or nothing.
function __oktapipe_label
    if not set --query OKTAPIPE_LABEL
        builtin echo AWS_VAULT
    else if test -n "$OKTAPIPE_LABEL"
        builtin echo $OKTAPIPE_LABEL
    end
end

# Seconds until the role ends, or nothing where that is not known. fish has no clock. But `path mtime` knows when a file was changed, and
# how long ago that was: together, that is now. No process, 0.3 ms.
function __oktapipe_left
    string match --quiet --regex '^[1-9][0-9]*$' -- "$OKTAPIPE_EXPIRES_EPOCH"
    and builtin math $OKTAPIPE_EXPIRES_EPOCH - (builtin path mtime /) - (builtin path mtime --relative /)
end

# The hook. fish keeps the status around an event, and a function that is defined again is not called twice.
function __oktapipe_prompt --on-event fish_prompt
    oktapipe_warn
end
