//! STS's answer, looked at before the SDK reads it.
//!
//! The SDK's reader goes on after what is not XML, takes the last of two keys, and drops what stands around a comment. A success with any
//! of that does not come from STS, and what it holds would be evaluated by a shell and handed to every AWS tool.

use crate::error::{Error, printable};
use crate::xml::{self, Element, Fault};
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// The longest answer with credentials, in bytes. The longest session token is a few thousand characters.
pub const ANSWER_LIMIT: usize = 75_000;

/// A transport whose successes are whole.
#[derive(Clone, Debug)]
pub(super) struct Checked<T>(pub(super) T);

impl<T: HttpClient> HttpClient for Checked<T> {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(Checked(self.0.http_connector(settings, components)))
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

impl HttpConnector for Checked<SharedHttpConnector> {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let answer = self.0.call(request);
        HttpConnectorFuture::new(async move {
            let answer = answer.await?;
            check(&answer).map_err(|error| ConnectorError::other(error.into(), None))?;
            Ok(answer)
        })
    }
}

fn check(answer: &HttpResponse) -> Result<(), Error> {
    // A refusal may come from a proxy, in any form; what it says is shown, and nothing else is done with it.
    if !answer.status().is_success() {
        return Ok(());
    }
    let body = answer.body().bytes().unwrap_or_default().trim_ascii();
    xml::read(body, ANSWER_LIMIT).and_then(|root| check_element(&root)).map_err(|fault| match fault {
        Fault::NoXml => super::incomplete("an answer that is not STS's XML"),
        Fault::Refused { what, at } => {
            super::incomplete(&format!("an answer that is not STS's XML: {what} (byte {at})"))
        }
    })
}

/// STS's answers hold no lists: each name stands once beside its like, and what holds no elements holds plain text.
fn check_element(element: &Element) -> Result<(), Fault> {
    let mut names: Vec<&str> = Vec::new();
    for child in element.elements() {
        if names.contains(&child.name.as_str()) {
            let what = format!("it has two values of {}", printable(&child.name));
            return Err(Fault::Refused { what, at: child.at });
        }
        names.push(&child.name);
        check_element(child)?;
    }
    if names.is_empty() { element.value().map(drop) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aws_smithy_types::body::SdkBody;

    const KEYS: &str =
        "<Credentials><AccessKeyId>ASIA1</AccessKeyId><SecretAccessKey>s</SecretAccessKey></Credentials>";

    fn refusal(status: u16, body: &str) -> Option<String> {
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        check(&answer).err().map(|error| error.to_string())
    }

    fn success(result: &str) -> String {
        format!(
            "\n<R xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n<S>{result}</S><T><RequestId>r</RequestId></T></R>\n"
        )
    }

    #[test]
    fn a_success_that_is_plain_passes_and_so_does_every_refusal() {
        for body in [
            success(KEYS),
            success(&KEYS.replace("ASIA1", "<![CDATA[AS]]>IA&#49;")),
            success(&format!("<!-- c --><?x y?>{KEYS}<!-- c -->")),
            format!("<?xml version='1.0' encoding='utf-8'?>{}", success(KEYS)),
            success(&format!("<A>{}</A>", "a".repeat(ANSWER_LIMIT - 200))),
        ] {
            assert_eq!(refusal(200, &body), None, "{body}");
        }
        for body in ["", "<html>", "{}", "<a><b>", "\u{1b}", "<E><M>x</M><M>y</M></E>"] {
            assert_eq!(refusal(403, body), None, "{body}");
        }
    }

    #[test]
    fn a_success_that_two_readers_would_read_differently_is_refused() {
        for (body, word) in [
            (String::new(), "not STS's XML"),
            ("{\"Credentials\":{}}".to_owned(), "not STS's XML"),
            (success(KEYS).trim_end().trim_end_matches("</R>").to_owned(), "cut off"),
            (format!("<!DOCTYPE a>{}", success(KEYS)), "DOCTYPE"),
            (success(&format!("{KEYS}{KEYS}")), "two values of Credentials"),
            (
                success(&KEYS.replace("<Sec", "<AccessKeyId>ASIA2</AccessKeyId><Sec")),
                "two values of AccessKeyId",
            ),
            (success(&KEYS.replace("ASIA1", "ASIA<!---->1")), "comment"),
            (success(&KEYS.replace("ASIA1", "ASIA<?x?>1")), "comment"),
            (success(&KEYS.replace("ASIA1", "ASIA\u{1b}1")), "control character"),
            (success(&KEYS.replace("ASIA1", "ASIA&#0;1")), "character"),
            (success(&"<a>".repeat(70)), "deeper"),
            (success(&"a".repeat(ANSWER_LIMIT)), "75000 bytes"),
        ] {
            let said = refusal(200, &body).unwrap_or_default();
            assert!(said.contains(word), "{word}: {said} in {body}");
        }
    }

    #[test]
    fn the_transport_says_what_it_is_as_before() {
        let transport = Checked(crate::http::loopback::client().connector());
        assert_eq!(transport.connector_metadata().unwrap().name(), "reqwest");
    }
}
