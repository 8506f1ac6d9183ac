//! Laws: any model, written in any of XML's ways, is read as the model; a hostile insertion anywhere is never another.

use super::*;
use proptest::prelude::*;

/// What a response is made of, and the choices of whoever writes it.
#[derive(Clone, Debug)]
struct Model {
    roles: Vec<(String, String, bool)>,
    session_name: String,
    duration: u32,
    issuer: String,
}

#[derive(Clone, Debug)]
struct Style {
    protocol: &'static str,
    assertion: &'static str,
    blank: &'static str,
    quote: char,
    is_split: bool,
    choices: Vec<u8>,
}

impl Style {
    /// Text as it is, in references, in CDATA: a mixture.
    fn text(&self, text: &str) -> String {
        let mut out = String::new();
        for (c, choice) in text.chars().zip(self.choices.iter().cycle()) {
            match (choice % 6, c) {
                (0, c) => out += &format!("&#{};", u32::from(c)),
                (1, c) => out += &format!("&#x{:X};", u32::from(c)),
                (2, c) => out += &format!("<![CDATA[{c}]]>"),
                (_, '&') => out += "&amp;",
                (_, '<') => out += "&lt;",
                (_, '>') => out += "&gt;",
                (_, c) => out.push(c),
            }
        }
        out
    }

    fn attributes(&self, attributes: &[(&str, String)]) -> String {
        let turn = usize::from(self.choices[0]) % attributes.len();
        let turned = attributes[turn..].iter().chain(&attributes[..turn]);
        turned.map(|(name, value)| format!(" {name}{0}={0}{1}{value}{1}", self.blank, self.quote)).collect()
    }

    fn attribute(&self, name: &str, values: &[String]) -> String {
        let a = self.assertion;
        let values: Vec<String> = values
            .iter()
            .map(|value| {
                format!("{0}<{a}AttributeValue>{0}{1}{0}</{a}AttributeValue\n>", self.blank, self.text(value))
            })
            .collect();
        let groups =
            if self.is_split { values.iter().map(String::clone).collect() } else { vec![values.concat()] };
        let attributes = self.attributes(&[
            ("Name", format!("https://aws.amazon.com/SAML/Attributes/{name}")),
            ("NameFormat", "urn:x".into()),
        ]);
        groups.iter().map(|group| format!("<{a}Attribute{attributes}>{group}</{a}Attribute>")).collect()
    }

