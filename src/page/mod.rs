//! The page that an app link ends at: the form with the assertion, or one of the pages that come instead of it.
//!
//! All of them arrive with status 200 or thereabouts, so the page itself has to say which one it is.

mod content;
mod form;
#[cfg(test)]
mod hostile_tests;
mod script;
#[cfg(test)]
mod tests;
mod tree;

use crate::error::{Error, Kind, printable};
use crate::secret::{ExposeSecret, SecretString};
use content::Content;
pub use form::Form;
pub use tree::{ATTRIBUTES, BYTES, DEPTH, MARKS, NODES, TAG_ATTRIBUTES, TAGS};

/// A page of Okta, told by what it holds. Titles and texts are fit to be shown: folded, cut, without control characters.
#[derive(Clone, Debug)]
pub enum Page {
    /// The form that carries the assertion to AWS.
    Form(Form),
    /// The sign-in page: there is no session, or it is over.
    SignIn {
        /// The page's title, `Acme - Sign In`.
        title: String,
    },
    /// The user may log in, but not to this app.
    NotAssigned {
        /// The page's title.
        title: String,
        /// What the page says about it.
        text: String,
    },
    /// A sign-on policy keeps the user from the app.
    AccessLocked {
        /// The page's title.
        title: String,
        /// What the page says about it.
        text: String,
    },
    /// The app asks for another factor first; the token starts that transaction.
    StepUp {
        /// The page's title, `Acme - Extra Verification`.
        title: String,
        /// The token for `POST /api/v1/authn`.
        state_token: SecretString,
    },
    /// The app's own form without an assertion: it is not set to SAML 2.0, but to fill in a password.
    NotSaml {
        /// The page's title.
        title: String,
        /// Where the form goes.
        action: String,
    },
    /// A page that says that something went wrong.
    Error {
        /// The page's title.
        title: String,
        /// What the page says about it; empty where that could not be found.
        text: String,
    },
    /// None of these.
    Unknown {
        /// The page's title; empty where it has none.
        title: String,
    },
}

/// Reads a page. UTF-8 only, whatever the page says of itself: that is what Okta sends.
pub fn read(html: &[u8]) -> Result<Page, Error> {
    if html.len() > BYTES {
        return Err(tree::refused(format!("the page is larger than {BYTES} bytes")));
    }
    let text = std::str::from_utf8(html).map_err(|fault| {
        Error::new(
            Kind::Protocol,
            format!("the page is not UTF-8 (byte {})", fault.valid_up_to()),
            "save it as the server sent it, or fetch it with saml-fetch",
        )
    })?;
    let html = tree::build(text)?;
    let content = Content::of(&html);
    match form::find(&content)? {
        Some(form) => Ok(Page::Form(form)),
        None => tell(&content),
    }
}

/// Tells the pages without the form apart, the surest signs first.
fn tell(content: &Content<'_>) -> Result<Page, Error> {
    let title = printable(&content.title);
    let is_labelled = |names: &[&str]| content.labels.iter().any(|label| names.contains(label));
    let token = script::state_token(&content.scripts);
    let scripts = script::unescape(&content.scripts);
    let mentions =
        |path: &str| scripts.contains(path) || content.links.iter().any(|link| link.contains(path));

    let is_titled_sign_in = title == "Sign In" || title.ends_with("- Sign In");
    if title.ends_with("- Extra Verification")
        || (!is_titled_sign_in && token.is_some() && mentions("/login/step-up/"))
    {
        return match token {
            Some(state_token) => Ok(Page::StepUp { title, state_token }),
            None => Err(Error::new(
                Kind::Protocol,
                format!("the page ({title}) asks for more verification, but holds no state token"),
                "open the app in a browser to see what it asks for",
            )),
        };
    }
    let said = content.error.as_deref().or(content.heading.as_deref()).unwrap_or_default();
    let text = printable(if said.trim().is_empty() { &content.text } else { said });
    let says = |phrases: &[&str]| {
        let said = [&content.title, &content.text].map(|text| fold(text));
        phrases.iter().any(|phrase| said.iter().any(|text| text.contains(phrase)))
    };
    if says(&["app access locked"]) {
        return Ok(Page::AccessLocked { title, text });
    }
    if says(&["app not assigned", "not assigned this app", "not assigned to this app"]) {
        return Ok(Page::NotAssigned { title, text });
    }
    let is_engine_token = token.is_some_and(|token| token.expose_secret().starts_with("02.id"));
    if is_titled_sign_in || is_labelled(&["signin-container", "okta-sign-in"]) || is_engine_token {
        return Ok(Page::SignIn { title });
    }
    if let Some(form) = content.forms.iter().find(|form| form.attr("id") == Some("appForm")) {
        let action = printable(form.attr("action").unwrap_or_default());
        return Ok(Page::NotSaml { title, action });
    }
    if content.error.is_some() || is_failure(&title) {
        let text = if said.trim().is_empty() { String::new() } else { text };
        return Ok(Page::Error { title, text });
    }
    // Last, because error pages link to it as well.
    if mentions("/login/login.htm") {
        return Ok(Page::SignIn { title });
    }
    Ok(Page::Unknown { title })
}

fn fold(text: &str) -> String {
    text.split_whitespace().flat_map(|word| [word, " "]).collect::<String>().to_lowercase()
}

/// Whether a title is one of Okta's, its content network's or a proxy's for a request that failed.
fn is_failure(title: &str) -> bool {
    const WORDS: [&str; 11] = [
        "error",
        "not found",
        "forbidden",
        "denied",
        "unavailable",
        "maintenance",
        "bad request",
        "unauthorized",
        "too many requests",
        "gateway",
        "timed out",
    ];
    let title = title.to_lowercase();
    let is_status = title.split(' ').any(|word| {
        word.len() == 3 && word.starts_with(['4', '5']) && word.bytes().all(|b| b.is_ascii_digit())
    });
    is_status || WORDS.iter().any(|word| title.contains(word))
}
