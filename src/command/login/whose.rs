//! Whose a login is: what is kept of it is found by this again.

use crate::arn::{RoleArn, RolePattern};
use crate::cli::{As, Whose};
use crate::config::Profile;
use crate::context::Context;
use crate::document::Document;
use crate::error::Error;
use crate::org::Org;
use crate::store::{self, Cache, Owner};
use serde_json::{Value, json};

/// The owner of the credentials of just this role, as if it had been asked for by its ARN.
pub(super) fn named(owner: &Owner, document: &Document) -> Option<Owner> {
    let wish: Value = serde_json::from_str(&owner.role).ok()?;
    let arn = role_arn(document)?;
    let mut wish = wish.as_array()?.clone();
    *wish.first_mut()? = json!([arn]);
    // Neither the provider nor --first tells it from others any more.
    *wish.get_mut(1)? = json!([null, false]);
    Some(Owner { role: Value::Array(wish).to_string(), ..owner.clone() })
}

/// The ARN of the role that credentials are of, without its path: AWS's answer has none. `None` for a document of another shape.
fn role_arn(document: &Document) -> Option<String> {
    let arn = document.members().get("AssumedRoleUser")?.get("Arn")?.as_str()?;
    let (partition, rest) = arn.strip_prefix("arn:")?.split_once(":sts::")?;
    let (account, rest) = rest.split_once(":assumed-role/")?;
    Some(format!("arn:{partition}:iam::{account}:role/{}", rest.split('/').next()?))
}

pub(super) fn list(flag: &[String], profile: &Profile, key: &str) -> Vec<String> {
    if flag.is_empty() { profile.list(key).to_vec() } else { flag.to_vec() }
}

/// What shaped the credentials: two that differ in it are different ones.
pub(crate) fn wish(context: &Context<'_>, role: &As, profile: &Profile) -> String {
    let text = |flag: &Option<String>, key| flag.clone().or_else(|| profile.text(key).map(str::to_owned));
    let principal = match role.role.role.is_empty() {
        true => text(&role.role.principal, "principal"),
        false => role.role.principal.clone(),
    };
    let policy = text(&role.policy.policy, "policy");
    // What a file says may change under its name.
    let content =
        policy.as_deref().and_then(|text| std::fs::read_to_string(text.strip_prefix("file://")?).ok());
    let region = context.setting(
        "region",
        role.region.region.as_deref(),
        &["AWS_REGION", "AWS_DEFAULT_REGION"],
        None,
        profile,
    );
    json!([
        list(&role.role.role, profile, "role"),
        [json!(principal), json!(role.first || profile.switch("first"))],
        text(&role.role.duration, "duration"),
        [json!(policy), json!(content), json!(list(&role.policy.policy_arn, profile, "policy-arn"))],
        role.strict_duration || profile.switch("strict-duration"),
        region,
    ])
    .to_string()
}

/// Whether the flags or the profile name the role that credentials are of, in whatever words it was asked for then. Its path, which AWS does not
/// tell, is not held against them.
pub(crate) fn is_named(role: &As, profile: &Profile, document: &Document) -> bool {
    let Some(arn) = role_arn(document).and_then(|arn| RoleArn::parse(&arn)) else { return false };
    let patterns = list(&role.role.role, profile, "role");
    patterns.iter().filter_map(|text| RolePattern::parse(text)).any(|pattern| pattern.matches(&arn))
}

/// Whose login it is: the org, the person and the app, by flag, variable and profile. `None` where `authn` will say what is missing.
///
/// # Errors
/// `config` for what is no org; those of asking for the name.
pub(crate) fn owner(
    context: &Context<'_>,
    whose: &Whose,
    app: Option<&str>,
    profile: &Profile,
) -> Result<Option<Owner>, Error> {
    let setting = |key: &str, flag: Option<&str>, variable: &str| {
        context.setting(key, flag, &[variable], None, profile)
    };
    let Some(org) = setting("org", whose.org.org.as_deref(), "OKTA_ORG") else { return Ok(None) };
    let org = Org::parse(&org)?;
    let user = match setting("username", whose.username.as_deref(), "OKTA_USERNAME") {
        Some(user) => user,
        None if context.terminal.can_ask() => context
            .terminal
            .ask(&format!("Okta user name for {org:?}"), "give --username or set OKTA_USERNAME")?,
        None => return Ok(None),
    };
    let app = setting("app", app, "OKTA_APP_ID").unwrap_or_default();
    let app = org.app(&app).map_or(app, String::from);
    Ok(Some(Owner { org: org.origin(), user, app, ..Owner::default() }))
}

/// What is kept, or a warning why nothing can be.
pub(crate) fn cache(context: &Context<'_>) -> Option<Cache> {
    let Some(folder) = store::state(|name| context.environment.path(name)) else {
        // As cron and systemd start programs: each of them would sign in anew, and nobody knew why.
        (context.warn)("nothing can be kept: no variable names a folder; set HOME to an absolute path");
        return None;
    };
    Cache::open(folder)
        .map_err(|error| (context.warn)(&format!("nothing is kept of this login: {error}")))
        .ok()
}
