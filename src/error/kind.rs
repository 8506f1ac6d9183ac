//! The kinds of failure, and the one match from kind to exit code.

/// What went wrong, as a script can test it: the member `kind` of an error document.
///
/// New kinds may come; none is ever renamed or given another number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each kind is described by its row in oktapipe(1)")]
pub enum Kind {
    Usage,
    WrongDocument,
    OrgMismatch,
    MaskedDocument,
    NoDocument,
    Network,
    Tls,
    ServiceError,
    NoTerminal,
    RoleAmbiguous,
    FactorAmbiguous,
    AppAmbiguous,
    Internal,
    CannotCreate,
    Io,
    RateLimited,
    Timeout,
    MfaTimeout,
    LockedFile,
    Protocol,
    AuthenticationFailed,
    LockedOut,
    PasswordExpired,
    EnrollmentRequired,
    MfaRejected,
    PasscodeWrong,
    FactorUnsupported,
    BrowserNeeded,
    FastpassRequired,
    CaptchaRequired,
    Federated,
    ConsentRequired,
    PolicyDenied,
    SessionExpired,
    AssertionExpired,
    AppNotAssigned,
    StepUpRequired,
    NoRole,
    RoleDenied,
    DurationTooLong,
    Config,
}

impl Kind {
    /// Every kind, in the order of the manual's table.
    pub const ALL: [Kind; 41] = [
        Kind::Usage,
        Kind::WrongDocument,
        Kind::OrgMismatch,
        Kind::MaskedDocument,
        Kind::NoDocument,
        Kind::Network,
        Kind::Tls,
        Kind::ServiceError,
        Kind::NoTerminal,
        Kind::RoleAmbiguous,
        Kind::FactorAmbiguous,
        Kind::AppAmbiguous,
        Kind::Internal,
        Kind::CannotCreate,
        Kind::Io,
        Kind::RateLimited,
        Kind::Timeout,
        Kind::MfaTimeout,
        Kind::LockedFile,
        Kind::Protocol,
        Kind::AuthenticationFailed,
        Kind::LockedOut,
        Kind::PasswordExpired,
        Kind::EnrollmentRequired,
        Kind::MfaRejected,
        Kind::PasscodeWrong,
        Kind::FactorUnsupported,
        Kind::BrowserNeeded,
        Kind::FastpassRequired,
        Kind::CaptchaRequired,
        Kind::Federated,
        Kind::ConsentRequired,
        Kind::PolicyDenied,
        Kind::SessionExpired,
        Kind::AssertionExpired,
        Kind::AppNotAssigned,
        Kind::StepUpRequired,
        Kind::NoRole,
        Kind::RoleDenied,
        Kind::DurationTooLong,
        Kind::Config,
    ];

    /// The kind's name in documents, its exit code, and whether the same call may succeed later.
    ///
    /// The numbers are those of sysexits.h, and 2 for usage as clap and most Unix tools have it. `io` is one kind with
    /// two numbers, 73 where a file cannot be created and 74 where reading or writing failed, as sysexits.h tells them apart.
    pub const fn row(self) -> (&'static str, u8, bool) {
        match self {
            Kind::Usage => ("usage", 2, false),
            Kind::WrongDocument => ("wrong_document", 65, false),
            Kind::OrgMismatch => ("org_mismatch", 65, false),
            Kind::MaskedDocument => ("masked_document", 65, false),
            Kind::NoDocument => ("no_document", 66, false),
            Kind::Network => ("network", 69, true),
            Kind::Tls => ("tls", 69, false),
            Kind::ServiceError => ("service_error", 69, true),
            Kind::NoTerminal => ("no_terminal", 69, false),
            Kind::RoleAmbiguous => ("role_ambiguous", 69, false),
            Kind::FactorAmbiguous => ("factor_ambiguous", 69, false),
            Kind::AppAmbiguous => ("app_ambiguous", 69, false),
            Kind::Internal => ("internal", 70, false),
            Kind::CannotCreate => ("io", 73, false),
            Kind::Io => ("io", 74, false),
            Kind::RateLimited => ("rate_limited", 75, true),
            Kind::Timeout => ("timeout", 75, true),
            Kind::MfaTimeout => ("mfa_timeout", 75, true),
            Kind::LockedFile => ("locked_file", 75, true),
            Kind::Protocol => ("protocol", 76, false),
            Kind::AuthenticationFailed => ("authentication_failed", 77, false),
            Kind::LockedOut => ("locked_out", 77, false),
            Kind::PasswordExpired => ("password_expired", 77, false),
            Kind::EnrollmentRequired => ("enrollment_required", 77, false),
            Kind::MfaRejected => ("mfa_rejected", 77, false),
            Kind::PasscodeWrong => ("passcode_wrong", 77, false),
            Kind::FactorUnsupported => ("factor_unsupported", 77, false),
            Kind::BrowserNeeded => ("browser_needed", 77, false),
            Kind::FastpassRequired => ("fastpass_required", 77, false),
            Kind::CaptchaRequired => ("captcha_required", 77, false),
            Kind::Federated => ("federated", 77, false),
            Kind::ConsentRequired => ("consent_required", 77, false),
            Kind::PolicyDenied => ("policy_denied", 77, false),
            Kind::SessionExpired => ("session_expired", 77, false),
            Kind::AssertionExpired => ("assertion_expired", 77, false),
            Kind::AppNotAssigned => ("app_not_assigned", 77, false),
            Kind::StepUpRequired => ("step_up_required", 77, false),
            Kind::NoRole => ("no_role", 77, false),
            Kind::RoleDenied => ("role_denied", 77, false),
            Kind::DurationTooLong => ("duration_too_long", 77, false),
            Kind::Config => ("config", 78, false),
        }
    }

    /// The name in documents.
    pub const fn name(self) -> &'static str {
        self.row().0
    }

    /// The exit code.
    pub const fn exit_code(self) -> u8 {
        self.row().1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_listed_once_and_its_name_says_its_number() {
        let mut names: Vec<_> = Kind::ALL.iter().map(|kind| (kind.name(), kind.exit_code())).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Kind::ALL.len());
    }

    #[test]
    fn exit_codes_are_usage_or_from_sysexits() {
        for kind in Kind::ALL {
            assert!(matches!(kind.exit_code(), 2 | 65 | 66 | 69 | 70 | 73..=78), "{kind:?}");
        }
    }
}
