//! `assume-role`: credentials to those of a further role, by STS AssumeRole, signed with these credentials and no others.

use super::credentials::Credentials;
use super::role::DEFAULT_DURATION;
use super::{Output, checked, input_lines, still_read};
use crate::arn::RoleArn;
use crate::cli::AssumeRole;
use crate::context::Context;
use crate::document::Document;
use crate::duration;
use crate::error::{Error, Kind, printable};
use crate::sts::{self, RoleRequest};
use futures_util::stream::{self, StreamExt};

/// As many calls as `assume` has under way.
const SIDE_BY_SIDE: usize = 8;

/// Takes the role with the credentials of each document, side by side. One role a call: a chain of roles is a pipe of stages, each with its own
/// external id and tags.
///
/// # Errors
/// `wrong_document` for anything but credentials; `usage` for a session that has no name; what STS refuses: `role_denied`, `duration_too_long`,
/// `session_expired`, ...
pub async fn run(arguments: &AssumeRole, context: &Context<'_>) -> Result<Output, Error> {
    let asked = Asked::new(arguments)?;
    let mut documents = input_lines(context)?;
    if documents.len() > 1 {
        let each = documents.into_iter().map(|document| one(&asked, context, document));
        return Ok(Output::Lines(stream::iter(each).buffered(SIDE_BY_SIDE).collect().await));
    }
    let document = documents.pop().ok_or_else(super::no_document)?;
    one(&asked, context, document).await.map(Output::Document)
}

/// The flags, read once for all documents.
struct Asked<'a> {
    arguments: &'a AssumeRole,
    role: RoleArn,
    tags: Vec<(String, String)>,
    policy: Option<String>,
}

impl Asked<'_> {
    fn new(arguments: &AssumeRole) -> Result<Asked<'_>, Error> {
        let role = RoleArn::parse(&arguments.role)
            .ok_or_else(|| unusable("--role", &arguments.role, "the ARN of a role"))?;
        if let Some(name) = &arguments.session_name
            && !is_session_name(name)
        {
            return Err(unusable("--session-name", name, "2 to 64 letters, digits and _+=,.@-"));
        }
        // A key may have any character but this one has to end it: a value may hold it again.
        let tag = |text: &String| match text.split_once('=') {
            Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
            _ => Err(unusable("--tag", text, "KEY=VALUE")),
        };
        let tags = arguments.tag.iter().map(tag).collect::<Result<_, _>>()?;
        if let Some(text) = &arguments.duration {
            longest(text, false)?;
        }
        let policy = arguments.policy.policy.as_deref().map(policy).transpose()?;
        Ok(Asked { arguments, role, tags, policy })
    }
}

async fn one(asked: &Asked<'_>, context: &Context<'_>, document: Document) -> Result<Document, Error> {
    let document = checked(document)?;
    let mut carry = document.carry()?;
    let credentials = Credentials::read(&document)?;
    let session = session(&document);
    let arguments = asked.arguments;
    let name = arguments.session_name.as_deref().or(session).ok_or_else(|| {
        Error::new(
            Kind::Usage,
            "nothing says how the session shall be called",
            "give --session-name: the input does not say whose credentials it holds",
        )
    })?;
    let duration = match &arguments.duration {
        Some(text) => longest(text, session.is_some())?,
        None => DEFAULT_DURATION,
    };
    let profile = context.profile(&mut carry)?;
    let settings = super::aws(context, &arguments.region, &carry, &profile).await?;
    let region = settings.region_for(Some(&asked.role.partition()))?;
    if let Some(warning) = &region.warning {
        (context.warn)(warning);
    }
    let credentials = sts::Credentials {
        access_key_id: credentials.access_key_id,
        secret_access_key: credentials.secret_access_key,
        session_token: credentials.session_token,
    };
    let mut request = RoleRequest {
        role_arn: asked.role.clone(),
        session_name: name.to_owned(),
        duration,
        external_id: arguments.external_id.clone(),
        source_identity: arguments.source_identity.clone(),
        tags: asked.tags.clone(),
        transitive_tags: arguments.transitive_tag.clone(),
        policy: asked.policy.clone(),
        policy_arns: arguments.policy.policy_arn.clone(),
    };
    still_read(context)?;
    let answer = match sts::assume_role(context.http.connector(), &settings, &credentials, &request).await {
        // One step down, as `assume` has it: an hour is what every role allows, and a chain of roles at most.
        Err(error)
            if error.kind() == Some(Kind::DurationTooLong)
                && !arguments.strict_duration
                && duration > DEFAULT_DURATION =>
        {
            (context.warn)(&format!(
                "AWS gives no session of {duration} s here; asking for {DEFAULT_DURATION} s"
            ));
            request.duration = DEFAULT_DURATION;
            sts::assume_role(context.http.connector(), &settings, &credentials, &request).await?
        }
        result => result?,
    };
    carry.set_cookies(std::iter::empty());
    if settings.region() == Some(region.name.as_str()) {
        carry.set("region", &region.name);
    }
    Ok(carry.beside(answer))
}

