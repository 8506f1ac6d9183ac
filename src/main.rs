//! `oktapipe`: see the library.

fn main() -> std::process::ExitCode {
    oktapipe::run::main()
}
