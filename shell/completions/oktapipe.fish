# oktapipe.fish: completion of oktapipe and of its shell functions, for fish.
#
# Put it where fish looks for it at the first TAB:
#     oktapipe completions fish > ~/.config/fish/completions/oktapipe.fish
#
# The candidates are those of `oktapipe complete`. fish quotes them as the place needs it. Nothing that is typed or offered is evaluated.

function __oktapipe_candidates
    set --local words (commandline --current-process --tokenize --cut-at-cursor)
    set --local token (commandline --current-token --cut-at-cursor)
    # The word without its quotes, of which the last may still be open.
    set --local word (string unescape -- $token)
    or set word (string unescape -- $token\')
    or set word (string unescape -- $token\")
    or return 0
    # NAME=VALUE or `command` in front.
    while set --query words[1]; and not string match --quiet --regex '(^|/)oktapipe(_role)?$' -- $words[1]
        set --erase words[1]
    end
    set --query words[1]; or return 0
    command oktapipe complete fish $words "$word" 2>/dev/null </dev/null
    return 0
end

complete --command oktapipe --no-files --keep-order --arguments '(__oktapipe_candidates)'
complete --command oktapipe_role --no-files --keep-order --arguments '(__oktapipe_candidates)'
