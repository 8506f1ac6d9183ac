//! Where a partition signs people in, and where its console is.

use crate::arn::Partition;
use url::Url;

/// A partition's sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site {
    base: Url,
}

/// What botocore's rules for the endpoint `signin` know, and AWS's documentation of each partition.
struct Hosts {
    partition: &'static str,
    signin: &'static str,
    /// Those of the secret partitions are not published.
    console: Option<&'static str>,
    /// The region whose sign-in has no region in its name. None where all have.
    bare: Option<&'static str>,
}

const fn hosts(
    partition: &'static str,
    signin: &'static str,
    console: Option<&'static str>,
    bare: Option<&'static str>,
) -> Hosts {
    Hosts { partition, signin, console, bare }
}

const HOSTS: [Hosts; 8] = [
    hosts("aws", "signin.aws.amazon.com", Some("console.aws.amazon.com"), Some("us-east-1")),
    hosts("aws-cn", "signin.amazonaws.cn", Some("console.amazonaws.cn"), Some("cn-north-1")),
    hosts(
        "aws-us-gov",
        "signin.amazonaws-us-gov.com",
        Some("console.amazonaws-us-gov.com"),
        Some("us-gov-west-1"),
    ),
    hosts("aws-eusc", "signin.amazonaws-eusc.eu", Some("console.amazonaws-eusc.eu"), None),
    hosts("aws-iso", "signin.c2shome.ic.gov", None, None),
    hosts("aws-iso-b", "signin.sc2shome.sgov.gov", None, None),
    hosts("aws-iso-e", "signin.csphome.adc-e.uk", None, None),
    hosts("aws-iso-f", "signin.csphome.hci.ic.gov", None, None),
];

impl Site {
    /// The sign-in of a partition, in a region of it that was chosen. The global one, where there is such, serves every region; the regional ones go on
    /// when that one is down. `None` for a partition that came into being after this program.
    pub fn of(partition: &Partition, region: Option<&str>) -> Option<Site> {
        let hosts = find(partition)?;
        let region = region.or_else(|| hosts.bare.is_none().then(|| partition.default_region()).flatten());
        let prefix = region.filter(|region| hosts.bare != Some(region));
        url(prefix, hosts.signin, "/").map(|base| Site { base })
    }

    /// A sign-in at another address: somebody's gateway, or a stand-in.
    pub fn at(base: Url) -> Site {
        Site { base }
    }

    /// Where tokens are asked for and spent.
    pub(super) fn federation(&self) -> Url {
        self.below("federation")
    }

    /// Where responses are posted to.
    pub fn saml(&self) -> Url {
        self.below("saml")
    }

    fn below(&self, name: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("{}/{name}", self.base.path().trim_end_matches('/')));
        url
    }
}

/// The console's page of a service, or its first page. `None` where the partition's console has no known address.
pub fn console(partition: &Partition, region: Option<&str>, service: Option<&str>) -> Option<Url> {
    let host = find(partition)?.console?;
    let mut url = url(region, host, &format!("/{}/home", service.unwrap_or("console")))?;
    if let Some(region) = region {
        url.query_pairs_mut().append_pair("region", region);
    }
    Some(url)
}

/// Whether a host is a sign-in of AWS's, global or of a region.
pub(super) fn is_signin(host: &str) -> bool {
    HOSTS.iter().any(|hosts| {
        let prefix = host.strip_suffix(hosts.signin).map(|prefix| prefix.strip_suffix('.').unwrap_or(prefix));
        let is_region =
            |text: &str| text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        match prefix {
            Some("") => host == hosts.signin,
            // `evilsignin.aws…` has no dot there.
            Some(region) => is_region(region) && host.len() == region.len() + 1 + hosts.signin.len(),
            None => false,
        }
    })
}

fn find(partition: &Partition) -> Option<&'static Hosts> {
    HOSTS.iter().find(|hosts| hosts.partition == partition.name())
}

fn url(prefix: Option<&str>, host: &str, path: &str) -> Option<Url> {
    let prefix = prefix.map(|region| format!("{region}.")).unwrap_or_default();
    Url::parse(&format!("https://{prefix}{host}{path}")).ok()
}
