//! Where STS would be asked: the SDK's own answer, which knows regions, partitions, FIPS, dual-stack and AWS's files.

use super::AwsSettings;
use crate::arn::Partition;
use crate::error::{Error, Kind};
use aws_sdk_sts::Client;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use std::sync::{Arc, Mutex};
use url::Url;

/// A transport that sends nothing, and keeps where it would have gone.
#[derive(Clone, Debug, Default)]
struct Kept(Arc<Mutex<Option<String>>>);

impl HttpClient for Kept {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Kept {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if let Ok(mut kept) = self.0.lock() {
            *kept = Some(request.uri().to_owned());
        }
        HttpConnectorFuture::ready(Err(ConnectorError::user("nothing is sent".into())))
    }
}

/// The endpoint that a role of `partition` is assumed at. Nothing is sent.
///
/// # Errors
/// As [`AwsSettings::region_for`]; `config` for a region in which the SDK knows no STS.
pub async fn endpoint(aws: &AwsSettings, partition: Option<&Partition>) -> Result<Url, Error> {
    let region = aws.region_for(partition)?;
    let kept = Kept::default();
    let client = Client::from_conf(aws.client(kept.clone(), &region).build());
    let call = client.assume_role_with_saml().role_arn("-").principal_arn("-").saml_assertion("-");
    // It ends in the transport's refusal; what it was sent to is what is asked for.
    let _ = call.send().await;
    let kept = kept.0.lock().ok().and_then(|kept| Url::parse(kept.as_deref()?).ok());
    kept.ok_or_else(|| {
        Error::new(
            Kind::Config,
            format!("no STS endpoint is known for the region {}", region.name),
            "check the region",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sts::AwsEnvironment;

    #[tokio::test]
    async fn the_endpoint_is_the_regions_or_the_one_that_is_given() {
        let of = |region: Option<&str>, url: Option<&str>, partition: Option<&'static str>| {
            let environment = AwsEnvironment {
                flag: region.map(str::to_owned),
                endpoint_url: url.map(str::to_owned),
                profile: Some("no such profile".to_owned()),
                ..AwsEnvironment::default()
            };
            async move {
                let settings = AwsSettings::load(&environment).await.unwrap();
                let partition = partition.and_then(Partition::from_arn);
                endpoint(&settings, partition.as_ref()).await.unwrap().to_string()
            }
        };
        assert_eq!(of(Some("eu-west-1"), None, None).await, "https://sts.eu-west-1.amazonaws.com/");
        assert_eq!(of(None, None, None).await, "https://sts.us-east-1.amazonaws.com/");
        assert_eq!(of(Some("cn-north-1"), None, None).await, "https://sts.cn-north-1.amazonaws.com.cn/");
        let gov = of(Some("eu-west-1"), None, Some("arn:aws-us-gov:iam::1:role/x")).await;
        assert_eq!(gov, "https://sts.us-gov-west-1.amazonaws.com/");
        assert_eq!(of(None, Some("https://127.0.0.1:9/"), None).await, "https://127.0.0.1:9/");
    }
}
