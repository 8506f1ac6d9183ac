# oktapipe.elv: functions for elvish 0.19 and later.
#
#   eval (oktapipe init elvish | slurp)          in ~/.config/elvish/rc.elv
#
# or this file as it is, as ~/.config/elvish/lib/oktapipe.elv, and `use oktapipe` in rc.elv. In a script, `use` it too: the functions are
# oktapipe:oktapipe_eval and so on there, and at a prompt they have their plain names in either case. oktapipe-init(1) says what
# they take and give: oktapipe_eval, oktapipe_role, oktapipe_who, oktapipe_drop, oktapipe_warn.
#
# How it is built, each for a reason:
#   - The variables come as JSON and are set one by one: nothing is evaluated, so there is nothing to quote.
#   - `e:` and `builtin:`: a function of the person's own with one of these names has no part in it.
#   - $edit: is there at a prompt only, and a name that is not there is an error before anything runs: so what needs it is text.

use builtin
use str

# The way to a list of roles, unless $E:OKTAPIPE_LOGIN holds another.
var _login = 'oktapipe roles --remember'

var _warned = []

fn _env {|name| if (builtin:has-env $name) { builtin:get-env $name } else { builtin:put '' } }

fn _first {|@values|
  for value $values {
    if (builtin:not-eq $value '') {
      builtin:put $value
      break
    }
  }
}

fn _label {
  if (builtin:has-env OKTAPIPE_LABEL) { builtin:get-env OKTAPIPE_LABEL } else { builtin:put AWS_VAULT }
}

# Seconds until the role ends, or nothing where that is not known. elvish has no clock, but Linux has one in files; elsewhere
# this is a process, date(1).
fn _left {
  try {
    var end = (builtin:num (_env OKTAPIPE_EXPIRES_EPOCH))
    var now = $nil
    try {
      var up @_ = (str:split . (builtin:slurp < /proc/uptime))
      builtin:from-lines < /proc/stat | builtin:each {|line|
        if (str:has-prefix $line 'btime ') { set now = (+ $up $line[6..]) }
      }
    } catch { }
    if (builtin:eq $now $nil) { set now = (e:date +%s) }
    - $end $now
  } catch { }
}

fn _minutes {|seconds| / (- $seconds (% $seconds 60)) 60 }

fn oktapipe_eval {|pipeline @options|
  var label = (_label)
  if (builtin:not-eq $label '') { set options = [--label=$label $@options] }
  var failed = $nil
  var variables = [(
    try {
      $pipeline | e:oktapipe export --format=nushell $@options | builtin:from-json
    } catch e {
      set failed = $e
    }
  )]
  for object $variables {
    for name [(builtin:keys $object)] {
      if (builtin:eq $object[$name] $nil) { builtin:unset-env $name } else { builtin:set-env $name $object[$name] }
    }
  }
  if (builtin:not-eq $failed $nil) {
    # When several parts of a pipe fail, all their exceptions come as one. That of export has the number of the stage that failed first.
    if (builtin:eq $failed[reason][type] pipeline) {
      for each $failed[reason][exceptions] { if (builtin:not $each) { set failed = $each } }
    }
    builtin:fail $failed
  }
}

fn oktapipe_role {|@arguments|
  var login = (_env OKTAPIPE_LOGIN)
  if (builtin:eq $login '') { set login = $_login }
  var role = []
  if (> (builtin:count $arguments) 0) {
    # A script's empty variable shall not become a question.
    if (builtin:eq $arguments[0] '') { builtin:fail 'the role is empty: leave it out to be asked' }
    if (builtin:not (str:has-prefix $arguments[0] -)) {
      set role = [--role=$arguments[0]]
      set arguments = $arguments[1..]
    }
  }
  oktapipe_eval { e:sh -c $login | e:oktapipe assume $@role } $@arguments
}

fn oktapipe_who {
  if (builtin:eq (_env AWS_ACCESS_KEY_ID) '') { builtin:fail 'no role is set: oktapipe_role sets one' }
  var role = (_first (_env OKTAPIPE_ROLE) 'unknown role')
  var region = (_first (_env AWS_REGION) (_env AWS_DEFAULT_REGION) 'no region')
  var left = (_first (_left) unknown)
  if (builtin:eq $left unknown) {
    builtin:echo $role', '$region', end unknown'
  } elif (> $left 0) {
    builtin:echo $role', '$region', '(_minutes $left)' min left'
  } else {
    builtin:fail $role' has ended: oktapipe_role renews it'
  }
}

fn oktapipe_drop {
  # Only a label that is ours: aws-vault's own AWS_VAULT is not.
  var label = (_label)
  if (and (builtin:not-eq $label '') (builtin:not-eq (_env OKTAPIPE_ROLE) '')) {
    if (builtin:eq (_env $label) (_env OKTAPIPE_ROLE)) { builtin:unset-env $label }
  }
  for name [AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN AWS_SECURITY_TOKEN AWS_CREDENTIAL_EXPIRATION ^
      AWS_SESSION_EXPIRATION OKTAPIPE_ROLE OKTAPIPE_EXPIRES_EPOCH] {
    builtin:unset-env $name
  }
}

# Once when five minutes are left, once when none is: $_warned is what was said.
fn oktapipe_warn {
  for left [(_left)] {
    if (<= $left 300) {
      var said = [$E:OKTAPIPE_EXPIRES_EPOCH (> $left 0)]
      if (builtin:not-eq $_warned $said) {
        set _warned = $said
        var role = (_first (_env OKTAPIPE_ROLE) 'the role')
        if (> $left 0) {
          builtin:echo 'oktapipe: '$role' ends in '(_minutes (+ $left 59))' min: oktapipe_role renews it' >&2
        } else {
          builtin:echo 'oktapipe: '$role' has ended: oktapipe_role renews it, oktapipe_drop forgets it' >&2
        }
      }
    }
  }
}

# Runs text that only a prompt can run, with a value for it.
fn _at_prompt {|text value| try { builtin:eval &ns=(builtin:ns [&value=$value]) $text } catch { } }

_at_prompt 'edit:add-var oktapipe_eval~ $value' $oktapipe_eval~
_at_prompt 'edit:add-var oktapipe_role~ $value' $oktapipe_role~
_at_prompt 'edit:add-var oktapipe_who~ $value' $oktapipe_who~
_at_prompt 'edit:add-var oktapipe_drop~ $value' $oktapipe_drop~
_at_prompt 'edit:add-var oktapipe_warn~ $value' $oktapipe_warn~

# The hook. It is known by its body, so that it is not there twice: what is defined again is another function.
_at_prompt '
  fn is-ours {|hook| try { ==s $hook[body] $value[body] } catch { put $false } }
  set edit:before-readline = [(for hook $edit:before-readline { if (not (is-ours $hook)) { put $hook } }) $value]
' { oktapipe_warn }
