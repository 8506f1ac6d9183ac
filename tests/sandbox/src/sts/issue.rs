//! The keys of a role's session.

use super::request::resource;
use crate::clock::aws_time;
use crate::server::Shared;
use crate::state::{IssuedKey, RoleSession};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};

/// Makes the keys of a session, and describes it and them, as XML.
pub(super) fn issue(shared: &Shared, session_name: &str, expires: i64, session: RoleSession) -> String {
    let (partition, account, path) = resource(&session.role, "role/").unwrap_or_default();
    // The path is dropped: an assumed role's ARN cannot be turned back into the role's.
    let name = path.rsplit('/').next().unwrap_or(path);
    let role_id = STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, session.role.as_bytes()));
    let role_id: String =
        role_id.to_ascii_uppercase().chars().filter(char::is_ascii_alphanumeric).take(17).collect();
    let user_id = format!("AROA{role_id}:{session_name}");
    let arn = format!("arn:{partition}:sts::{account}:assumed-role/{name}/{session_name}");
    let account = account.to_owned();
    let mut state = shared.state();
    let (key_id, secret) = (state.random.access_key_id(), state.random.secret_access_key());
    let session_token = state.random.aws_session_token();
    let result = format!(
        "<AssumedRoleUser><AssumedRoleId>{user_id}</AssumedRoleId><Arn>{arn}</Arn></AssumedRoleUser>\
         <Credentials><AccessKeyId>{key_id}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>\
         <SessionToken>{session_token}</SessionToken><Expiration>{}</Expiration></Credentials>",
        aws_time(expires)
    );
    let session_token = Some(session_token);
    let issued = IssuedKey { secret, session_token, expires, arn, account, user_id, session: Some(session) };
    state.keys.insert(key_id, issued);
    result
}
