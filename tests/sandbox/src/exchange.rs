//! A request taken whole, and an answer not yet sent.

use std::collections::HashMap;

/// A request, read to its end.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path without its query, as received: nothing is decoded.
    pub(crate) path: String,
    /// What follows the `?`, as received.
    pub(crate) query: String,
    /// Headers in the order received, names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// The first header of this name (lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str())
    }

    /// The media type of the body, in lower case and without parameters.
    pub(crate) fn media_type(&self) -> String {
        let whole = self.header("content-type").unwrap_or_default();
        whole.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
    }

    /// A cookie. Of several with one name the last counts; quotes around a value are taken off.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.headers
            .iter()
            .filter(|(key, _)| key == "cookie")
            .flat_map(|(_, line)| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .filter(|(key, _)| *key == name)
            .map(|(_, value)| value.trim_matches('"').to_owned())
            .next_back()
    }

    /// The query's parameters, decoded.
    pub(crate) fn query_parameters(&self) -> HashMap<String, String> {
        form(self.query.as_bytes()).into_iter().collect()
    }

    /// The parameters of the query and, for a posted form, of the body.
    pub(crate) fn parameters(&self) -> HashMap<String, String> {
        let mut all = self.query_parameters();
        if self.media_type() == "application/x-www-form-urlencoded" {
            all.extend(form(&self.body));
        }
        all
    }

    /// The path with its query.
    pub(crate) fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }
}

/// Takes `a=1&b=2` apart; `+` is a blank.
pub(crate) fn form(text: &[u8]) -> Vec<(String, String)> {
    text.split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let cut = pair.iter().position(|byte| *byte == b'=');
            let (name, value) = match cut {
                Some(at) => (pair.get(..at), pair.get(at + 1..)),
                None => (Some(pair), None),
            };
            (decode(name.unwrap_or_default()), decode(value.unwrap_or_default()))
        })
        .collect()
}

fn decode(text: &[u8]) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        let byte = match (first, after.get(..2).and_then(hex_pair)) {
            (b'%', Some(value)) => {
                rest = after.get(2..).unwrap_or_default();
                value
            }
            (b'+', _) => b' ',
            (other, _) => *other,
        };
        bytes.push(byte);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn hex_pair(pair: &[u8]) -> Option<u8> {
    if !pair.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub(crate) fn percent(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte))
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    /// An answer with a body of some type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Reply {
        let reply = Reply { status, headers: Vec::new(), body: body.into() };
        if content_type.is_empty() { reply } else { reply.header("content-type", content_type) }
    }

    /// A 302.
    pub(crate) fn redirect(location: &str) -> Reply {
        Reply::new(302, "", "").header("location", location)
    }

    /// Adds a header; one of the same name stays beside it.
    pub(crate) fn header(mut self, name: &str, value: &str) -> Reply {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds a cookie.
    pub(crate) fn cookie(self, cookie: &str) -> Reply {
        self.header("set-cookie", cookie)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_are_decoded_and_odd_percents_kept() {
        let pairs = form(b"a=1%2B2&b=x+y&c&&d=%zz%4");
        let wanted = [("a", "1+2"), ("b", "x y"), ("c", ""), ("d", "%zz%4")];
        assert_eq!(pairs, wanted.map(|(k, v)| (k.to_owned(), v.to_owned())));
        assert_eq!(percent("a b/ü~"), "a%20b%2F%C3%BC~");
    }

    #[test]
    fn the_last_cookie_of_a_name_counts() {
        let asked = Asked {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: String::new(),
            headers: vec![("cookie".to_owned(), "sid=\"old\"; DT=x; sid=new".to_owned())],
            body: Vec::new(),
        };
        assert_eq!(asked.cookie("sid").as_deref(), Some("new"));
        assert_eq!(asked.cookie("idx"), None);
    }
}
