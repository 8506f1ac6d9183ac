//! A login as a value, and the many ways in which XML may say it.

use libfuzzer_sys::arbitrary::{self, Arbitrary};

/// What a response says.
#[derive(Arbitrary, Clone, Debug)]
pub struct Model {
    roles: Vec<(u16, Vec<u8>, u8, bool)>,
    name: Vec<u8>,
    pub duration: u16,
}

/// The choices of whoever writes it.
#[derive(Arbitrary, Clone, Debug)]
pub struct Style {
    pub choices: Vec<u8>,
    prefixes: u8,
    blank: u8,
    apostrophes: bool,
    split: bool,
    cdata: bool,
}

/// Bytes as characters of an alphabet, at least one.
fn spell(bytes: &[u8], alphabet: &str, most: usize) -> String {
    let letters: Vec<char> = alphabet.chars().collect();
    let text: String =
        bytes.iter().take(most).filter_map(|b| letters.get(usize::from(*b) % letters.len())).collect();
    if text.is_empty() { letters.iter().take(1).collect() } else { text }
}

impl Model {
    /// ARNs of role and provider, each pair once.
    pub fn roles(&self) -> Vec<(String, String)> {
        let mut pairs = Vec::new();
        for (account, name, idp, _) in self.roles.iter().take(3) {
            let name = spell(name, "aD/e&v<9_+=,.@->'", 40);
            let name = if name.ends_with('/') { name + "x" } else { name };
            let last = name.rsplit('/').next().unwrap_or_default().replace(['&', '<', '>', '\''], "-");
            let path = name.rsplit_once('/').map_or(String::new(), |(path, _)| format!("{path}/"));
            let pair = (
                format!("arn:aws:iam::{account:012}:role/{path}{last}"),
                format!("arn:aws:iam::{account:012}:saml-provider/P{}", idp % 3),
            );
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
        pairs
    }

    pub fn session_name(&self) -> String {
        spell(&self.name, "adE9_+=,.@-&<>", 64)
    }

    pub fn xml(&self, style: &Style) -> String {
        let (p, a) = [("saml2p:", "saml2:"), ("p:", ""), ("", "a:"), ("saml2:", "saml2p:"), ("", "")]
            [usize::from(style.prefixes) % 5];
        let b = style.blank();
        let declared = |prefix: &str| match prefix.strip_suffix(':') {
            Some(prefix) => format!("xmlns:{prefix}"),
            None => "xmlns".to_owned(),
        };
        let pairs: Vec<String> = self
            .roles()
            .iter()
            .zip(self.roles.iter().cycle())
            .map(
                |((role, idp), seed)| {
                    if seed.3 { format!("{role}{b},{b}{idp}") } else { format!("{idp},{role}") }
                },
            )
            .collect();
        let root = style.attributes(&[
            (&declared(p), "urn:oasis:names:tc:SAML:2.0:protocol"),
            ("ID", "id1"),
            ("Destination", "https&#58;//signin.aws.amazon.com/saml"),
        ]);
        let inner = style.attributes(&[
            (&declared(a), "urn:oasis:names:tc:SAML:2.0:assertion"),
            ("ID", "id2"),
            ("IssueInstant", "2026-03-01T10:15:57.000Z"),
        ]);
        format!(
            "<{p}Response{root}>{b}<{a}Assertion{inner}>{b}<{a}Issuer>{}</{a}Issuer><!-- c --><{a}AttributeStatement>{b}{}{}{}\
             </{a}AttributeStatement></{a}Assertion>{b}</{p}Response>{b}",
            style.text("http://www.okta.com/exk1"),
            style.attribute(a, "RoleSessionName", &[self.session_name()]),
            style.attribute(a, "Role", &pairs),
            style.attribute(a, "SessionDuration", &[self.duration.to_string()]),
        )
    }
}

impl Style {
    fn blank(&self) -> &'static str {
        ["", " ", "\n", "\r\n\t"][usize::from(self.blank) % 4]
    }

    /// Text as it is, in references, in CDATA: a mixture.
    fn text(&self, text: &str) -> String {
        let choices = self.choices.iter().copied().chain([9]).collect::<Vec<u8>>();
        text.chars().zip(choices.iter().cycle()).fold(String::new(), |mut out, (c, choice)| {
            match (choice % 12, c) {
                (0, c) => out += &format!("&#{};", u32::from(c)),
                (1, c) => out += &format!("&#x{:X};", u32::from(c)),
                (2, c) if self.cdata => out += &format!("<![CDATA[{c}]]>"),
                (_, '&') => out += "&amp;",
                (_, '<') => out += "&lt;",
                (_, '>') => out += "&gt;",
                (_, c) => out.push(c),
            }
            out
        })
    }

    fn attributes(&self, attributes: &[(&str, &str)]) -> String {
        let (b, quote) = (self.blank(), if self.apostrophes { '\'' } else { '"' });
        let turn = usize::from(self.choices.first().copied().unwrap_or_default()) % attributes.len();
        let turned = attributes.iter().cycle().skip(turn).take(attributes.len());
        turned.map(|(name, value)| format!(" {name}{b}={b}{quote}{value}{quote}")).collect()
    }

    fn attribute(&self, a: &str, name: &str, values: &[String]) -> String {
        let b = self.blank();
        let value =
            |value: &String| format!("<{a}AttributeValue>{b}{}{b}</{a}AttributeValue{b}>", self.text(value));
        let values: Vec<String> = values.iter().map(value).collect();
        let groups = if self.split { values } else { vec![values.concat()] };
        let name = format!("https://aws.amazon.com/SAML/Attributes/{name}");
        let attributes = self.attributes(&[("Name", &name), ("NameFormat", "urn:x")]);
        groups.iter().map(|group| format!("<{a}Attribute{attributes}>{group}</{a}Attribute>")).collect()
    }

    /// The same without CDATA, in which a comment is no comment.
    pub fn without_cdata(mut self) -> Style {
        self.cdata = false;
        self
    }
}
