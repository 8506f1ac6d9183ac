//! The cookies of one origin: names and values, nothing else. Attributes are ignored but for those that delete a cookie, since
//! every cookie in here goes to the org's own origin and ends with the pipe.

use secrecy::{ExposeSecret, SecretString};

/// At most so many cookies are kept; Okta sets about ten.
const COOKIE_LIMIT: usize = 32;
/// At most so many bytes of names and values are kept.
const SIZE_LIMIT: usize = 16 << 10;

/// A cookie jar for one origin.
#[derive(Debug, Default)]
pub struct Jar(Vec<(String, SecretString)>);

impl Jar {
    /// A jar with the cookies that a document carries. Those that no Cookie header could hold are left out.
    pub fn new(cookies: Vec<(String, SecretString)>) -> Jar {
        let mut jar = Jar::default();
        cookies.into_iter().for_each(|(name, value)| jar.set(&name, value.expose_secret()));
        jar
    }

    /// Adds or replaces a cookie; what does not fit is dropped.
    pub fn set(&mut self, name: &str, value: &str) {
        self.0.retain(|(other, _)| other != name);
        let size: usize = self.0.iter().map(|(name, value)| name.len() + value.expose_secret().len()).sum();
        let fits = self.0.len() < COOKIE_LIMIT && size + name.len() + value.len() <= SIZE_LIMIT;
        if fits && is_cookie(name, value) {
            self.0.push((name.to_owned(), SecretString::from(value.to_owned())));
        }
    }

    /// Takes one Set-Cookie line. An empty value, `Max-Age=0` or a date in 1970 deletes the cookie: Okta clears `sid` with
    /// `sid=""; Expires=Thu, 01-Jan-1970 00:00:10 GMT` and sets it anew in the same answer, so the last line wins.
    pub fn take(&mut self, line: &str) {
        let mut parts = line.split(';');
        let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else { return };
        let (name, value) = (name.trim(), value.trim());
        let deletes = parts.any(|attribute| {
            let (key, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            match key.trim().to_ascii_lowercase().as_str() {
                "max-age" => value.trim().parse::<i64>().is_ok_and(|age| age <= 0),
                "expires" => value.contains("1970"),
                _ => false,
            }
        });
        if deletes || value.is_empty() || value == "\"\"" {
            self.0.retain(|(other, _)| other != name);
        } else {
            self.set(name, value);
        }
    }

    /// The Cookie header's value; `None` when there are no cookies.
    pub fn header(&self) -> Option<SecretString> {
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={}", value.expose_secret())).collect();
        (!pairs.is_empty()).then(|| SecretString::from(pairs.join("; ")))
    }

    /// Names and values.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.expose_secret()))
    }
}

