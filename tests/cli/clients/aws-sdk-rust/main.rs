//! Who the AWS SDK for Rust is, by its default chain of credentials.
//!
//! With arguments it asks once for each: when the file of that name can be read (a fifo, say) it prints the access key that signed and who that is,
//! and makes NAME.done. So a test can move the clock between two questions of one program.
//!
//! The chain, the cache of credentials and the signatures are the SDK's; the transport is a plain reqwest, because the SDK's own would bring a second
//! generation of hyper and rustls.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a program of the tests")]

use aws_config::BehaviorVersion;
use aws_config::retry::RetryConfig;
use aws_sdk_sts::Client;
use aws_sdk_sts::error::DisplayErrorContext;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use std::error::Error;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};

/// reqwest as the SDK's transport, which notes the access key that a request is signed with: `SdkConfig` has no way to what its cache holds.
#[derive(Clone, Debug)]
struct Transport {
    http: reqwest::Client,
    signer: Arc<Mutex<String>>,
}

impl Transport {
    fn new() -> Result<Transport, Box<dyn Error>> {
        let mut roots = rustls::RootCertStore::empty();
        // By SSL_CERT_FILE, which names the sandbox's.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let http = reqwest::Client::builder().tls_backend_preconfigured(tls).no_proxy().build()?;
        Ok(Transport { http, signer: Arc::default() })
    }

    async fn carry(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        if let Some((_, rest)) =
            request.headers().get("authorization").and_then(|value| value.split_once("Credential="))
        {
            let key = rest.split('/').next().unwrap_or_default();
            key.clone_into(&mut self.signer.lock().unwrap_or_else(PoisonError::into_inner));
        }
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let request = request.map(|body| body.bytes().unwrap_or_default().to_vec());
        let request =
            reqwest::Request::try_from(request).map_err(|error| ConnectorError::user(error.into()))?;
        let io = |error: reqwest::Error| ConnectorError::io(error.into());
        let answer = self.http.execute(request).await.map_err(io)?;
        let mut out = http::Response::builder().status(answer.status());
        if let Some(headers) = out.headers_mut() {
            *headers = answer.headers().clone();
            // The SDK would sign by the server's clock, which is the machine's, and not the one that a test moves.
            headers.remove("date");
        }
        let out = out.body(SdkBody::from(answer.bytes().await.map_err(io)?));
        let out = out.map_err(|error| ConnectorError::other(error.into(), None))?;
        HttpResponse::try_from(out).map_err(|error| ConnectorError::other(error.into(), None))
    }
}

impl HttpClient for Transport {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Transport {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().carry(request))
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let transport = Transport::new()?;
    let signer = Arc::clone(&transport.signer);
    let loader = aws_config::defaults(BehaviorVersion::latest()).http_client(transport);
    let client = Client::new(&loader.retry_config(RetryConfig::disabled()).load().await);
    let identity = async || match client.get_caller_identity().send().await {
        Ok(identity) => Ok(identity.arn.unwrap_or_default()),
        Err(error) => Err(format!("Error: {}", DisplayErrorContext(error))),
    };
    let turns: Vec<String> = std::env::args().skip(1).collect();
    if turns.is_empty() {
        println!("{}", identity().await?);
    }
    for turn in turns {
        std::fs::read(&turn)?;
        let arn = identity().await?;
        println!("{} {arn}", signer.lock().unwrap_or_else(PoisonError::into_inner));
        std::fs::write(format!("{turn}.done"), "")?;
    }
    Ok(())
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(run())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