/// The name of the session that the credentials are of: `arn:PARTITION:sts::ACCOUNT:assumed-role/ROLE/SESSION`.
fn session(document: &Document) -> Option<&str> {
    let arn = document.members().get("AssumedRoleUser")?.get("Arn")?.as_str()?;
    let (_, resource) = arn.split_once(":assumed-role/")?;
    resource.rsplit_once('/').map(|(_, name)| name).filter(|name| is_session_name(name))
}

/// `[\w+=,.@-]{2,64}`, by STS's model.
fn is_session_name(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_+=,.@-".contains(&b))
}

/// `--duration` in seconds. `max` is an hour where the credentials are known to be a role's, since AWS gives no more in a chain.
fn longest(text: &str, is_chained: bool) -> Result<u32, Error> {
    let seconds = match text {
        "max" if is_chained => Some(DEFAULT_DURATION),
        // No assertion is here to say anything.
        "assertion" => None,
        _ => duration::parse(text, None),
    };
    seconds.ok_or_else(|| unusable("--duration", text, "15m to 12h, 900 to 43200 seconds, or max"))
}

fn policy(text: &str) -> Result<String, Error> {
    let Some(path) = text.strip_prefix("file://") else { return Ok(text.to_owned()) };
    std::fs::read_to_string(path).map(|policy| policy.trim_end().to_owned()).map_err(|error| {
        Error::new(
            Kind::Io,
            format!("the policy {} cannot be read: {error}", printable(path)),
            "check --policy",
        )
    })
}

fn unusable(flag: &str, text: &str, wanted: &str) -> Error {
    Error::new(Kind::Usage, format!("{flag} '{}' is not usable", printable(text)), format!("give {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn document(arn: Value) -> Document {
        Document::from(json!({"AssumedRoleUser": {"Arn": arn}}).as_object().unwrap().clone())
    }

    #[test]
    fn the_sessions_name_is_the_end_of_its_arn() {
        for (arn, name) in [
            ("arn:aws:sts::111122223333:assumed-role/Dev/ada@acme.example", Some("ada@acme.example")),
            ("arn:aws-cn:sts::111122223333:assumed-role/Dev/a,b", Some("a,b")),
            ("arn:aws:sts::111122223333:assumed-role/Dev", None),
            ("arn:aws:sts::111122223333:assumed-role/Dev/a", None),
            ("arn:aws:sts::111122223333:assumed-role/Dev/ada lovelace", None),
            ("arn:aws:sts::111122223333:federated-user/ada", None),
            ("arn:aws:iam::111122223333:user/ada", None),
        ] {
            assert_eq!(session(&document(arn.into())), name, "{arn}");
        }
        assert_eq!(session(&document(json!(7))), None);
    }

    #[test]
    fn a_chain_has_no_more_than_an_hour_and_no_assertion() {
        assert_eq!(longest("max", true).unwrap(), 3600);
        assert_eq!(longest("max", false).unwrap(), 43_200);
        // What is asked for by number is asked for: AWS refuses it, and says why.
        assert_eq!(longest("2h", true).unwrap(), 7200);
        for text in ["assertion", "13h", "1", "soon"] {
            let error = longest(text, true).unwrap_err();
            assert_eq!(error.kind(), Some(Kind::Usage), "{text}");
            assert!(error.to_string().contains(&format!("--duration '{text}'")), "{error}");
            assert!(error.to_string().ends_with("900 to 43200 seconds, or max"), "{error}");
        }
    }

    fn asked(words: &[&str]) -> Result<Vec<(String, String)>, Error> {
        use clap::Parser;
        let all = ["oktapipe", "assume-role", "--role", "arn:aws:iam::111122223333:role/Dev"];
        let cli = crate::cli::Cli::try_parse_from(all.iter().chain(words)).unwrap();
        let crate::cli::Command::AssumeRole(arguments) = cli.command else { panic!() };
        Asked::new(&arguments).map(|asked| asked.tags)
    }

    #[test]
    fn a_tags_key_ends_at_the_first_equals_sign() {
        let tags = asked(&["--tag", "Project=a=b", "--tag", "Empty="]).unwrap();
        let expected = [("Project", "a=b"), ("Empty", "")];
        assert_eq!(tags, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        for words in [["--tag", "Project"], ["--tag", "=x"], ["--session-name", "a b"], ["--duration", "1"]] {
            assert_eq!(asked(&words).unwrap_err().kind(), Some(Kind::Usage), "{words:?}");
        }
    }
}