fn is_cookie(name: &str, value: &str) -> bool {
    let token = |b: u8| b.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}".contains(&b);
    !name.is_empty()
        && name.bytes().all(token)
        && value.bytes().all(|b| b.is_ascii_graphic() && b != b';' && b != b',' && b != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shown(jar: &Jar) -> String {
        jar.header().map(|header| header.expose_secret().to_owned()).unwrap_or_default()
    }

    #[test]
    fn a_cookie_that_is_cleared_and_set_in_one_answer_is_set() {
        let mut jar = Jar::default();
        for line in [
            "sid=\"\"; Expires=Thu, 01-Jan-1970 00:00:10 GMT; Path=/",
            "t=default; Path=/",
            "sid=102x;Version=1;Path=/;HttpOnly",
            "DT=DI0; Expires=Thu, 01-Jan-2099 00:00:00 GMT",
        ] {
            jar.take(line);
        }
        assert_eq!(shown(&jar), "t=default; sid=102x; DT=DI0");
        jar.take("sid=; Path=/");
        jar.take("DT=x; Max-Age=0");
        assert_eq!(shown(&jar), "t=default");
    }

    #[test]
    fn what_no_header_can_hold_is_left_out() {
        let mut jar = Jar::default();
        for line in ["", "novalue", "=x", "a b=x", "a=x\u{7f}", "a=x y", "a=\u{e9}"] {
            jar.take(line);
        }
        jar.set("a", "x\r\nSet-Cookie: b=c");
        assert_eq!(shown(&jar), "");
    }

    #[test]
    fn a_jar_is_bounded() {
        let mut jar = Jar::default();
        (0..1000).for_each(|number| jar.take(&format!("c{number}=x")));
        assert_eq!(jar.pairs().count(), COOKIE_LIMIT);
        jar.take(&format!("c0={}", "x".repeat(SIZE_LIMIT)));
        assert_eq!(jar.pairs().count(), COOKIE_LIMIT - 1);
    }

    #[test]
    fn a_jar_holds_its_limit_to_the_byte() {
        for (value, fits) in [(SIZE_LIMIT - 106, true), (SIZE_LIMIT - 105, false)] {
            let mut jar = Jar::default();
            jar.set("first", &"x".repeat(100));
            jar.set("b", &"y".repeat(value));
            assert_eq!(jar.pairs().count(), if fits { 2 } else { 1 }, "{value}");
        }
        let mut jar = Jar::default();
        jar.set("name", &"x".repeat(SIZE_LIMIT - 4));
        jar.set("name", &"y".repeat(SIZE_LIMIT - 4));
        assert!(shown(&jar).ends_with('y'), "what is replaced takes no place");
    }

    #[test]
    fn a_cookie_is_deleted_by_what_okta_deletes_one_with() {
        for (line, stays) in [
            ("sid=new", true),
            ("sid=new; Max-Age=1", true),
            ("sid=new; max-age = 3600 ; Secure", true),
            ("sid=new; Max-Age=soon", true),
            ("sid=new; Expires=Thu, 01 Jan 2099 00:00:10 GMT", true),
            ("sid=new; Comment=1970", true),
            ("sid=new; Max-Age=0", false),
            ("sid=new; Secure; MAX-AGE=-1", false),
            ("sid=new; expires=Thu, 01 Jan 1970 00:00:00 GMT", false),
            ("sid=", false),
            (" sid = ; Path=/", false),
            ("sid=\"\"", false),
        ] {
            let mut jar = Jar::new(vec![
                ("sid".to_owned(), SecretString::from("old")),
                ("DT".to_owned(), SecretString::from("d")),
            ]);
            jar.take(line);
            assert_eq!(shown(&jar), if stays { "DT=d; sid=new" } else { "DT=d" }, "{line}");
        }
    }

    #[test]
    fn names_and_values_are_those_of_rfc_6265() {
        for (name, value, expected) in [
            ("a", "b", true),
            ("a-_.!#$%&'*+^`|~", "a=b\"c", true),
            ("", "b", false),
            ("a(", "b", false),
            ("a\"", "b", false),
            ("a/", "b", false),
            ("a;", "b", false),
            ("a\u{e9}", "b", false),
            ("a", "b;c", false),
            ("a", "b,c", false),
            ("a", "b\\c", false),
            ("a", "b c", false),
            ("a", "b\u{7f}", false),
        ] {
            assert_eq!(is_cookie(name, value), expected, "{name}={value}");
        }
    }

    proptest! {
        #[test]
        fn a_cookie_header_is_one_line_of_the_pairs(lines in prop::collection::vec("\\PC{0,20}|[a-c]{1,2}=[!-~]{0,9}(; ?[A-Za-z-]{1,9}=[0-9]{1,4})?", 0..40)) {
            let mut jar = Jar::default();
            lines.iter().for_each(|line| jar.take(line));
            let header = shown(&jar);
            prop_assert!(header.bytes().all(|b| (b' '..=b'~').contains(&b)));
            let pairs: Vec<_> = header.split("; ").filter_map(|pair| pair.split_once('=')).collect();
            prop_assert_eq!(pairs, jar.pairs().collect::<Vec<_>>());
        }
    }
}
