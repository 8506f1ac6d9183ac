//! Each refusal of STS's: its kind, what it means for a login through Okta, and what to do.

use super::*;

/// Status, code, STS's words; kind, how our message begins, and a piece of the hint.
const ASSERTION: &str = "
400 | ExpiredTokenException | Token must be redeemed within 5 minutes | assertion_expired | the SAML assertion is too old | saml-fetch again
400 | ExpiredToken | x | assertion_expired | the SAML assertion is too old | saml-fetch again
400 | InvalidIdentityToken | Token must be redeemed within 5 minutes | assertion_expired | the SAML assertion is too old | saml-fetch again
400 | InvalidIdentityToken | The assertion has expired | assertion_expired | the SAML assertion is too old | saml-fetch again
400 | InvalidIdentityToken | SAML Assertion doesn't contain the requested Role and Metadata in the attributes | no_role | the assertion does not offer arn:aws:iam::123456789012:role/team/Dev through | saml-roles
400 | InvalidIdentityToken | Invalid base64 SAMLResponse (Service: X) | protocol | the assertion was mangled | lost plus sign
400 | InvalidIdentityToken | Response signature invalid (Service: X; Status Code: 400) | role_denied | arn:aws:iam::123456789012:saml-provider/Okta | upload the metadata
400 | InvalidIdentityToken | Issuer not present in specified provider (service: x) | role_denied | arn:aws:iam::123456789012:saml-provider/Okta | role mapping
400 | InvalidIdentityToken | Specified provider doesn't exist (Service: X) | role_denied | there is no provider arn: | create the SAML provider
400 | InvalidIdentityToken | RoleSessionName is required in AuthnResponse | role_denied | the assertion's RoleSessionName is missing | 2 to 64 letters
400 | InvalidIdentityToken | Source Identity must match [a-z]{2,64} and not begin with aws: | role_denied | the assertion's SourceIdentity | start with aws:
400 | InvalidIdentityToken | sourceIdentity is odd | role_denied | the assertion's SourceIdentity | start with aws:
400 | InvalidIdentityToken | Response does not contain the required audience. | role_denied | the assertion is for another audience | urn:amazon:webservices
400 | InvalidIdentityToken | Responses must contain SubjectConfirmatonData with a Recipient | role_denied | the assertion lacks a Recipient | single sign-on URL
400 | InvalidIdentityToken | The provider is odd | role_denied | AWS does not accept the assertion | against the metadata
400 | InvalidIdentityToken | That does not exist | role_denied | AWS does not accept the assertion | against the metadata
400 | InvalidIdentityToken | No (Service: signature expired) | role_denied | AWS does not accept the assertion | against the metadata
400 | ValidationError | The requested DurationSeconds exceeds the MaxSessionDuration set for this role. | duration_too_long | arn:aws:iam::123456789012:role/team/Dev does not allow sessions | ask for less
400 | ValidationError | 'durationSeconds' failed: Member must have value less than or equal to 43200 | duration_too_long | no session is that long | 43200 at most
400 | ValidationError | 'durationSeconds' failed: Member must have value greater than or equal to 900 | config | AWS does not take that duration | 900 at least
400 | ValidationError | Member must have value less than or equal to 7 | config | AWS does not take the request | check duration
400 | ValidationError | Value at 'sAMLAssertion' failed | config | AWS does not take an assertion of that size | 100000 characters
400 | ValidationError | Request ARN is invalid | config | AWS does not take the ARN | --principal arn:
400 | ValidationError | Value at 'roleArn' failed | config | AWS does not take the ARN | --principal arn:
400 | ValidationError | Value at 'principalArn' failed | config | AWS does not take the ARN | --principal arn:
403 | AccessDenied | Not authorized to perform sts:AssumeRoleWithSAML | role_denied | AWS does not let this assertion assume arn: | trust policy
403 | AccessDeniedException | no | role_denied | AWS does not let this assertion assume arn: | trust policy
403 | IDPRejectedClaim | no | role_denied | the assertion says that the sign-in failed | Okta administrator
400 | MalformedPolicyDocument | no | config | the session policy is malformed | correct
400 | PackedPolicyTooLarge | 120% | config | session policies and tags are too large | shorten
403 | RegionDisabledException | not activated in this region | config | STS is not activated in eu-west-1 | --region
403 | SomethingNew | no | role_denied | AWS refuses to assume the role | AWS administrator
401 | SomethingNew | no | role_denied | AWS refuses to assume the role | AWS administrator
400 | SomethingNew | no | protocol | STS failed to assume the role (status 400) | STS reference
499 | SomethingNew | no | protocol | STS failed to assume the role (status 499) | STS reference
429 | SomethingNew | no | rate_limited | STS is asked too often | wait
";

