//! `schema`: the JSON Schema of what a stage prints.
//!
//! Written by hand, a file a stage, and never made of our types: a schema promises what stays, and a type says what is there today.
//! Documents are open objects, since a service may add to its answers. What several stages print is defined once, in
//! `schema/shared.json`, and each schema is printed with just those definitions that it leads to, so that it stands alone.

use crate::cli::{Schema, Step};
use crate::error::{Error, Kind};
use crate::stage::Output;
use serde_json::{Map, Value};

/// Where a schema keeps its definitions, and how it refers to one.
const DEFINITIONS: &str = "$defs";
const REFERENCE: &str = "#/$defs/";

/// Prints one schema, indented also to a pipe: it is a file to keep, not a document that flows. Without a stage, the stages' names, one
/// a line.
///
/// # Errors
/// None but `internal`, for a file of ours that is no JSON object.
pub fn run(arguments: &Schema) -> Result<Output, Error> {
    let text = match arguments.stage {
        Some(step) => whole(step)?,
        None => Step::ALL.map(|step| format!("{}\n", step.name())).concat(),
    };
    Ok(Output::Text { plain: text.clone().into(), masked: text })
}

fn whole(step: Step) -> Result<String, Error> {
    let mut schema = read(file(step))?;
    let shared = read(include_str!("schema/shared.json"))?;
    let mut wanted = references(&Value::Object(schema.clone()));
    let mut definitions = Map::new();
    while let Some(name) = wanted.pop() {
        let Some(definition) = shared.get(&name).filter(|_| !definitions.contains_key(&name)) else {
            continue;
        };
        wanted.extend(references(definition));
        definitions.insert(name, definition.clone());
    }
    // In the order of the file, whichever led to which.
    let ordered = shared.keys().filter_map(|name| definitions.remove_entry(name)).collect();
    schema.insert(DEFINITIONS.to_owned(), Value::Object(ordered));
    let text = serde_json::to_string_pretty(&schema).map_err(|_| broken())?;
    Ok(format!("{text}\n"))
}

/// The names of the definitions that a schema refers to.
fn references(schema: &Value) -> Vec<String> {
    match schema {
        Value::Object(members) => members
            .iter()
            .flat_map(|(name, value)| match value.as_str() {
                Some(text) if name == "$ref" => {
                    text.strip_prefix(REFERENCE).map(str::to_owned).into_iter().collect()
                }
                _ => references(value),
            })
            .collect(),
        Value::Array(items) => items.iter().flat_map(references).collect(),
        _ => Vec::new(),
    }
}

fn read(text: &str) -> Result<Map<String, Value>, Error> {
    serde_json::from_str(text).map_err(|_| broken())
}

fn broken() -> Error {
    Error::new(Kind::Internal, "a schema of ours cannot be read", "report it")
}

fn file(step: Step) -> &'static str {
    match step {
        Step::Authn => include_str!("schema/authn.json"),
        Step::FactorVerify => include_str!("schema/factor-verify.json"),
        Step::Session => include_str!("schema/session.json"),
        Step::SamlFetch => include_str!("schema/saml-fetch.json"),
        Step::SamlRoles => include_str!("schema/saml-roles.json"),
        Step::Assume => include_str!("schema/assume.json"),
        Step::Export => include_str!("schema/export.json"),
        Step::ToProfile => include_str!("schema/to-profile.json"),
        Step::CallerIdentity => include_str!("schema/caller-identity.json"),
        Step::AssumeRole => include_str!("schema/assume-role.json"),
        Step::Console => include_str!("schema/console.json"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document;

    #[test]
    fn every_schema_stands_alone_and_says_what_it_is() {
        for step in Step::ALL {
            let schema: Value = serde_json::from_str(&whole(step).unwrap()).unwrap();
            assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema", "{step:?}");
            assert!(schema["title"].is_string() && schema["description"].is_string(), "{step:?}");
            for name in references(&schema) {
                assert!(schema[DEFINITIONS][&name].is_object(), "{step:?}: {name}");
            }
        }
    }

    #[test]
    fn documents_are_open_objects() {
        let all = Step::ALL.map(|step| whole(step).unwrap()).concat();
        assert!(!all.contains("additionalProperties\": false") && !all.contains("unevaluatedProperties"));
    }

    /// What the schema calls a secret is what a terminal masks, and nothing else is masked.
    #[test]
    fn secrets_are_those_that_a_terminal_masks() {
        let shared = read(include_str!("schema/shared.json")).unwrap();
        let described = |property: &Value| {
            let referred =
                property["$ref"].as_str().and_then(|text| shared.get(text.strip_prefix(REFERENCE)?));
            let text =
                property["description"].as_str().or(referred.and_then(|one| one["description"].as_str()));
            text.unwrap_or_default().starts_with("A secret")
        };
        let mut secrets = 0;
        for (name, definition) in &shared {
            let members = [&definition["properties"], &definition["properties"]["Credentials"]["properties"]];
            for (member, property) in members.into_iter().filter_map(Value::as_object).flatten() {
                // userId tells a session's id from the ids of other documents.
                let document = Map::from_iter([
                    ("userId".to_owned(), "00u".into()),
                    (member.clone(), "0123456789abcdef".into()),
                ]);
                let is_factor = name == "factor";
                let (_, hidden) = document::mask(&document.into());
                assert!(
                    is_factor || hidden == described(property) || property.get("not").is_some(),
                    "{name}.{member}"
                );
                secrets += usize::from(hidden);
            }
        }
        assert!(secrets >= 10, "{secrets}");
    }

    #[test]
    fn every_shared_definition_is_used() {
        let all = Step::ALL.map(|step| whole(step).unwrap()).concat();
        for name in read(include_str!("schema/shared.json")).unwrap().keys() {
            assert!(all.contains(&format!("{REFERENCE}{name}\"")), "{name}");
        }
    }

    #[test]
    fn the_schema_knows_every_kind_of_failure() {
        let shared = read(include_str!("schema/shared.json")).unwrap();
        let mut named: Vec<&str> = Kind::ALL.iter().map(|kind| kind.name()).collect();
        named.dedup();
        let listed = &shared["error"]["properties"]["kind"]["examples"];
        assert_eq!(listed, &serde_json::json!(named));
    }
}
