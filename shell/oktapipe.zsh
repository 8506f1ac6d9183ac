# oktapipe.zsh: what zsh has beyond oktapipe.sh, which `oktapipe init zsh` prints before this.
#
# oktapipe_warn before each prompt, first, so that it sees $?; sourced twice, it is there once. The array and not add-zsh-hook, which
# is a file that has to be found and read.
case $- in
  (*i*)
    case ${precmd_functions[*]-} in
      (*oktapipe_warn*) \: ;;
      (*)
        \typeset -ga precmd_functions
        precmd_functions=(oktapipe_warn "${precmd_functions[@]}")
        ;;
    esac
    ;;
  (*) \: ;;
esac
