# oktapipe.elv: completion of oktapipe and of its shell functions, for elvish 0.19 and later. In ~/.config/elvish/rc.elv:
#
#     eval (oktapipe completions elvish | slurp)
#
# The candidates are those of `oktapipe complete`. elvish quotes them as the place needs it. Nothing that is typed or offered is evaluated.

use str

fn _oktapipe_candidates {|@words|
  try {
    (external oktapipe) complete elvish $@words 2>/dev/null </dev/null | from-lines | each {|line|
      var value @help = (str:split &max=2 "\t" $line)
      var display = (if (eq $help []) { put $value } else { put $value'  '$help[0] })
      # More is to come behind these.
      var suffix = (if (or (str:has-suffix $value =) (str:has-suffix $value /) (str:has-suffix $value :)) { put '' } else { put ' ' })
      edit:complex-candidate &code-suffix=$suffix &display=$display $value
    }
  } catch { }
}

set edit:completion:arg-completer[oktapipe] = $_oktapipe_candidates~
set edit:completion:arg-completer[oktapipe_role] = $_oktapipe_candidates~
