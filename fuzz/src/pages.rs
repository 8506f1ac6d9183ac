//! Pages around a form, with decoys.

use crate::model::Style;

const DECOY: &str = "<input type=hidden name=SAMLResponse value=DECOY>";

/// A page with this value in its form, and inputs around it that no browser would send.
pub fn page(value: &str, style: &Style, decoys: &[u8]) -> String {
    let decoy = |n: u8| match n % 10 {
        0 => format!("<!-- {DECOY} -->"),
        1 => format!("<script>var a = '{DECOY}';</script>"),
        2 => format!("<textarea>{DECOY}</textarea>"),
        3 => format!("<template><form>{DECOY}</form></template>"),
        4 => format!("<noscript>{DECOY}</noscript>"),
        5 => format!("<title>{DECOY}</title>"),
        6 => format!("<svg>{}</svg>", DECOY.replace('>', "/>")),
        7 => format!("<div title='{DECOY}'></div>"),
        8 => DECOY.replace("type=hidden", "disabled"),
        _ => format!("<iframe>{DECOY}</iframe>"),
    };
    let half = decoys.len() / 2;
    let (before, after) = decoys.split_at_checked(half).unwrap_or_default();
    let mut written = String::with_capacity(2 * value.len());
    for (c, choice) in value.chars().zip(style.choices.iter().chain([&9]).cycle()) {
        match (choice % 24, c) {
            (0, c) => written += &format!("&#x{:x};", u32::from(c)),
            (1, c) => written += &format!("&#{:04};", u32::from(c)),
            (2, '+') => written += "&plus;",
            (2, '=') => written += "&equals;",
            (_, c) => written.push(c),
        }
    }
    format!(
        "<!DOCTYPE html><body>{}<form id=appForm action=\"https&#x3a;//signin.aws.amazon.com/saml\" method=POST>\
         <input name=\"SAMLResponse\" type=\"hidden\" value=\"{written}\"/><input name=RelayState type=hidden value=''></form>{}",
        before.iter().take(3).map(|n| decoy(*n)).collect::<String>(),
        after.iter().take(3).map(|n| decoy(*n)).collect::<String>(),
    )
}

/// The values of all inputs named SAMLResponse that a second tokenizer of HTML sees.
pub fn tokens(html: &str) -> Vec<String> {
    let mut emitter = html5gum::emitters::default::DefaultEmitter::<()>::default();
    emitter.naively_switch_states(true);
    let tokens = html5gum::Tokenizer::new_with_emitter(html, emitter);
    let mut values = Vec::new();
    for token in tokens {
        let Ok(html5gum::Token::StartTag(tag)) = token else { continue };
        let value =
            |name: &[u8]| tag.attributes.get(name).map(|value| String::from_utf8_lossy(value).into_owned());
        if tag.name.as_slice() == b"input" && value(b"name").as_deref() == Some("SAMLResponse") {
            values.push(value(b"value").unwrap_or_default());
        }
    }
    values
}

/// Whether the page has what makes the tree decide where tags begin: then a tokenizer alone sees other tags.
pub fn needs_a_tree(html: &str) -> bool {
    let html = html.to_ascii_lowercase();
    ["<svg", "<math", "<select", "<frameset", "<template"].iter().any(|tag| html.contains(tag))
}
