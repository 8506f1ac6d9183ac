//! Ways in which an org, or AWS's sign-in page, can differ from this sandbox's usual ones.

use std::collections::HashSet;

/// A difference that [`crate::Sandbox::set`] turns on. Each is a shape that clients meet or must be ready for; none
/// makes an answer wrong. For answers that are wrong or late there is [`crate::Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Switch {
    /// A list of one factor is an object: HAL lets a relation be either.
    LoneFactorAsObject,
    /// The list of factors is called `factor`, as Okta's reference prints it since 2025.
    FactorListNamedFactor,
    /// The factor in challenge is a list of one.
    ChallengedFactorInList,
    /// Every member of every `_links` is a list.
    LinksAsLists,
    /// `resend` is one link and not a list.
    ResendAsObject,
    /// No `_embedded.policy`.
    NoPolicy,
    /// No factor has a `profile`.
    NoProfile,
    /// No `_links.cancel`, and no `_links` where it was the only one.
    NoCancel,
    /// Ids of factors begin otherwise than is usual: a push's with `sms`, all others with `opf`. The usual ones
    /// are a habit of Okta's and promised nowhere.
    OddFactorIds,
    /// Values of the attribute Role have the role before the provider; AWS takes both.
    RoleBeforeProvider,
    /// The attributes of the assertion come in the opposite order.
    AttributesReversed,
    /// The assertion's prefixes are `samlp`, `saml` and `dsig`.
    OtherPrefixes,
    /// The assertion has no prefixes; its name spaces are declared as defaults.
    NoPrefixes,
    /// AWS's sign-in page is the one of 2023, with everything in a `meta`.
    SignInNext,
    /// AWS's sign-in page is a script that asks again.
    SignInInterstitial,
    /// AWS's sign-in page is that of an error.
    SignInError,
}

/// Those turned on.
pub(crate) type Switches = HashSet<Switch>;
