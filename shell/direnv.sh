# direnv.sh: `use oktapipe [ROLE] [OPTION...]` for an .envrc. Install it as ~/.config/direnv/lib/oktapipe.sh.
# shellcheck shell=bash
#
#     export OKTA_ORG=acme OKTA_APP_ID=0oa... AWS_REGION=eu-west-1
#     use oktapipe 111122223333/Dev
#
# It is oktapipe_role of oktapipe-init(1), so OKTAPIPE_LOGIN and OKTAPIPE_LABEL count. Each time that direnv loads the folder it takes
# the role again, by the login that is kept; without one, questions are asked on the terminal. No file is watched: each change would be a login.
#
# A failure ends the .envrc with its number, and direnv takes away what the folder had set: after `eval "$(...)"`, and even after an
# emitted `(exit 77)`, it would load the rest.
use_oktapipe() {
  # From the program itself: one place for the login, and never another version's functions.
  local code
  code=$(command oktapipe init sh) || exit
  eval "${code}"
  oktapipe_role "$@" || exit
}
