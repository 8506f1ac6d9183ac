//! STS without a network: the answer is ready before the question.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use oktapipe::arn::{PrincipalArn, RoleArn};
use oktapipe::error::Error;
use oktapipe::secret::SecretString;
use oktapipe::sts::{self, AssumeRequest, AwsEnvironment, AwsSettings, Credentials};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// In every secret that is sent.
pub const CANARY: &str = "CANARY/0123456789+abcdefghijklmnopqrstuvwxyz==";

/// Time stands still and jumps: a wait between two attempts costs nothing.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: tokio::runtime::Runtime =
            tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().expect("a runtime");
    }
    RUNTIME.with(|runtime| runtime.block_on(future))
}

/// What AssumeRoleWithSAML makes of this answer.
pub fn assume(status: u16, body: &[u8]) -> Result<Map<String, Value>, Error> {
    static REQUEST: LazyLock<AssumeRequest> = LazyLock::new(|| AssumeRequest {
        role_arn: RoleArn::parse("arn:aws:iam::111122223333:role/Dev").expect("a role"),
        principal_arn: PrincipalArn::parse("arn:aws:iam::111122223333:saml-provider/OKTA")
            .expect("a provider"),
        assertion: SecretString::from(CANARY),
        duration: Some(3600),
        policy: None,
        policy_arns: Vec::new(),
    });
    block_on(sts::assume_role_with_saml(Ready::new(status, body), &SETTINGS, &REQUEST))
}

/// What GetCallerIdentity makes of it.
pub fn identify(status: u16, body: &[u8]) -> Result<Map<String, Value>, Error> {
    let credentials = Credentials {
        access_key_id: "ASIAEXAMPLE".to_owned(),
        secret_access_key: SecretString::from(CANARY),
        session_token: Some(SecretString::from(CANARY)),
    };
    block_on(sts::caller_identity(Ready::new(status, body), &SETTINGS, &credentials, None))
}

static SETTINGS: LazyLock<AwsSettings> = LazyLock::new(|| {
    let environment = AwsEnvironment {
        flag: Some("eu-west-1".to_owned()),
        endpoint_url: Some("http://127.0.0.1:9".to_owned()),
        profile: Some("default".to_owned()),
        ..AwsEnvironment::default()
    };
    block_on(AwsSettings::load(&environment)).expect("settings")
});

#[derive(Clone, Debug)]
struct Ready {
    status: u16,
    body: Vec<u8>,
}

impl Ready {
    fn new(status: u16, body: &[u8]) -> Ready {
        Ready { status, body: body.to_vec() }
    }
}

impl HttpClient for Ready {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Ready {
    fn call(&self, _: HttpRequest) -> HttpConnectorFuture {
        let status = self.status.try_into().expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, SdkBody::from(self.body.clone()))))
    }
}
