//! Identifiers and tokens in the shapes Okta and AWS give them.

use ring::digest::{SHA256, digest};
use ring::rand::{SecureRandom, SystemRandom};
use std::io;

const LETTERS_AND_DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const HEX: &[u8] = b"0123456789abcdef";
const DIGITS: &[u8] = b"0123456789";

/// A stream of random bytes from one seed. The system's generator is asked once, at start-up, where its
/// failure can still be reported as an error.
#[derive(Debug)]
pub(crate) struct Random {
    seed: [u8; 32],
    drawn: u64,
}

impl Random {
    /// Seeds the stream from the operating system.
    pub(crate) fn seeded() -> io::Result<Random> {
        let mut seed = [0; 32];
        SystemRandom::new()
            .fill(&mut seed)
            .map_err(|_| io::Error::other("the system gave no random bytes"))?;
        Ok(Random { seed, drawn: 0 })
    }

    fn text(&mut self, alphabet: &[u8], length: usize) -> String {
        let mut text = String::with_capacity(length);
        while text.len() < length {
            let mut input = self.seed.to_vec();
            input.extend_from_slice(&self.drawn.to_be_bytes());
            self.drawn = self.drawn.wrapping_add(1);
            for byte in digest(&SHA256, &input).as_ref() {
                if text.len() == length {
                    break;
                }
                // The slight bias of the remainder does not matter here: nothing is protected by these
                // values.
                if let Some(letter) = alphabet.get(usize::from(*byte) % alphabet.len()) {
                    text.push(char::from(*letter));
                }
            }
        }
        text
    }

    /// A Classic state token: `00` and 40 characters of the URL-safe alphabet. It always holds a `-` and a
    /// `_`, because pages write the one as `\x2D` and clients' patterns miss the other.
    pub(crate) fn state_token(&mut self) -> String {
        format!("00{}-CANARY_st{}", self.text(LETTERS_AND_DIGITS, 6), self.text(URL_SAFE, 24))
    }

    /// A session token: `20111` and more, 54 characters (observed).
    pub(crate) fn session_token(&mut self) -> String {
        format!("20111CANARY-st_{}", self.text(URL_SAFE, 39))
    }

    /// A session id, the value of the cookie `sid`: `102` and more, 25 characters (observed).
    pub(crate) fn session_id(&mut self) -> String {
        format!("102CANARYsid{}", self.text(LETTERS_AND_DIGITS, 13))
    }

    /// A device token, the value of the cookie `DT`.
    pub(crate) fn device_token(&mut self) -> String {
        format!("DI0{}", self.text(LETTERS_AND_DIGITS, 22))
    }

    /// Okta's `errorId`: `oae` and 22 URL-safe characters (observed).
    pub(crate) fn error_id(&mut self) -> String {
        format!("oae{}", self.text(URL_SAFE, 22))
    }

    /// The value of `x-okta-request-id`, 27 characters (observed: 24 to 27).
    pub(crate) fn okta_request_id(&mut self) -> String {
        self.text(URL_SAFE, 27)
    }

    /// A servlet container's session id.
    pub(crate) fn servlet_session(&mut self) -> String {
        self.text(b"0123456789ABCDEF", 32)
    }

    /// An id of the kind Okta gives SAML elements: `id` and digits.
    pub(crate) fn saml_id(&mut self, digits: usize) -> String {
        format!("id{}", self.text(DIGITS, digits))
    }

    /// A temporary access key id: `ASIA` and 16 characters of base32.
    pub(crate) fn access_key_id(&mut self) -> String {
        format!("ASIA{}", self.text(BASE32, 16))
    }

    /// A secret access key, 40 characters. It always holds `/` and `+`, which must survive URLs, shells and
    /// files.
    pub(crate) fn secret_access_key(&mut self) -> String {
        format!("CANARYsk/{}+{}", self.text(BASE64, 15), self.text(BASE64, 15))
    }

    /// An AWS session token. Its length is not specified by AWS; this one is of the usual size and ends in
    /// `==`.
    pub(crate) fn aws_session_token(&mut self) -> String {
        format!("IQoJb3JpZ2luX2VjCANARY+/{}==", self.text(BASE64, 422))
    }

    /// A sign-in token of AWS's federation endpoint: opaque and long.
    pub(crate) fn signin_token(&mut self) -> String {
        format!("CANARYsignin-{}", self.text(URL_SAFE, 243))
    }

    /// A request id of AWS, shaped as a UUID.
    pub(crate) fn aws_request_id(&mut self) -> String {
        format!(
            "{}-{}-4{}-a{}-{}",
            self.text(HEX, 8),
            self.text(HEX, 4),
            self.text(HEX, 3),
            self.text(HEX, 3),
            self.text(HEX, 12)
        )
    }

    /// A code in a message: six digits.
    pub(crate) fn message_code(&mut self) -> String {
        self.text(DIGITS, 6)
    }

    /// A folder's suffix.
    pub(crate) fn suffix(&mut self) -> String {
        self.text(HEX, 16)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_lengths_and_letters_of_the_real_ones() {
        let mut random = Random { seed: [7; 32], drawn: 0 };
        let state = random.state_token();
        assert_eq!((state.len(), state.starts_with("00")), (42, true));
        assert!(state.contains('-') && state.contains('_') && state.contains("CANARY"));
        assert_eq!(random.session_token().len(), 54);
        assert_eq!(random.session_id().len(), 25);
        assert_eq!(random.secret_access_key().len(), 40);
        assert_eq!(random.access_key_id().len(), 20);
        assert_ne!(random.state_token(), random.state_token());
    }
}
