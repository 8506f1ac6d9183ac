//! GetCallerIdentity: who signed the request.

use super::{Refusal, escaped, sigv4};
use crate::clock::real_now;
use crate::exchange::Asked;
use crate::server::Shared;
use crate::state::IssuedKey;

/// The result's members, as XML.
pub(super) fn get_caller_identity(shared: &Shared, asked: &Asked) -> Result<String, Refusal> {
    let key = caller(shared, asked, "sts")?;
    Ok(format!(
        "<Arn>{}</Arn><UserId>{}</UserId><Account>{}</Account>",
        escaped(&key.arn),
        escaped(&key.user_id),
        key.account
    ))
}

/// The key that signed the request to a service, if it is known, lives, and its signature fits.
pub(super) fn caller(shared: &Shared, asked: &Asked, service: &str) -> Result<IssuedKey, Refusal> {
    let signed = sigv4::Signed::of(asked)?;
    let state = shared.state();
    let token = asked.header("x-amz-security-token");
    // A temporary key without its session token is as unknown as a key never issued, and so is a user's with one.
    let key = state.keys.get(signed.key_id()).filter(|key| key.session_token.as_deref() == token);
    let Some(key) = key else {
        let message = "The security token included in the request is invalid.";
        return Err(Refusal::new(403, "InvalidClientTokenId", message));
    };
    // A caller whose clock was moved along with ours is right as well.
    signed.verify(asked, service, &key.secret, real_now()).or_else(|refused| {
        signed.verify(asked, service, &key.secret, shared.clock.now()).map_err(|_| refused)
    })?;
    if key.expires <= shared.clock.now() {
        let message = "The security token included in the request is expired";
        return Err(Refusal::new(403, "ExpiredToken", message));
    }
    Ok(key.clone())
}
