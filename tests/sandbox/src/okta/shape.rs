//! Answers of `/api/v1/authn` in another shape, as switches ask. The usual answer is made first, so what is said
//! stays the same.

use crate::exchange::Reply;
use crate::switch::{Switch, Switches};
use crate::users::{Means, USERS};
use serde_json::{Map, Value};

/// An answer, shaped.
pub(super) fn shaped(mut reply: Reply, switches: &Switches) -> Reply {
    if switches.is_empty() || reply.status != 200 {
        return reply;
    }
    if let Ok(Value::Object(mut body)) = serde_json::from_slice(&reply.body) {
        whole(&mut body, switches);
        reply.body = Value::Object(body).to_string().into_bytes();
    }
    if switches.contains(&Switch::OddFactorIds)
        && let Ok(text) = std::str::from_utf8(&reply.body)
    {
        let renamed = pairs().fold(text.to_owned(), |text, (usual, odd)| text.replace(usual, &odd));
        reply.body = renamed.into_bytes();
    }
    reply
}

/// The usual id of a factor that was asked for by an odd one.
pub(super) fn usual_id(id: &str, switches: &Switches) -> String {
    let found = switches.contains(&Switch::OddFactorIds).then(|| pairs().find(|(_, odd)| odd == id));
    found.flatten().map_or_else(|| id.to_owned(), |(usual, _)| usual.to_owned())
}

/// Every factor's usual id and its odd one. The place in the list keeps ids apart that differ in the prefix alone.
fn pairs() -> impl Iterator<Item = (&'static str, String)> {
    let factors = USERS.iter().flat_map(|user| user.factors.iter().enumerate());
    factors.map(|(place, factor)| {
        let prefix = if matches!(factor.means, Means::Push { .. }) { "sms" } else { "opf" };
        let rest = factor.id.get(3..18).unwrap_or_default();
        (factor.id, format!("{prefix}{rest}{place:02}"))
    })
}

fn whole(body: &mut Map<String, Value>, switches: &Switches) {
    let on = |switch| switches.contains(&switch);
    if let Some(Value::Object(embedded)) = body.get_mut("_embedded") {
        if on(Switch::NoPolicy) {
            embedded.remove("policy");
        }
        if on(Switch::ChallengedFactorInList)
            && let Some(factor) = embedded.remove("factor")
        {
            embedded.insert("factor".to_owned(), Value::Array(vec![factor]));
        }
        if let Some(list) = embedded.remove("factors") {
            let list = match list {
                Value::Array(mut one) if one.len() == 1 && on(Switch::LoneFactorAsObject) => {
                    one.pop().unwrap_or_default()
                }
                other => other,
            };
            let name = if on(Switch::FactorListNamedFactor) { "factor" } else { "factors" };
            embedded.insert(name.to_owned(), list);
        }
    }
    if let Some(Value::Object(links)) = body.get_mut("_links") {
        if on(Switch::NoCancel) {
            links.remove("cancel");
        }
        if on(Switch::ResendAsObject)
            && let Some(Value::Array(mut one)) = links.remove("resend")
        {
            links.insert("resend".to_owned(), one.pop().unwrap_or_default());
        }
        if links.is_empty() {
            body.remove("_links");
        }
    }
    for value in body.values_mut() {
        deep(value, switches);
    }
    if on(Switch::LinksAsLists) {
        listed(body);
    }
}

/// What may stand at any depth.
fn deep(value: &mut Value, switches: &Switches) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|value| deep(value, switches)),
        Value::Object(object) => {
            if switches.contains(&Switch::NoProfile) && object.contains_key("factorType") {
                object.remove("profile");
            }
            if switches.contains(&Switch::LinksAsLists) {
                listed(object);
            }
            object.values_mut().for_each(|value| deep(value, switches));
        }
        _ => {}
    }
}

/// Makes every relation of an object's `_links` a list.
fn listed(object: &mut Map<String, Value>) {
    if let Some(Value::Object(links)) = object.get_mut("_links") {
        for link in links.values_mut().filter(|link| link.is_object()) {
            *link = Value::Array(vec![link.take()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::HashSet;

    fn after(switches: &[Switch], body: &Value) -> Value {
        let switches: Switches = switches.iter().copied().collect();
        let reply = shaped(Reply::new(200, "application/json", body.to_string()), &switches);
        serde_json::from_slice(&reply.body).unwrap()
    }

    #[test]
    fn lists_and_links_change_their_shape() {
        let factor = json!({ "factorType": "sms", "profile": {}, "_links": { "verify": { "href": "v" } } });
        let body = json!({ "_embedded": { "factors": [factor], "policy": {} }, "_links": { "cancel": {} } });
        let lone = [Switch::LoneFactorAsObject, Switch::FactorListNamedFactor, Switch::NoPolicy];
        assert_eq!(
            after(&lone, &body),
            json!({ "_embedded": { "factor": factor }, "_links": { "cancel": {} } })
        );
        let bare = after(&[Switch::NoProfile, Switch::LinksAsLists, Switch::NoCancel], &body);
        let factor = json!({ "factorType": "sms", "_links": { "verify": [{ "href": "v" }] } });
        assert_eq!(bare, json!({ "_embedded": { "policy": {}, "factors": [factor] } }));
        assert_eq!(after(&[], &body), body);
    }

    #[test]
    fn odd_ids_are_twenty_letters_and_lead_back() {
        let switches: Switches = [Switch::OddFactorIds].into();
        let all: HashSet<String> = pairs().map(|(_, odd)| odd).collect();
        assert_eq!(all.len(), pairs().count());
        for (usual, odd) in pairs() {
            assert_eq!(odd.len(), 20, "{odd}");
            assert_eq!(usual_id(&odd, &switches), usual);
            assert_eq!(usual_id(usual, &Switches::new()), usual);
        }
    }
}
