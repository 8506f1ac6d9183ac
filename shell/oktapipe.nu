# oktapipe.nu: functions for nushell 0.103 and later.
#
#   oktapipe init nu | save --force ($nu.data-dir | path join vendor/autoload/oktapipe.nu)
#
# once: nushell reads that folder at its start, and has to see what it reads before anything runs. In a script: `source oktapipe.nu`.
# oktapipe-init(1) says what the functions take and give: oktapipe_eval, oktapipe_role, oktapipe_who, oktapipe_drop, oktapipe_warn.
#
# How it is built, each for a reason:
#   - The variables come as JSON and are loaded: nothing is evaluated, so there is nothing to quote.
#   - `^` before programs, and words that nushell settles while it reads this: no alias or function of the same name takes part.
#   - A command that fails raises; what a pipe raises is what its last part does, and export has the number of the stage that failed.
#   - What was said is a record, because a record is not handed on to programs.

# The way to a list of roles, unless OKTAPIPE_LOGIN holds another.
const _oktapipe_login = 'oktapipe roles --remember'

# Take the variables of the credentials that a pipeline prints: oktapipe_eval { open creds.json --raw }
def --env --wrapped oktapipe_eval [
  pipeline: closure # Its last pipe prints credentials
  ...options: string # Those of `oktapipe export`
] {
  let label = (_oktapipe_label)
  let label = if $label == '' { [] } else { [$'--label=($label)'] }
  let variables = (do $pipeline | ^oktapipe export --format=nushell ...$label ...$options | from json | transpose name value)
  $variables | where value != null | reduce --fold {} {|it, all| $all | insert $it.name $it.value } | load-env
  for name in ($variables | where value == null | get name) { hide-env --ignore-errors $name }
}

# Pick a role, or switch to the one that is named.
def --env --wrapped oktapipe_role [
  ...arguments: string # A role, or none, and options of `oktapipe export`
] {
  let first = ($arguments | get --optional 0)
  # A script's empty variable shall not become a question.
  if $first == '' { error make --unspanned { msg: 'oktapipe_role: the role is empty: leave it out to be asked' } }
  let named = ($first != null and not ($first | str starts-with '-'))
  let role = if $named { [$'--role=($first)'] } else { [] }
  let login = (if ($env.OKTAPIPE_LOGIN? | is-empty) { $_oktapipe_login } else { $env.OKTAPIPE_LOGIN })
  oktapipe_eval { ^sh -c $login | ^oktapipe assume ...$role } ...(if $named { $arguments | skip 1 } else { $arguments })
}

# Say which role is set, and for how long.
def oktapipe_who []: nothing -> string {
  if ($env.AWS_ACCESS_KEY_ID? | is-empty) {
    error make --unspanned { msg: 'oktapipe_who: no role is set: oktapipe_role sets one' }
  }
  let role = ($env.OKTAPIPE_ROLE? | default 'unknown role')
  let region = ($env.AWS_REGION? | default $env.AWS_DEFAULT_REGION? | default 'no region')
  let left = (_oktapipe_left)
  if $left == null {
    $'($role), ($region), end unknown'
  } else if $left > 0 {
    $'($role), ($region), ($left // 60) min left'
  } else {
    error make --unspanned { msg: $'oktapipe_who: ($role) has ended: oktapipe_role renews it' }
  }
}

# Drop the role: its variables, not the region.
def --env oktapipe_drop []: nothing -> nothing {
  # Only a label that is ours: aws-vault's own AWS_VAULT is not.
  let label = (_oktapipe_label)
  if $label != '' and $env.OKTAPIPE_ROLE? != null and ($env | get --optional $label) == $env.OKTAPIPE_ROLE {
    hide-env --ignore-errors $label
  }
  (hide-env --ignore-errors AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION
    AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH _oktapipe_warned)
}

# Warn, once when five minutes are left and once when none is.
def --env oktapipe_warn []: nothing -> nothing {
  let left = (_oktapipe_left)
  if $left == null or $left > 300 { return }
  let said = { end: $env.OKTAPIPE_EXPIRES_EPOCH, soon: ($left > 0) }
  if $env._oktapipe_warned? == $said { return }
  $env._oktapipe_warned = $said
  let role = ($env.OKTAPIPE_ROLE? | default 'the role')
  if $left > 0 {
    print --stderr $'oktapipe: ($role) ends in (($left + 59) // 60) min: oktapipe_role renews it'
  } else {
    print --stderr $'oktapipe: ($role) has ended: oktapipe_role renews it, oktapipe_drop forgets it'
  }
}

def _oktapipe_label []: nothing -> string { $env.OKTAPIPE_LABEL? | default 'AWS_VAULT' }

# Seconds until the role ends, or nothing where that is not known.
def _oktapipe_left []: nothing -> any {
  try { ($env.OKTAPIPE_EXPIRES_EPOCH | into int) - ((date now | into int) // 1_000_000_000) } catch { null }
}

# The hook. As text it can be found again, so it is not there twice.
export-env {
  if $nu.is-interactive and 'oktapipe_warn' not-in $env.config.hooks.pre_prompt {
    $env.config.hooks.pre_prompt = ($env.config.hooks.pre_prompt | append 'oktapipe_warn')
  }
}