/// The same, of credentials.
const CREDENTIALS: &str = "
403 | ExpiredToken | The security token included in the request is expired | session_expired | the credentials have expired | log in again
403 | ExpiredTokenException | no | session_expired | the credentials have expired | log in again
400 | RequestExpired | no | session_expired | the credentials have expired | log in again
403 | InvalidClientTokenId | invalid | authentication_failed | AWS does not know these credentials | partition
403 | UnrecognizedClientException | no | authentication_failed | AWS does not know these credentials | partition
403 | InvalidAccessKeyId | no | authentication_failed | AWS does not know these credentials | partition
403 | SignatureDoesNotMatch | x-amz-security-token:hunter2/token | authentication_failed | the secret access key does not fit | unchanged
403 | SignatureDoesNotMatch | Signature expired: 1 is now earlier than 2 | authentication_failed | AWS sees another time | clock
403 | SignatureDoesNotMatch | Signature not yet current: 2 is still later than 1 | authentication_failed | AWS sees another time | clock
403 | IncompleteSignature | expired | authentication_failed | the secret access key does not fit | unchanged
403 | IncompleteSignatureException | no | authentication_failed | the secret access key does not fit | unchanged
403 | MissingAuthenticationToken | no | authentication_failed | the secret access key does not fit | unchanged
403 | InvalidSignatureException | no | authentication_failed | the secret access key does not fit | unchanged
403 | AccessDenied | no | role_denied | a policy forbids sts:GetCallerIdentity | AWS administrator
403 | AccessDeniedException | no | role_denied | a policy forbids sts:GetCallerIdentity | AWS administrator
403 | SomethingNew | no | role_denied | AWS refuses to name the caller | AWS administrator
400 | SomethingNew | no | protocol | STS failed to name the caller (status 400) | STS reference
";

/// Asks with each row's answer, and holds what comes of it against the row.
fn each(rows: &str, ask: impl Fn(Vec<u8>) -> Result<Map<String, Value>, Error>) {
    let rows: Vec<Vec<&str>> =
        rows.trim().lines().map(|row| row.split('|').map(str::trim).collect()).collect();
    assert!(rows.len() > 15);
    for row in rows {
        let [status, code, words, kind, what, hint] = row[..] else { panic!("{row:?}") };
        let result = ask(refusal(status.parse().unwrap(), code, words));
        let Err(Error::Failed(failure)) = result else { panic!("{row:?}: {result:?}") };
        assert_eq!(failure.kind.name(), kind, "{row:?}");
        assert!(
            failure.message.starts_with(what) && failure.message.contains(code),
            "{row:?}: {}",
            failure.message
        );
        assert!(failure.hint.contains(hint), "{row:?}: {}", failure.hint);
        assert!(!failure.message.to_ascii_lowercase().contains("(service:"), "{}", failure.message);
        let said = failure.body["Error"].as_object().unwrap();
        assert_eq!((&said["Code"], &failure.body["RequestId"]), (&Value::from(code), &Value::from("r-1")));
        if !words.contains("hunter2") {
            assert_eq!(said["Message"], words);
        }
        assert!(!format!("{failure:?}").contains("hunter2"), "{failure:?}");
    }
}

