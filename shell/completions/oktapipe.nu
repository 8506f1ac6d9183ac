# oktapipe.nu: completion of oktapipe, for nushell. Once, and again after an update:
#
#     oktapipe completions nushell | save --force ($nu.data-dir | path join vendor/autoload/oktapipe-completions.nu)
#
# The candidates are those of `oktapipe complete`. nushell has one completer for all programs: the one that is there is kept, and asked for
# everything else. It puts a candidate on the line as it is, so it is quoted here. Nothing that is typed or offered is evaluated.

def _oktapipe_candidates [spans: list<string>] {
  # The words come with their quotes, of which the last may still be open.
  let words = ($spans | each {|word|
    let quote = ($word | str substring 0..<1)
    if $quote in ["'" '"' '`'] { $word | str substring 1.. | str replace --regex $"($quote)$" '' } else { $word }
  })
  try {
    ^oktapipe complete nushell ...$words | complete | get stdout | lines | each {|line|
      let parts = ($line | split row --number 2 (char tab))
      let value = ($parts | first)
      {
        value: (if $value =~ '^[A-Za-z0-9_./:=@,+%-]+$' { $value } else { $value | to json })
        description: ($parts | get --optional 1 | default '')
      }
    }
  } catch { [] }
}

$env.config.completions.external.completer = (do {|before|
  {|spans|
    if ($spans | first | path basename) == 'oktapipe' {
      _oktapipe_candidates $spans
    } else if $before != null {
      do $before $spans
    }
  }
} $env.config.completions.external.completer)