    fn write(&self, model: &Model) -> String {
        let (p, a, b) = (self.protocol, self.assertion, self.blank);
        let declaration = |prefix: &str| match prefix.strip_suffix(':') {
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        let pairs: Vec<String> = model
            .roles
            .iter()
            .map(|(role, idp, is_role_first)| match is_role_first {
                true => format!("{role}{b},{b}{idp}"),
                false => format!("{idp}{b},{b}{role}"),
            })
            .collect();
        let root = self.attributes(&[
            (&declaration(p), "urn:oasis:names:tc:SAML:2.0:protocol".into()),
            ("Version", "2.0".into()),
            ("Destination", "https&#58;//signin.aws.amazon.com/saml".into()),
        ]);
        let inner = self.attributes(&[
            (&declaration(a), "urn:oasis:names:tc:SAML:2.0:assertion".into()),
            ("IssueInstant", "2026-03-01T10:15:57Z".into()),
        ]);
        format!(
            "<{p}Response{root}>{b}<{a}Assertion{inner}>{b}<{a}Issuer>{}</{a}Issuer><!-- c --><{a}AttributeStatement>{b}{}{}{}\
             </{a}AttributeStatement></{a}Assertion>{b}</{p}Response>{b}",
            self.text(&model.issuer),
            self.attribute("RoleSessionName", std::slice::from_ref(&model.session_name)),
            self.attribute("Role", &pairs),
            self.attribute("SessionDuration", &[model.duration.to_string()]),
        )
    }
}

fn model() -> impl Strategy<Value = Model> {
    let role =
        ("[0-9]{12}", "([a-z&<>'/]{1,8}/)?[A-Za-z0-9_+=,.@-]{1,20}", "[A-Za-z0-9_.-]{1,12}", any::<bool>());
    let role = role.prop_map(|(account, name, idp, order)| {
        (
            format!("arn:aws:iam::{account}:role/{name}"),
            format!("arn:aws:iam::{account}:saml-provider/{idp}"),
            order,
        )
    });
    (prop::collection::vec(role, 0..6), "[A-Za-z@.&<>]{2,20}", any::<u32>(), "[!-~\u{e9}\u{10000}]{1,20}")
        .prop_map(|(mut roles, session_name, duration, issuer)| {
            roles.sort();
            roles.dedup_by(|x, y| (&x.0, &x.1) == (&y.0, &y.1));
            Model { roles, session_name, duration, issuer }
        })
}

fn style() -> impl Strategy<Value = Style> {
    let blank = prop::sample::select(vec!["", " ", "\n", "\r\n\t"]);
    let prefixes = prop::sample::select(vec![
        ("saml2p:", "saml2:"),
        ("p:", ""),
        ("", "a:"),
        ("saml2:", "saml2p:"),
        ("", ""),
    ]);
    let quote = prop::sample::select(vec!['"', '\'']);
    (blank, prefixes, quote, any::<bool>(), prop::collection::vec(any::<u8>(), 1..12)).prop_map(
        |(blank, (protocol, assertion), quote, is_split, choices)| Style {
            protocol,
            assertion,
            blank,
            quote,
            is_split,
            choices,
        },
    )
}

fn read(xml: &str) -> Result<Model, Error> {
    let read = parse(xml.as_bytes())?;
    assert!(read.skipped.is_empty(), "{:?} in {xml}", read.skipped);
    Ok(Model {
        roles: read
            .roles
            .iter()
            .map(|role| (role.role.to_string(), role.principal.to_string(), true))
            .collect(),
        session_name: read.session_name.unwrap_or_default(),
        duration: read.session_duration.unwrap_or_default(),
        issuer: read.issuer.unwrap_or_default(),
    })
}

fn facts(model: &Model) -> (Vec<(&str, &str)>, &str, u32, &str) {
    let roles = model.roles.iter().map(|(role, idp, _)| (role.as_str(), idp.as_str())).collect();
    (roles, &model.session_name, model.duration, &model.issuer)
}

proptest! {
    #[test]
    fn a_model_is_read_as_it_was_written(model in model(), style in style()) {
        let xml = style.write(&model);
        let read = read(&xml).unwrap_or_else(|error| panic!("{error} in {xml}"));
        prop_assert_eq!(facts(&read), facts(&model), "{}", xml);
    }

    #[test]
    fn a_hostile_insertion_is_refused_or_changes_nothing(
        model in model(), style in style(), at in any::<prop::sample::Index>(),
        what in prop::sample::select(vec![
            "<!---->", "<?x y?>", "<x/>", "&e;", "\u{1b}", "\0", "<!DOCTYPE x>", "]]>", "<?xml version='1.0'?>",
            "<Assertion xmlns='urn:oasis:names:tc:SAML:2.0:assertion'/>", "</a>", " ID='1' ID='2'", "\u{feff}",
        ]),
    ) {
        let xml = style.write(&model);
        let at = at.index(xml.len());
        prop_assume!(xml.is_char_boundary(at));
        let changed = format!("{}{what}{}", &xml[..at], &xml[at..]);
        // As text of its own (in CDATA, in an attribute) the insertion may make a role invalid, never another role.
        if let Ok(read) = parse(changed.as_bytes()) {
            for role in &read.roles {
                let is_known = model.roles.iter().any(|(known, idp, _)| {
                    (known.as_str(), idp.as_str()) == (role.role.as_str(), role.principal.as_str())
                });
                prop_assert!(is_known || role.role.as_str().contains(what), "{} in {}", role.role, changed);
            }
        }
    }

    #[test]
    fn a_cut_is_refused(model in model(), style in style(), at in any::<prop::sample::Index>()) {
        let xml = style.write(&model);
        let xml = xml.trim_end();
        prop_assert!(parse(&xml.as_bytes()[..at.index(xml.len())]).is_err());
        prop_assert!(parse(&xml.as_bytes()[at.index(xml.len() - 1) + 1..]).is_err());
    }

    #[test]
    fn what_goes_to_sts_is_what_came(xml in prop::collection::vec(any::<u8>(), 1..300), at in any::<prop::sample::Index>()) {
        let encoded = Encoded::from_xml(&xml).unwrap();
        prop_assume!(!encoded.xml().is_empty());
        let base64 = encoded.base64();
        let at = at.index(base64.len());
        let wrapped = format!(" {}\r\n{}\n", &base64[..at], &base64[at..]).replace('+', "&#x2b;");
        prop_assert_eq!(&decode(&wrapped).unwrap(), &encoded);
        if let Ok(cut) = decode(&base64[..at]) {
            prop_assert!(encoded.xml().starts_with(cut.xml()));
        }
    }

    #[test]
    fn no_bytes_are_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..100), text in "[<>/a:!?\\[\\]\"'= &#;-]{0,100}") {
        let _ = (parse(&bytes), parse(text.as_bytes()), parse(format!("<a>{text}").as_bytes()), decode(&text));
    }
}
