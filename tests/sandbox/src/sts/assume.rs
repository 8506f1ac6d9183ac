//! AssumeRoleWithSAML. Checks come in the order AWS makes them, as far as that is known from its messages.

use super::assertion::{self, Claims, Unreadable};
use super::issue::issue;
use super::request::{Parameters, Wanted, resource, validated, validation};
use super::{Refusal, escaped};
use crate::clock::{SECOND, parse_time};
use crate::saml::{AWS_ATTRIBUTES, issuer};
use crate::server::Shared;
use crate::state::RoleSession;
use crate::users::{FOREIGN_PROVIDER, Role, USERS, User, find_role};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// The result's members, as XML.
pub(super) fn assume_role_with_saml(
    shared: &Shared,
    parameters: &Parameters,
    request_id: &str,
) -> Result<String, Refusal> {
    let wanted = validated(parameters)?;
    if throttled(shared, wanted.role) {
        return Err(Refusal::new(400, "Throttling", "Rate exceeded"));
    }
    let invalid = |message: &str, error: &str| {
        let tail = format!(
            "(Service: AWSOpenIdDiscoveryService; Status Code: 400; Error Code: {error}; Request ID: {request_id}; Proxy: null)"
        );
        Refusal::new(400, "InvalidIdentityToken", format!("{message} {tail}"))
    };
    let response = |message: &str| invalid(message, "AuthSamlInvalidSamlResponseException");
    let claims = assertion::read(wanted.assertion, shared.idp_key).map_err(|problem| match problem {
        Unreadable::Base64 => response("Invalid base64 SAMLResponse"),
        Unreadable::Xml => response("Invalid SAMLResponse"),
        Unreadable::Signature => response("Response signature invalid"),
    })?;
    if wanted.provider != FOREIGN_PROVIDER && !provider_exists(wanted.provider) {
        return Err(invalid("Specified provider doesn't exist", "AuthSamlManifestNotFoundException"));
    }
    if wanted.provider == FOREIGN_PROVIDER || claims.issuer != issuer() {
        return Err(response("Issuer not present in specified provider"));
    }
    let (role, session_name) = granted(&wanted, &claims, shared.clock.now())?;
    Ok(issued(shared, &wanted, &claims, role, &session_name))
}

/// Whether a call for this role is to be throttled, which counts it. STS's own code and text for that, as AWS's list of
/// common errors and SDKs have them.
pub(super) fn throttled(shared: &Shared, role: &str) -> bool {
    let mut state = shared.state();
    let name = role.rsplit('/').next().unwrap_or(role);
    let key = if state.throttles.contains_key(role) { role } else { name };
    match state.throttles.get_mut(key) {
        Some(left) if *left > 0 => {
            *left -= 1;
            true
        }
        _ => false,
    }
}

fn provider_exists(arn: &str) -> bool {
    USERS.iter().flat_map(User::roles).any(|role| role.provider == arn)
}

/// Whether the assertion, being genuine, grants the role now; the role and the session's name.
fn granted(wanted: &Wanted<'_>, claims: &Claims, now: i64) -> Result<(&'static Role, String), Refusal> {
    let invalid = |message: &str| Err(Refusal::new(400, "InvalidIdentityToken", message));
    let denied = || Refusal::new(403, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithSAML");
    let (partition, ..) = resource(wanted.role, "role/").ok_or_else(denied)?;
    let (audience, recipient) = match partition {
        "aws-cn" => ("urn:amazon:webservices:cn-north-1", "https://signin.amazonaws.cn/saml"),
        _ => ("urn:amazon:webservices", "https://signin.aws.amazon.com/saml"),
    };
    if !claims.audiences.iter().any(|found| found == audience) {
        return invalid("Response does not contain the required audience.");
    }
    let (Some(received), Some(expires)) = (&claims.recipient, &claims.not_on_or_after) else {
        return invalid("Responses must contain SubjectConfirmatonData with a Recipient and NotOnOrAfter");
    };
    if parse_time(expires).is_none_or(|expires| expires <= now) {
        let message = "Token must be redeemed within 5 minutes of issuance";
        return Err(Refusal::new(400, "ExpiredTokenException", message));
    }
    let named = claims.values(&format!("{AWS_ATTRIBUTES}RoleSessionName"));
    let [session_name] = named.as_slice() else {
        return invalid("RoleSessionName is required in AuthnResponse");
    };
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_+=,.@-".contains(letter);
    if !(2..=64).contains(&session_name.len()) || !session_name.chars().all(allowed) {
        return invalid("RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}");
    }
    let pair =
        [format!("{},{}", wanted.provider, wanted.role), format!("{},{}", wanted.role, wanted.provider)];
    let roles = claims.values(&format!("{AWS_ATTRIBUTES}Role"));
    if !roles.iter().any(|value| pair.iter().any(|pair| pair == value)) {
        return invalid("SAML Assertion doesn't contain the requested Role and Metadata in the attributes");
    }
    // A trust policy has the condition SAML:aud, which is the Recipient and not the Audience.
    let role = find_role(wanted.role).filter(|role| !role.denied && role.provider == wanted.provider);
    let role = role.filter(|_| received == recipient && claims.subject.is_some()).ok_or_else(denied)?;
    if wanted.duration > i64::from(role.max_session) {
        let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Err(validation(message));
    }
    Ok((role, (*session_name).to_owned()))
}

/// Makes the credentials and describes them.
fn issued(shared: &Shared, wanted: &Wanted<'_>, claims: &Claims, role: &Role, session_name: &str) -> String {
    // The console's SessionDuration can shorten an API session, never lengthen it (IAM's guide).
    let limit = claims.values(&format!("{AWS_ATTRIBUTES}SessionDuration"));
    let limit = limit.first().and_then(|text| text.parse().ok()).unwrap_or(wanted.duration);
    let expires = shared.clock.now() + wanted.duration.min(limit) * SECOND;
    let format = claims.subject_format.as_str();
    let subject_type = format.strip_prefix("urn:oasis:names:tc:SAML:2.0:nameid-format:").unwrap_or(format);
    let (_, account, _) = resource(&role.arn, "role/").unwrap_or_default();
    let members = [
        ("Audience", claims.recipient.clone().unwrap_or_default()),
        ("Issuer", claims.issuer.clone()),
        ("NameQualifier", name_qualifier(&claims.issuer, account, wanted.provider)),
        ("Subject", claims.subject.clone().unwrap_or_default()),
        ("SubjectType", subject_type.to_owned()),
        ("PackedPolicySize", wanted.packed.to_string()),
    ];
    let members: String =
        members.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escaped(value))).collect();
    let session = RoleSession { role: role.arn.to_string(), ..RoleSession::default() };
    format!("{}{members}", issue(shared, session_name, expires, session))
}

