//! The form that a browser would post to AWS.

use super::content::{Content, is_live};
use crate::error::{Error, Kind, printable};
use scraper::ElementRef;
use std::collections::HashMap;
use std::fmt;

/// The name of the input that holds the assertion.
const ASSERTION: &str = "SAMLResponse";

/// The form with the assertion: its fields under their HTML names, in the page's order.
///
/// `action` is where a browser would post them. It is told, and never followed: the page decides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Form {
    /// The form's `action`, as it stands in the page; empty where there is none.
    pub action: String,
    /// Names and values of the hidden inputs, each name once, `SAMLResponse` among them.
    pub fields: Vec<(String, String)>,
}

impl Form {
    /// The value of the field of this name.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Names only: the values log in.
impl fmt::Debug for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.fields.iter().map(|(name, _)| name).collect();
        f.debug_struct("Form").field("action", &self.action).field("fields", &names).finish_non_exhaustive()
    }
}

/// The form, if an input named `SAMLResponse` is in the page.
///
/// Two such inputs with one value are one. With two values it is anybody's guess which is meant (some clients take the
/// first, some the last), so that is refused.
pub(super) fn find(content: &Content<'_>) -> Result<Option<Form>, Error> {
    let mut found =
        content.inputs.iter().filter(|input| input.attr("name") == Some(ASSERTION) && is_sent(input));
    let Some(first) = found.next() else { return Ok(None) };
    let value = first.attr("value").unwrap_or_default();
    if found.any(|other| other.attr("value").unwrap_or_default() != value) {
        return Err(Error::new(
            Kind::Protocol,
            "the page holds two different SAMLResponse inputs",
            "Okta sends one: look at the page in a browser, and check the app link",
        ));
    }
    if value.trim().is_empty() {
        return Err(Error::new(
            Kind::Protocol,
            "the page's SAMLResponse input is empty",
            "log in again; if that does not help, show the page to your Okta administrator",
        ));
    }
    // The base64 that `decode` reads may hold references, for the sake of a `sed`. In a value of the tree they are what a browser
    // would post.
    if value.contains('&') {
        return Err(Error::new(
            Kind::Protocol,
            "the page's SAMLResponse input is encoded twice",
            "a browser would post it so, and AWS refuse it: show the page to your Okta administrator",
        ));
    }
    let form = owner(first, content);
    let action = form.and_then(|form| form.attr("action")).unwrap_or_default();
    let action = action.trim_matches(|c: char| c.is_ascii_whitespace()).to_owned();
    Ok(Some(Form { action, fields: fields(form, content)? }))
}

/// The fields of one form. A document holds one value of a name, so that two different ones are refused for any.
fn fields(form: Option<ElementRef<'_>>, content: &Content<'_>) -> Result<Vec<(String, String)>, Error> {
    let mut values: HashMap<&str, &str> = HashMap::new();
    let mut fields: Vec<(String, String)> = Vec::new();
    for input in content.inputs.iter().filter(|input| is_sent(input)) {
        let Some(name) = input.attr("name").filter(|name| !name.is_empty()) else { continue };
        if owner(input, content).map(|form| form.id()) != form.map(|form| form.id()) {
            continue;
        }
        let value = input.attr("value").unwrap_or_default();
        match values.insert(name, value) {
            None => fields.push((name.to_owned(), value.to_owned())),
            Some(known) if known == value => {}
            Some(_) => {
                return Err(Error::new(
                    Kind::Protocol,
                    format!("the page's form holds two different values of {}", printable(name)),
                    "Okta sends one: look at the page in a browser, and check the app link",
                ));
            }
        }
    }
    Ok(fields)
}

/// Whether a script's `submit()` sends the input: buttons, files and what is disabled stay behind. Of the visible
/// kinds only our own two names count, which no page of Okta shows as a text field.
fn is_sent(input: &ElementRef<'_>) -> bool {
    let kind = input.attr("type").unwrap_or("text").to_ascii_lowercase();
    let is_button =
        matches!(kind.as_str(), "submit" | "button" | "image" | "reset" | "file" | "checkbox" | "radio");
    let is_ours = matches!(input.attr("name"), Some(ASSERTION | "RelayState"));
    input.attr("disabled").is_none() && (kind == "hidden" || (is_ours && !is_button))
}

/// The form that an input belongs to: the one that its `form` attribute names, else the one around it.
///
/// A `<form>` between `<table>` and `<tr>` holds nothing in the tree although its inputs belong to it; such an input
/// counts as one without a form here: its value is found all the same, only the action is not.
fn owner<'a>(input: &ElementRef<'a>, content: &Content<'a>) -> Option<ElementRef<'a>> {
    match input.attr("form") {
        Some(id) => content.forms.iter().find(|form| form.attr("id") == Some(id)).copied(),
        None => input.ancestors().filter_map(ElementRef::wrap).find(|element| is_live(element, "form")),
    }
}
