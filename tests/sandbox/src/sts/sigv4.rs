//! AWS Signature Version 4, checked from the request as received.
//!
//! From "AWS API request signing" in the IAM guide: canonical request, string to sign, derived key. The
//! signature must be in the Authorization header; one in the query is not looked for.

use super::Refusal;
use crate::clock::{MINUTE, basic_time, parse_time};
use crate::exchange::{Asked, form, percent};
use ring::digest::{SHA256, digest};
use ring::hmac::{self, HMAC_SHA256};

/// How far the caller's clock may be off.
const SKEW: i64 = 5 * MINUTE;
const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// The signature a request carries.
#[derive(Debug)]
pub(super) struct Signed {
    key_id: String,
    date: String,
    region: String,
    service: String,
    headers: Vec<String>,
    signature: String,
    time: String,
}

impl Signed {
    /// Takes the Authorization header apart.
    pub(super) fn of(asked: &Asked) -> Result<Signed, Refusal> {
        let Some(header) = asked.header("authorization") else {
            let message = "Request is missing Authentication Token";
            return Err(Refusal::new(403, "MissingAuthenticationToken", message));
        };
        let incomplete = |what: &str| {
            Refusal::new(400, "IncompleteSignature", format!("{what}. Authorization=(redacted)"))
        };
        let rest = header.strip_prefix(ALGORITHM).ok_or_else(|| incomplete("Unsupported AWS 'algorithm'"))?;
        let part = |name: &str| {
            let found =
                rest.split(',').filter_map(|part| part.trim().split_once('=')).find(|(key, _)| *key == name);
            found
                .map(|(_, value)| value.to_owned())
                .ok_or_else(|| incomplete(&format!("Authorization header requires '{name}' parameter")))
        };
        let credential = part("Credential")?;
        let scope: Vec<&str> = credential.split('/').collect();
        let [key_id, date, region, service, "aws4_request"] = scope.as_slice() else {
            return Err(incomplete("Credential must have exactly 5 slash-delimited elements"));
        };
        let time = asked.header("x-amz-date");
        let time =
            time.ok_or_else(|| incomplete("Authorization header requires existence of 'X-Amz-Date' header"))?;
        Ok(Signed {
            key_id: (*key_id).to_owned(),
            date: (*date).to_owned(),
            region: (*region).to_owned(),
            service: (*service).to_owned(),
            headers: part("SignedHeaders")?.split(';').map(str::to_owned).collect(),
            signature: part("Signature")?,
            time: time.to_owned(),
        })
    }

    /// The access key id.
    pub(super) fn key_id(&self) -> &str {
        &self.key_id
    }

    /// Checks scope, time and signature. `now` is the machine's clock, as the caller's is.
    pub(super) fn verify(&self, asked: &Asked, service: &str, secret: &str, now: i64) -> Result<(), Refusal> {
        let refused = |message: String| Err(Refusal::new(403, "SignatureDoesNotMatch", message));
        if self.service != service {
            return refused(format!("Credential should be scoped to correct service: '{service}'."));
        }
        let Some(time) = parse_time(&self.time) else {
            return refused("Date must be in ISO-8601 'basic format'.".to_owned());
        };
        let (stamp, here) = (&self.time, basic_time(now));
        if !stamp.starts_with(&self.date) {
            let message = format!(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '{}' != '{stamp}'.",
                self.date
            );
            return refused(message);
        }
        if now - time > SKEW {
            let oldest = basic_time(now - SKEW);
            return refused(format!(
                "Signature expired: {stamp} is now earlier than {oldest} ({here} - 5 min.)"
            ));
        }
        if time - now > SKEW {
            let newest = basic_time(now + SKEW);
            return refused(format!(
                "Signature not yet current: {stamp} is still later than {newest} ({here} + 5 min.)"
            ));
        }
        // Every header of AWS's own must be signed, and the host, or they could be exchanged.
        let must = asked.headers.iter().map(|(name, _)| name.as_str());
        let unsigned = must
            .filter(|name| *name == "host" || (name.starts_with("x-amz-") && *name != "x-amz-user-agent"))
            .find(|name| !self.headers.iter().any(|signed| signed == name));
        if let Some(name) = unsigned {
            return refused(format!("'{name}' must be a 'SignedHeader' in the AWS Authorization."));
        }
        let wanted = self.signature_of(asked, secret);
        if wanted != self.signature {
            return refused(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                 Access Key and signing method. Consult the service documentation for details."
                    .to_owned(),
            );
        }
        Ok(())
    }

    fn signature_of(&self, asked: &Asked, secret: &str) -> String {
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let request = hex(digest(&SHA256, self.canonical_request(asked).as_bytes()).as_ref());
        let to_sign = format!("{ALGORITHM}\n{}\n{scope}\n{request}", self.time);
        let mut key = hmac::sign(
            &hmac::Key::new(HMAC_SHA256, format!("AWS4{secret}").as_bytes()),
            self.date.as_bytes(),
        );
        for part in [self.region.as_str(), self.service.as_str(), "aws4_request", to_sign.as_str()] {
            key = hmac::sign(&hmac::Key::new(HMAC_SHA256, key.as_ref()), part.as_bytes());
        }
        hex(key.as_ref())
    }

    fn canonical_request(&self, asked: &Asked) -> String {
        // Outside S3 the path is encoded once more.
        let path: Vec<String> = asked.path.split('/').map(percent).collect();
        let mut query: Vec<String> = form(asked.query.as_bytes())
            .iter()
            .map(|(name, value)| format!("{}={}", percent(name), percent(value)))
            .collect();
        query.sort();
        let headers: String = self
            .headers
            .iter()
            .map(|name| {
                let values = asked.headers.iter().filter(|(key, _)| key == name);
                let values: Vec<String> = values.map(|(_, value)| single_spaced(value)).collect();
                format!("{name}:{}\n", values.join(","))
            })
            .collect();
        let payload = hex(digest(&SHA256, &asked.body).as_ref());
        let (path, query, names) = (path.join("/"), query.join("&"), self.headers.join(";"));
        format!("{}\n{path}\n{query}\n{headers}\n{names}\n{payload}", asked.method)
    }
}

fn single_spaced(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example in AWS's signing documentation (`iam`, `ListUsers`).
    #[test]
    fn the_documented_example_gives_the_documented_signature() {
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let asked = Asked {
            method: "GET".to_owned(),
            path: "/".to_owned(),
            query: "Action=ListUsers&Version=2010-05-08".to_owned(),
            headers: vec![
                header("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
                header("host", "iam.amazonaws.com"),
                header("x-amz-date", "20150830T123600Z"),
                header(
                    "authorization",
                    "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
                     SignedHeaders=content-type;host;x-amz-date, Signature=x",
                ),
            ],
            body: Vec::new(),
        };
        let signed = Signed::of(&asked).ok();
        let signature =
            signed.map(|signed| signed.signature_of(&asked, "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"));
        let wanted = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
        assert_eq!(signature.as_deref(), Some(wanted));
    }
}
