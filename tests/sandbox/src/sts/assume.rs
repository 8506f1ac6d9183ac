//! AssumeRoleWithSAML. Checks come in the order AWS makes them, as far as that is known from its messages.

use super::assertion::{self, Claims, Unreadable};
use super::{Refusal, escaped};
use crate::clock::{SECOND, aws_time, parse_time};
use crate::saml::{AWS_ATTRIBUTES, issuer};
use crate::server::Shared;
use crate::state::IssuedKey;
use crate::users::{FOREIGN_PROVIDER, Role, USERS, User, find_role};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use std::collections::HashMap;

type Parameters = HashMap<String, String>;

/// What a valid request asks for.
struct Wanted<'a> {
    role: &'a str,
    provider: &'a str,
    assertion: &'a str,
    duration: i64,
    packed: usize,
}

/// The result's members, as XML.
pub(super) fn assume_role_with_saml(
    shared: &Shared,
    parameters: &Parameters,
    request_id: &str,
) -> Result<String, Refusal> {
    let wanted = validated(parameters)?;
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

/// What is wrong with the parameters themselves.
fn validated(parameters: &Parameters) -> Result<Wanted<'_>, Refusal> {
    let mut errors = Vec::new();
    let role = sized(parameters, "RoleArn", "roleArn", 20, 2048, &mut errors);
    let provider = sized(parameters, "PrincipalArn", "principalArn", 20, 2048, &mut errors);
    let assertion = sized(parameters, "SAMLAssertion", "sAMLAssertion", 4, 100_000, &mut errors);
    let mut duration = 3600;
    if let Some(text) = parameters.get("DurationSeconds") {
        duration = text.parse::<i64>().map_err(|_| {
            Refusal::new(400, "MalformedInput", "Unexpected value for DurationSeconds: an integer is needed")
        })?;
        let bound = if duration < 900 {
            Some(("greater", 900))
        } else {
            (duration > 43_200).then_some(("less", 43_200))
        };
        if let Some((side, bound)) = bound {
            errors.push(format!(
                "Value '{duration}' at 'durationSeconds' failed to satisfy constraint: \
                 Member must have value {side} than or equal to {bound}"
            ));
        }
    }
    let policy = parameters.get("Policy").map(String::as_str);
    if let Some(policy) = policy {
        length("policy", policy, 1, 2048, &mut errors);
    }
    match errors.len() {
        0 => {}
        1 => return Err(validation(format!("1 validation error detected: {}", errors.concat()))),
        many => return Err(validation(format!("{many} validation errors detected: {}", errors.join("; ")))),
    }
    if resource(role, "role/").is_none() || resource(provider, "saml-provider/").is_none() {
        return Err(validation("Request ARN is invalid"));
    }
    let arns: Vec<&String> = parameters
        .iter()
        .filter(|(name, _)| name.starts_with("PolicyArns.member.") && name.ends_with(".arn"))
        .map(|(_, arn)| arn)
        .collect();
    if arns.len() > 10 {
        return Err(validation("PolicyArns may have at most 10 members"));
    }
    if arns.iter().any(|arn| !arn.starts_with("arn:") || !arn.contains(":policy/")) {
        return Err(validation("ARN in PolicyArns is invalid"));
    }
    let object =
        |policy: &str| serde_json::from_str::<serde_json::Value>(policy).is_ok_and(|value| value.is_object());
    if policy.is_some_and(|policy| !object(policy)) {
        return Err(Refusal::new(400, "MalformedPolicyDocument", "This policy contains invalid Json"));
    }
    let plain = policy.map_or(0, str::len) + arns.iter().map(|arn| arn.len()).sum::<usize>();
    if plain > 2048 {
        let message = format!(
            "Packed policy consumes {}% of allotted space, please use smaller policy.",
            plain * 100 / 2048
        );
        return Err(Refusal::new(400, "PackedPolicyTooLarge", message));
    }
    Ok(Wanted { role, provider, assertion, duration, packed: plain * 100 / 2048 })
}

fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationError", message)
}

/// A required parameter within its limits; the empty string after noting what is wrong with it.
fn sized<'a>(
    parameters: &'a Parameters,
    name: &str,
    member: &str,
    least: usize,
    most: usize,
    errors: &mut Vec<String>,
) -> &'a str {
    let Some(value) = parameters.get(name) else {
        errors
            .push(format!("Value null at '{member}' failed to satisfy constraint: Member must not be null"));
        return "";
    };
    length(member, value, least, most, errors);
    value
}

fn length(member: &str, value: &str, least: usize, most: usize, errors: &mut Vec<String>) {
    let count = value.chars().count();
    let bound =
        if count < least { Some(("greater", least)) } else { (count > most).then_some(("less", most)) };
    if let Some((side, bound)) = bound {
        // The assertion is marked sensitive in the API's model, so it is not repeated.
        let shown = if member == "sAMLAssertion" { String::new() } else { format!(" '{value}'") };
        errors.push(format!(
            "Value{shown} at '{member}' failed to satisfy constraint: Member must have length {side} than or equal to {bound}"
        ));
    }
}

/// The account and the name in `arn:PARTITION:iam::ACCOUNT:KIND/NAME`.
fn resource<'a>(arn: &'a str, kind: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut parts = arn.splitn(6, ':');
    let (head, partition, service, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (account, rest) = (parts.next()?, parts.next()?);
    let shaped = head == "arn" && partition.starts_with("aws") && service == "iam" && region.is_empty();
    let numbered = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let name = rest.strip_prefix(kind).filter(|name| !name.is_empty())?;
    (shaped && numbered).then_some((partition, account, name))
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
    let (partition, account, path) = resource(&role.arn, "role/").unwrap_or_default();
    // The path is dropped: an assumed role's ARN cannot be turned back into the role's.
    let name = path.rsplit('/').next().unwrap_or(path);
    let role_id = STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, role.arn.as_bytes()));
    let role_id: String =
        role_id.to_ascii_uppercase().chars().filter(char::is_ascii_alphanumeric).take(17).collect();
    let user_id = format!("AROA{role_id}:{session_name}");
    let arn = format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session_name}");
    let provider = wanted.provider.rsplit(":saml-provider").next().unwrap_or_default();
    let qualifier =
        digest(&SHA1_FOR_LEGACY_USE_ONLY, format!("{}{account}{provider}", claims.issuer).as_bytes());
    let format = claims.subject_format.as_str();
    let subject_type = format.strip_prefix("urn:oasis:names:tc:SAML:2.0:nameid-format:").unwrap_or(format);
    let mut state = shared.state();
    let (key_id, secret) = (state.random.access_key_id(), state.random.secret_access_key());
    let session_token = state.random.aws_session_token();
    let members = [
        ("Audience", claims.recipient.clone().unwrap_or_default()),
        ("Issuer", claims.issuer.clone()),
        ("NameQualifier", STANDARD.encode(qualifier)),
        ("Subject", claims.subject.clone().unwrap_or_default()),
        ("SubjectType", subject_type.to_owned()),
        ("PackedPolicySize", wanted.packed.to_string()),
    ];
    let members: String =
        members.iter().map(|(name, value)| format!("<{name}>{}</{name}>", escaped(value))).collect();
    let result = format!(
        "<AssumedRoleUser><AssumedRoleId>{user_id}</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>{session_token}</SessionToken><Expiration>{}</Expiration></Credentials>{members}",
        aws_time(expires)
    );
    let issued = IssuedKey { secret, session_token, expires, arn, account: account.to_owned(), user_id };
    state.keys.insert(key_id, issued);
    result
}
