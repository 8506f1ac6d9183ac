# oktapipe.bash: what bash has beyond oktapipe.sh, which `oktapipe init bash` prints before this.
# shellcheck shell=bash
#
# oktapipe_warn before each prompt, first, so that it sees $?; sourced twice, it is there once. To assign to PROMPT_COMMAND is to
# assign to its first element where it is an array (from bash 5.1), which serves both. A newline, because a string may end with `;`.
case $- in
  (*i*)
    case ${PROMPT_COMMAND[*]-} in
      (*oktapipe_warn*) \: ;;
      (*) PROMPT_COMMAND=oktapipe_warn${PROMPT_COMMAND:+$'\n'${PROMPT_COMMAND}} ;;
    esac
    ;;
  (*) \: ;;
esac