/// `Base64(SHA1(Issuer + account + "/" + provider's name))`, from STS's API reference.
fn name_qualifier(issuer: &str, account: &str, provider: &str) -> String {
    let name = provider.rsplit('/').next().unwrap_or_default();
    let joined = format!("{issuer}{account}/{name}");
    STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, joined.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idp_key::IdpKey;
    use crate::random::Random;
    use crate::saml::{self, Contents};
    use crate::switch::Switches;
    use crate::users;

    const ROLE: &str = "arn:aws:iam::111122223333:role/Dev";
    const PROVIDER: &str = "arn:aws:iam::111122223333:saml-provider/OKTA";

    #[test]
    fn the_name_qualifier_is_that_of_the_reference() {
        let made =
            name_qualifier("https://example.com/saml", "123456789012", "arn:x:saml-provider/MySAMLIdP");
        assert_eq!(made, "1uAJanUnBc2XeUkHURMht+xam2c=");
    }

    /// What STS says to ada's assertion after a change that was signed all the same: a mistake in the org's
    /// set-up.
    fn verdict(change: impl Fn(&mut Contents)) -> Result<String, (u16, &'static str, String)> {
        let key = IdpKey::of_this_process().unwrap();
        let shared = Shared::new([1, 2], 2, key, Random::seeded().unwrap());
        let now = shared.clock.now();
        let mut contents = saml::contents(users::find("ada").unwrap(), &Switches::new(), now).unwrap();
        change(&mut contents);
        let assertion = saml::encoded(&contents, key, &mut shared.state().random);
        let parameters = [("RoleArn", ROLE), ("PrincipalArn", PROVIDER), ("SAMLAssertion", &assertion)];
        let parameters = parameters.map(|(name, value)| (name.to_owned(), value.to_owned()));
        assume_role_with_saml(&shared, &parameters.into(), "request")
            .map_err(|refusal| (refusal.status, refusal.code, refusal.message))
    }

    fn invalid(change: impl Fn(&mut Contents), message: &str) {
        let (status, code, found) = verdict(change).unwrap_err();
        assert!(
            status == 400 && code == "InvalidIdentityToken" && found.starts_with(message),
            "{code} {found}"
        );
    }

    #[test]
    fn a_genuine_assertion_with_the_wrong_contents_is_refused_in_awss_words() {
        assert!(verdict(|_| ()).is_ok());
        invalid(|made| made.issuer.push('x'), "Issuer not present in specified provider (Service: ");
        invalid(|made| made.audience.push('x'), "Response does not contain the required audience.");
        let (role, named) = (0, 1);
        invalid(|made| drop(made.attributes.remove(named)), "RoleSessionName is required in AuthnResponse");
        invalid(
            |made| made.attributes[named].1 = vec!["Ada Lovelace".to_owned()],
            "RoleSessionName in AuthnResponse must match [a-zA-Z_0-9+=,.@-]{2,64}",
        );
        invalid(
            |made| drop(made.attributes.remove(role)),
            "SAML Assertion doesn't contain the requested Role",
        );
        // Either order within a pair is right; a blank in it is not.
        assert!(verdict(|made| made.attributes[role].1 = vec![format!("{ROLE},{PROVIDER}")]).is_ok());
        invalid(
            |made| made.attributes[role].1 = vec![format!("{PROVIDER}, {ROLE}")],
            "SAML Assertion doesn't contain the requested Role",
        );
        let regional =
            verdict(|made| made.recipient = "https://eu-west-1.signin.aws.amazon.com/saml".to_owned());
        assert_eq!(regional.map_err(|(status, code, _)| (status, code)), Err((403, "AccessDenied")));
        let old = verdict(|made| made.issued -= 5 * 60 * SECOND);
        assert_eq!(old.map_err(|(_, code, _)| code), Err("ExpiredTokenException"));
    }

    #[test]
    fn the_shorter_of_what_is_asked_and_what_the_assertion_allows_is_given() {
        let expiration = |result: String| {
            let (_, rest) = result.split_once("<Expiration>").unwrap();
            parse_time(rest.split('<').next().unwrap()).unwrap()
        };
        let long = expiration(verdict(|_| ()).unwrap());
        let short = expiration(verdict(|made| made.attributes[2].1 = vec!["900".to_owned()]).unwrap());
        assert!((2690 * SECOND..2710 * SECOND).contains(&(long - short)));
    }
}
