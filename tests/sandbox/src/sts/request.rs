//! What AssumeRoleWithSAML asks for, and the limits of STS's API model, which AssumeRole shares.

use super::Refusal;
use std::collections::HashMap;

/// A form's fields.
pub(super) type Parameters = HashMap<String, String>;

/// What a valid request asks for.
pub(super) struct Wanted<'a> {
    pub(super) role: &'a str,
    pub(super) provider: &'a str,
    pub(super) assertion: &'a str,
    pub(super) duration: i64,
    pub(super) packed: usize,
}

/// What is wrong with the parameters themselves.
pub(super) fn validated(parameters: &Parameters) -> Result<Wanted<'_>, Refusal> {
    let mut errors = Vec::new();
    let role = sized(parameters, "RoleArn", "roleArn", 20, 2048, &mut errors);
    let provider = sized(parameters, "PrincipalArn", "principalArn", 20, 2048, &mut errors);
    let assertion = sized(parameters, "SAMLAssertion", "sAMLAssertion", 4, 100_000, &mut errors);
    let duration = duration(parameters, &mut errors)?;
    limits(parameters, errors)?;
    if resource(role, "role/").is_none() || resource(provider, "saml-provider/").is_none() {
        return Err(validation("Request ARN is invalid"));
    }
    Ok(Wanted { role, provider, assertion, duration, packed: policies(parameters)? })
}

/// DurationSeconds, 3600 where nothing is asked for.
pub(super) fn duration(parameters: &Parameters, errors: &mut Vec<String>) -> Result<i64, Refusal> {
    let Some(text) = parameters.get("DurationSeconds") else { return Ok(3600) };
    let duration = text.parse::<i64>().map_err(|_| {
        Refusal::new(400, "MalformedInput", "Unexpected value for DurationSeconds: an integer is needed")
    })?;
    let bound =
        if duration < 900 { Some(("greater", 900)) } else { (duration > 43_200).then_some(("less", 43_200)) };
    if let Some((side, bound)) = bound {
        errors.push(format!(
            "Value '{duration}' at 'durationSeconds' failed to satisfy constraint: \
             Member must have value {side} than or equal to {bound}"
        ));
    }
    Ok(duration)
}

/// Refuses the request if a parameter is out of its limits, the session policy's among them.
pub(super) fn limits(parameters: &Parameters, mut errors: Vec<String>) -> Result<(), Refusal> {
    if let Some(policy) = parameters.get("Policy") {
        length("policy", policy, 1, 2048, &mut errors);
    }
    match errors.len() {
        0 => Ok(()),
        1 => Err(validation(format!("1 validation error detected: {}", errors.concat()))),
        many => Err(validation(format!("{many} validation errors detected: {}", errors.join("; ")))),
    }
}

/// How much of the space for session policies they take, in percent.
pub(super) fn policies(parameters: &Parameters) -> Result<usize, Refusal> {
    let policy = parameters.get("Policy").map(String::as_str);
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
    Ok(plain * 100 / 2048)
}

/// A parameter that cannot be.
pub(super) fn validation(message: impl Into<String>) -> Refusal {
    Refusal::new(400, "ValidationError", message)
}

/// A required parameter within its limits; the empty string after noting what is wrong with it.
pub(super) fn sized<'a>(
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

pub(super) fn length(member: &str, value: &str, least: usize, most: usize, errors: &mut Vec<String>) {
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
pub(super) fn resource<'a>(arn: &'a str, kind: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let mut parts = arn.splitn(6, ':');
    let (head, partition, service, region) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let (account, rest) = (parts.next()?, parts.next()?);
    let shaped = head == "arn" && partition.starts_with("aws") && service == "iam" && region.is_empty();
    let numbered = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    let name = rest.strip_prefix(kind).filter(|name| !name.is_empty())?;
    (shaped && numbered).then_some((partition, account, name))
}
