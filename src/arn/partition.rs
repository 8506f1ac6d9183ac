//! AWS's partitions: separate worlds with their own accounts, hosts and regions.

use std::borrow::Cow;

/// An AWS partition, the second field of an ARN.
///
/// The role's ARN says which one a login is for; the user's region may be of another and then has to give way.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Partition(Cow<'static, str>);

/// Name, the prefix of its regions, the region whose STS is asked when nobody names one.
const KNOWN: [(&str, &str, &str); 8] = [
    ("aws", "", "us-east-1"),
    ("aws-cn", "cn-", "cn-northwest-1"),
    ("aws-us-gov", "us-gov-", "us-gov-west-1"),
    ("aws-eusc", "eusc-", "eusc-de-east-1"),
    ("aws-iso", "us-iso-", "us-iso-east-1"),
    ("aws-iso-b", "us-isob-", "us-isob-east-1"),
    ("aws-iso-e", "eu-isoe-", "eu-isoe-west-1"),
    ("aws-iso-f", "us-isof-", "us-isof-south-1"),
];

impl Partition {
    /// The partition that a region belongs to, told by the region's prefix; `aws` for all that no other one claims.
    pub fn from_region(region: &str) -> Partition {
        let known = KNOWN.iter().find(|(_, prefix, _)| !prefix.is_empty() && region.starts_with(prefix));
        Partition(Cow::Borrowed(known.map_or("aws", |(name, _, _)| name)))
    }

    /// The partition of any ARN (`arn:aws-cn:sts::…` among them), by its second field.
    pub fn from_arn(arn: &str) -> Option<Partition> {
        let (name, _) = arn.strip_prefix("arn:")?.split_once(':')?;
        Partition::is_name(name).then(|| Partition::of(name))
    }

    /// The name, as it stands in ARNs.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The region whose STS serves this partition when none was chosen. `None` for a partition that came into being
    /// after this program: its ARNs are read all the same, only a region has to be given.
    pub fn default_region(&self) -> Option<&'static str> {
        KNOWN.iter().find(|(name, _, _)| *name == self.name()).map(|(_, _, region)| *region)
    }

    pub(super) fn of(name: &str) -> Partition {
        match KNOWN.iter().find(|(known, _, _)| *known == name) {
            Some((known, _, _)) => Partition(Cow::Borrowed(known)),
            None => Partition(Cow::Owned(name.to_owned())),
        }
    }

    /// `aws`, or `aws-` and lower-case letters, digits and hyphens.
    pub(super) fn is_name(text: &str) -> bool {
        text == "aws"
            || text.strip_prefix("aws-").is_some_and(|rest| {
                !rest.is_empty()
                    && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            })
    }
}