#[test]
fn a_refused_assertion_is_told_by_code_and_words() {
    each(ASSERTION, |answer| {
        let (result, requests) = assume(vec![answer]);
        assert_eq!(requests.len(), 1);
        result
    });
}

#[test]
fn refused_credentials_are_told_by_code_and_words() {
    each(CREDENTIALS, |answer| {
        let server = Loopback::new(vec![answer]);
        let aws = settings_of(server.url.as_str(), None);
        run(caller_identity(client().connector(), &aws, &credentials(), None))
    });
    assert_eq!(format!("{:?}", credentials()), "Credentials(ASIAEXAMPLE)");
}

#[test]
fn each_name_of_throttling_is_too_many_requests() {
    for code in [
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "RequestThrottledException",
        "RequestThrottled",
        "TooManyRequestsException",
        "RequestLimitExceeded",
        "SlowDown",
        "PriorRequestNotComplete",
    ] {
        let (result, _) = assume(vec![refusal(400, code, "no"); 3]);
        assert_eq!(result.unwrap_err().kind(), Some(Kind::RateLimited), "{code}");
    }
}

#[test]
fn an_answer_that_is_nobodys_is_told_by_its_status() {
    let (result, _) = assume(vec![answer(403, "Content-Type: text/html\r\n", "<html>Forbidden")]);
    let Err(Error::Failed(failure)) = result else { panic!("{result:?}") };
    assert_eq!(failure.message, "the answer does not come from STS (status 403)");
    assert!(failure.body.is_empty() && failure.hint.contains("AWS_ENDPOINT_URL"));
    let (result, _) = assume(vec![answer(429, "", "")]);
    assert_eq!(result.unwrap_err().kind(), Some(Kind::RateLimited));
}

#[test]
fn the_id_of_a_call_comes_from_the_header_or_the_answer() {
    let body = |head: &str, id: &str| {
        let xml = format!(
            "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error>{id}</ErrorResponse>"
        );
        let (result, _) = assume(vec![answer(403, head, &xml)]);
        let Err(Error::Failed(failure)) = result else { panic!("{result:?}") };
        failure.body.get("RequestId").cloned()
    };
    assert_eq!(body("x-amzn-RequestId: r-2\r\n", "<RequestId>r-1</RequestId>"), Some("r-2".into()));
    assert_eq!(body("", "<RequestId> r-1 </RequestId>"), Some("r-1".into()));
    assert_eq!(body("", ""), None);
}

#[test]
fn an_assertion_that_sts_repeats_is_hidden_even_in_part() {
    let piece = "QUJD".repeat(100);
    let message = format!("Value PHNhbWw+/Wg== at sAMLAssertion, {piece}... no");
    let (result, _) = assume(vec![refusal(400, "ValidationError", &message)]);
    let error = format!("{:?}", result.unwrap_err());
    assert!(!error.contains("PHNhbWw") && !error.contains("QUJDQUJD"), "{error}");
}

#[test]
fn throttling_and_server_faults_are_asked_about_again_and_three_times_at_most() {
    for (answers, kind) in [
        (refusal(400, "Throttling", "Rate exceeded"), Kind::RateLimited),
        (refusal(400, "IDPCommunicationError", "no"), Kind::ServiceError),
        (answer(503, "Content-Type: text/html\r\n", "<html><title>Sorry</title>"), Kind::ServiceError),
    ] {
        let (result, requests) = assume(vec![answers.clone(); 4]);
        assert_eq!(result.unwrap_err().kind(), Some(kind));
        assert_eq!(requests.len(), 3, "{kind:?}");
        let (result, _) = assume(vec![answers, success(KEYS)]);
        assert!(result.is_ok(), "{kind:?}");
    }
}
