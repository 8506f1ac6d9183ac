//! `-v`: one line a request, safe to paste into a ticket.

use std::fmt;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use url::Url;

/// Where the lines go; [`Log::off`] is nowhere. Clones write to the same place.
#[derive(Clone, Default)]
pub struct Log {
    sink: Option<Arc<Mutex<Box<dyn Write + Send>>>>,
}

impl Log {
    /// A log that writes to `sink` (stderr, in the program).
    pub fn to(sink: impl Write + Send + 'static) -> Log {
        Log { sink: Some(Arc::new(Mutex::new(Box::new(sink)))) }
    }

    /// A log that says nothing.
    pub fn off() -> Log {
        Log::default()
    }

    /// Writes one line. Control characters in it become blanks.
    ///
    /// It goes out in one write, for the stages of a pipe share a stderr; a stderr that is gone fails no login.
    pub fn line(&self, text: &str) {
        let Some(sink) = &self.sink else { return };
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = sink.write_all(format!("oktapipe: {text}\n").as_bytes());
    }

    pub(super) fn request(&self, method: &str, url: &Url, outcome: &str, took: Duration) {
        if self.sink.is_some() {
            self.line(&format!("{method} {}: {outcome}, {} ms", without_secrets(url), took.as_millis()));
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.sink.is_some() { "Log(on)" } else { "Log(off)" })
    }
}

/// Scheme, host, port and path. Out go user, query and fragment, and of the path the two places that carry a session: the
/// id in `/api/v1/sessions/ID`, and parameters such as `;jsessionid=…`.
fn without_secrets(url: &Url) -> String {
    let mut out = format!("{}://{}", url.scheme(), super::url::place(url));
    let mut after_sessions = false;
    for segment in url.path_segments().into_iter().flatten() {
        let segment = segment.split(';').next().unwrap_or_default();
        out.push('/');
        out.push_str(if after_sessions && segment != "me" { "(hidden)" } else { segment });
        after_sessions = segment == "sessions";
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_logged_of_a_url_holds_no_secret() {
        for (url, expected) in [
            ("https://ada:pw@h/a/b?token=x#y", "https://h/a/b"),
            ("https://h:8443/", "https://h:8443/"),
            ("https://h/api/v1/sessions", "https://h/api/v1/sessions"),
            ("https://h/api/v1/sessions/me", "https://h/api/v1/sessions/me"),
            ("https://h/api/v1/sessions/101W/lifecycle", "https://h/api/v1/sessions/(hidden)/lifecycle"),
            ("https://h/x;jsessionid=1/y", "https://h/x/y"),
            ("https://h/a%0Ab\u{1b}[31m", "https://h/a%0Ab%1B[31m"),
        ] {
            assert_eq!(without_secrets(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
