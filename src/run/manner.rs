//! How this process asks and waits, by its flags and variables.

use crate::cli::Cli;
use crate::context::Environment;
use crate::prompt::{Askpass, Manner, Progress, Require};

pub(super) fn of(cli: &Cli, environment: &Environment) -> Manner {
    let moves_cursor = environment.text("TERM").is_some_and(|term| term != "dumb");
    let require = Require::parse(environment.text("OKTAPIPE_ASKPASS_REQUIRE"));
    let askpass =
        environment.path("OKTAPIPE_ASKPASS").map(|program| Askpass { program: program.to_owned(), require });
    let progress = match (cli.common.quiet || cli.common.verbose, moves_cursor) {
        (true, _) => Progress::Off,
        (false, false) => Progress::Plain,
        (false, true) => Progress::Live,
    };
    Manner { no_input: cli.common.no_input, moves_cursor, askpass, progress }
}
