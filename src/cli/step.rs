//! The stages as words to ask about: what `explain` and `schema` take.

use clap::{Args, ValueEnum};

/// A stage, named as its subcommand.
#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "each is described by its subcommand")]
pub enum Step {
    Authn,
    FactorVerify,
    Session,
    SamlFetch,
    SamlRoles,
    Assume,
    Export,
    ToProfile,
    CallerIdentity,
    AssumeRole,
    Console,
}

impl Step {
    /// All of them, in the order of the pipe; what takes its credentials comes after its end.
    pub const ALL: [Step; 11] = [
        Step::Authn,
        Step::FactorVerify,
        Step::Session,
        Step::SamlFetch,
        Step::SamlRoles,
        Step::Assume,
        Step::Export,
        Step::ToProfile,
        Step::CallerIdentity,
        Step::AssumeRole,
        Step::Console,
    ];

    /// The stages of the recipe's pipe: all up to `export`.
    pub fn pipe() -> impl Iterator<Item = Step> {
        Step::recipe().filter(|step| !matches!(step, Step::ToProfile | Step::CallerIdentity))
    }

    /// The stages that the published recipe has: the pipe's, and those that stand beside its end.
    pub fn recipe() -> impl Iterator<Item = Step> {
        Step::ALL.into_iter().filter(|step| !matches!(step, Step::AssumeRole | Step::Console))
    }

    /// The subcommand's name.
    pub const fn name(self) -> &'static str {
        match self {
            Step::Authn => "authn",
            Step::FactorVerify => "factor-verify",
            Step::Session => "session",
            Step::SamlFetch => "saml-fetch",
            Step::SamlRoles => "saml-roles",
            Step::Assume => "assume",
            Step::Export => "export",
            Step::ToProfile => "to-profile",
            Step::CallerIdentity => "caller-identity",
            Step::AssumeRole => "assume-role",
            Step::Console => "console",
        }
    }
}

/// `oktapipe explain`
#[derive(Args, Debug)]
pub struct Explain {
    /// The stage; without it, the whole recipe
    pub stage: Option<Step>,
    /// Print the recipe in the way of the published guides, and what is wrong with it
    #[arg(long)]
    pub as_published: bool,
}

/// `oktapipe schema`
#[derive(Args, Debug)]
pub struct Schema {
    /// The stage; without it, the names of the stages that have one
    pub stage: Option<Step>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_is_typed_as_its_subcommand() {
        assert_eq!(Step::ALL.as_slice(), Step::value_variants());
        for step in Step::ALL {
            assert_eq!(Step::from_str(step.name(), false), Ok(step));
        }
    }
}
