//! The AWS roles that exist, all trusting the sandbox's SAML provider.

use std::borrow::Cow;
use std::sync::LazyLock;

/// An IAM role that trusts the sandbox's SAML provider.
#[derive(Debug, Clone)]
pub struct Role {
    /// The role's ARN.
    pub arn: Cow<'static, str>,
    /// The SAML provider's ARN, of the same account.
    pub provider: Cow<'static, str>,
    /// The role's MaxSessionDuration in seconds.
    pub max_session: u32,
    /// Whether the role's trust policy refuses everyone.
    pub denied: bool,
}

const ONE: &str = "arn:aws:iam::111122223333:saml-provider/OKTA";
const TWO: &str = "arn:aws:iam::444455556666:saml-provider/OKTA";
const CHINA: &str = "arn:aws-cn:iam::777788889999:saml-provider/OKTA";

const fn role(arn: &'static str, provider: &'static str, max_session: u32) -> Role {
    Role { arn: Cow::Borrowed(arn), provider: Cow::Borrowed(provider), max_session, denied: false }
}

const DEV: Role = role("arn:aws:iam::111122223333:role/Dev", ONE, 43_200);
const OPS: Role = role("arn:aws:iam::111122223333:role/Ops", ONE, 3600);
const DEPLOY: Role = role("arn:aws:iam::111122223333:role/team/platform/Deploy", ONE, 7200);
const READ_ONLY: Role = role("arn:aws:iam::444455556666:role/ReadOnly", TWO, 3600);
const AUDIT: Role = role("arn:aws:iam::444455556666:role/Audit", TWO, 43_200);
const DENIED: Role = Role {
    arn: Cow::Borrowed("arn:aws:iam::111122223333:role/Denied"),
    provider: Cow::Borrowed(ONE),
    max_session: 43_200,
    denied: true,
};

pub(super) const ADA: &[Role] = &[DEV, DEPLOY, READ_ONLY];
pub(super) const SOLO: &[Role] = &[DEV];
pub(super) const TWO_ROLES: &[Role] = &[DEV, READ_ONLY];
pub(super) const GRACE: &[Role] = &[DEV, OPS, AUDIT, DENIED];
pub(super) const QUOTE: &[Role] = &[DEV, OPS, DENIED];
pub(super) const CHINESE: &[Role] = &[
    role("arn:aws-cn:iam::777788889999:role/Dev", CHINA, 43_200),
    role("arn:aws-cn:iam::777788889999:role/Ops", CHINA, 3600),
];

/// The roles of `many@`.
pub(super) fn many() -> &'static [Role] {
    &MANY
}

/// The roles of `crowd@`.
pub(super) fn crowd() -> &'static [Role] {
    &CROWD
}

/// The roles of `many@`: 200 over four accounts. Their assertion stays under the 100,000 characters STS
/// takes.
static MANY: LazyLock<Vec<Role>> = LazyLock::new(|| {
    (0..200)
        .map(|number| {
            let account = 100_000_000_001_u64 + number % 4;
            Role {
                arn: format!("arn:aws:iam::{account}:role/Team-{number:03}").into(),
                provider: format!("arn:aws:iam::{account}:saml-provider/OKTA").into(),
                max_session: 43_200,
                denied: false,
            }
        })
        .collect()
});

/// What the names of the roles of `crowd@` end in: as long as it takes to bring the assertion as near to STS's 100,000
/// characters as names of one length can.
const CROWDED: &str = "-PlatformEngineering";

/// The role of `crowd@` that no one may assume.
const REFUSED: &str = "Crowd-Refused";

/// The role of `crowd@` that STS throttles once.
pub(crate) const THROTTLED: &str = "Crowd-Throttled";

/// The roles of `crowd@`: 250 over three accounts, one refused and one throttled.
static CROWD: LazyLock<Vec<Role>> = LazyLock::new(|| {
    (0..250)
        .map(|number| {
            let account = 200_000_000_001_u64 + number % 3;
            let (name, denied) = match number {
                100 => (THROTTLED.to_owned(), false),
                200 => (REFUSED.to_owned(), true),
                _ => (format!("Crowd-{number:03}{CROWDED}"), false),
            };
            Role {
                arn: format!("arn:aws:iam::{account}:role/{name}").into(),
                provider: format!("arn:aws:iam::{account}:saml-provider/OKTA").into(),
                max_session: 43_200,
                denied,
            }
        })
        .collect()
});

/// A role that trusts other AWS identities and no SAML provider.
#[derive(Debug)]
pub(crate) struct Further {
    pub(crate) arn: &'static str,
    /// The role's MaxSessionDuration in seconds.
    pub(crate) max_session: u32,
    /// The Principal of its trust policy: the ARN of a role, or `arn:PARTITION:iam::ACCOUNT:root` for a whole account.
    pub(crate) trusts: &'static str,
    /// The Condition sts:ExternalId of its trust policy.
    pub(crate) external_id: Option<&'static str>,
    /// Whether its trust policy allows sts:TagSession and sts:SetSourceIdentity beside sts:AssumeRole.
    pub(crate) marks: bool,
}

/// They can be come to from the roles of the people, and on from one to the next.
static FURTHER: [Further; 5] = [
    Further {
        arn: "arn:aws:iam::444455556666:role/chain/Deployer",
        max_session: 43_200,
        trusts: "arn:aws:iam::111122223333:role/Dev",
        external_id: None,
        marks: true,
    },
    Further {
        arn: "arn:aws:iam::999900001111:role/Partner",
        max_session: 7200,
        trusts: "arn:aws:iam::444455556666:root",
        external_id: Some("acme/42"),
        marks: true,
    },
    Further {
        arn: "arn:aws:iam::444455556666:role/Plain",
        max_session: 3600,
        trusts: "arn:aws:iam::111122223333:root",
        external_id: None,
        marks: false,
    },
    Further {
        arn: "arn:aws:iam::444455556666:role/Nightly",
        max_session: 43_200,
        trusts: "arn:aws:iam::111122223333:root",
        external_id: None,
        marks: false,
    },
    Further {
        arn: "arn:aws-cn:iam::777788889999:role/Deployer",
        max_session: 3600,
        trusts: "arn:aws-cn:iam::777788889999:role/Dev",
        external_id: None,
        marks: false,
    },
];

/// The role of an ARN that may be taken with the keys of another role or of a user.
pub(crate) fn further(arn: &str) -> Option<&'static Further> {
    FURTHER.iter().find(|role| role.arn == arn)
}

/// The alias of an account, for those that have one. IAM allows lower-case letters, digits and hyphens.
pub(crate) fn alias(account: &str) -> Option<&'static str> {
    match account {
        "111122223333" => Some("acme-production"),
        "200000000001" => Some("crowd-one"),
        "200000000002" => Some("crowd-two"),
        _ => None,
    }
}

/// The SAML provider that exists in AWS but belongs to another identity provider.
pub(crate) const FOREIGN_PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/OTHER";
