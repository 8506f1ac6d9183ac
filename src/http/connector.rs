//! The client as the AWS SDK's transport, so that the SDK brings no second HTTP and TLS stack.

use super::Http;
use crate::error::Error;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// What [`Http::connector`] gives: an `HttpClient` for the SDK's configuration.
#[derive(Clone, Debug)]
pub struct Connector {
    http: Http,
}

impl Connector {
    pub(super) fn new(http: Http) -> Connector {
        Connector { http }
    }

    async fn carry(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let request = request.map(|body: SdkBody| match body.bytes() {
            Some(bytes) => reqwest::Body::from(bytes.to_vec()),
            None => reqwest::Body::wrap(body),
        });
        let request = reqwest::Request::try_from(request).map_err(|error| {
            // The SDK made it, so this is a URL that reqwest cannot take: `without_url`, for its query.
            ConnectorError::user(error.without_url().into())
        })?;
        let mut answer = self.http.exchange(request).await.map_err(refusal)?;
        // The SDK would sleep as long as this says, a year if need be, with nobody told.
        answer.headers.remove("x-amz-retry-after");
        let mut out = ::http::Response::new(SdkBody::from(std::mem::take(&mut *answer.body)));
        *out.headers_mut() = answer.headers;
        *out.status_mut() = ::http::StatusCode::from_u16(answer.status)
            .map_err(|error| ConnectorError::user(error.into()))?;
        HttpResponse::try_from(out).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

/// Our error travels inside the SDK's, whole: whoever gets it back finds it as the source. `other` without a kind is never
/// tried again: a call that found no network finds none a second later, and the person waits meanwhile.
fn refusal(error: Error) -> ConnectorError {
    ConnectorError::other(error.into(), None)
}

// Timeouts of the SDK's are left aside: the one rule is the client's own.
impl HttpClient for Connector {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        Some(ConnectorMetadata::new("reqwest", None))
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().carry(request))
    }
}
