use super::template::{Holder, Template};
use crate::document::{self, Document};
use crate::error::Kind;
use serde_json::json;

fn document(arn: &str) -> Document {
    let text = json!({"AssumedRoleUser": {"Arn": arn}, "AccountAlias": "acme-prod"}).to_string();
    document::read_lines(text.as_bytes()).unwrap().remove(0)
}

fn named(template: &str, arn: &str) -> Result<String, Kind> {
    let kind = |error: crate::error::Error| error.kind().unwrap();
    Template::parse(template).map_err(kind)?.name(&Holder::of(&document(arn))).map_err(kind)
}

const DEV: &str = "arn:aws-cn:sts::111122223333:assumed-role/Dev/ada@acme.example";

#[test]
fn a_template_is_filled_with_what_the_credentials_tell() {
    for (template, name) in [
        ("{account}-{role}", "111122223333-Dev"),
        ("{alias}/{role}", "acme-prod/Dev"),
        ("{partition}:{session}", "aws-cn:ada@acme.example"),
        ("{role}{role}", "DevDev"),
        ("prod", "prod"),
        ("default", "default"),
    ] {
        assert_eq!(named(template, DEV).as_deref(), Ok(name), "{template}");
    }
}

#[test]
fn a_template_that_gives_no_name_is_a_matter_of_usage() {
    for template in
        ["", "{", "}", "{}", "{rol}", "{role", "a b", "[x]", "a\n", "DEFAULT", "{account}]", "Default"]
    {
        assert_eq!(named(template, DEV), Err(Kind::Usage), "{template:?}");
    }
}

#[test]
fn a_role_that_no_profile_can_be_named_by_is_refused() {
    for role in ["a,b", "a=b", "default", "DEFAULT"] {
        let arn = format!("arn:aws:sts::111122223333:assumed-role/{role}/s");
        assert_eq!(named("{role}", &arn), Err(Kind::WrongDocument), "{role}");
    }
    // Not even read as a role.
    for role in ["a]", "a\n[b]", "a b", "é", ""] {
        let arn = format!("arn:aws:sts::111122223333:assumed-role/{role}/s");
        assert_eq!(named("{account}", &arn), Err(Kind::WrongDocument), "{role}");
    }
    for session in ["a]", "a\n[b]\nk = v", "a b", "{role}"] {
        assert_eq!(
            named("{session}", &format!("arn:aws:sts::111122223333:assumed-role/Dev/{session}")),
            Err(Kind::WrongDocument)
        );
    }
    let long = format!("arn:aws:sts::111122223333:assumed-role/{}/s", "x".repeat(64));
    assert_eq!(named("{role}{role}", &long).map(|name| name.len()), Ok(128));
    assert_eq!(named("{role}{role}-", &long), Err(Kind::WrongDocument));
}

#[test]
fn credentials_that_tell_nothing_need_a_name_without_places() {
    let bare = document::read_lines(b"{\"AccountId\":\"111122223333\"}").unwrap().remove(0);
    let name = |template: &str| {
        Template::parse(template).unwrap().name(&Holder::of(&bare)).map_err(|error| error.to_string())
    };
    assert_eq!(name("prod").as_deref(), Ok("prod"));
    assert_eq!(name("{account}").as_deref(), Ok("111122223333"));
    assert!(name("{role}").unwrap_err().contains("do not tell their role"));
    assert!(name("{alias}").unwrap_err().contains("no alias that is known"));
}
