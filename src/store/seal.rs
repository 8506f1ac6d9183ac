//! Encryption at rest: AES-256-GCM under a random nonce.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

/// The length of a key.
pub(super) const LENGTH: usize = 32;

/// A key. Never printed; wiped when dropped, but for what `ring` keeps of it.
pub(super) struct Key(Zeroizing<[u8; LENGTH]>);

impl Key {
    /// A key of these bytes, if there are [`LENGTH`] of them.
    pub(super) fn new(bytes: &[u8]) -> Option<Key> {
        bytes.try_into().ok().map(|bytes| Key(Zeroizing::new(bytes)))
    }

    /// A new key; `None` where the system gives no random numbers.
    pub(super) fn random() -> Option<Key> {
        let mut key = Key(Zeroizing::new([0; LENGTH]));
        SystemRandom::new().fill(key.0.as_mut()).ok()?;
        Some(key)
    }

    /// Its bytes, to be kept.
    pub(super) fn bytes(&self) -> &[u8] {
        self.0.as_ref()
    }

    /// Encrypts. What comes out can be read with the same `beside` only.
    pub(super) fn seal(&self, beside: &[u8], plain: &[u8]) -> Option<Vec<u8>> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        // Room for the tag: a buffer that grows leaves what was in it behind, in clear.
        let mut sealed = Vec::with_capacity(plain.len() + AES_256_GCM.tag_len());
        sealed.extend_from_slice(plain);
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, self.bytes()).ok()?);
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(beside), &mut sealed)
            .ok()?;
        Some([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts. `None` for what another key sealed, for what was changed since, and for another `beside`.
    pub(super) fn open(&self, beside: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_LEN>()?;
        let mut bytes = Zeroizing::new(sealed.to_vec());
        let key = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, self.bytes()).ok()?);
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let length = key.open_in_place(nonce, Aad::from(beside), bytes.as_mut_slice()).ok()?.len();
        bytes.truncate(length);
        Some(bytes)
    }
}

/// Some bytes in hexadecimal that no other process makes.
pub(super) fn unique() -> Option<String> {
    let mut bytes = [0; 8];
    SystemRandom::new().fill(&mut bytes).ok()?;
    Some(hex(&bytes))
}

/// The SHA-256 of `parts`, in hexadecimal. Each part is counted, so that no two lists of parts give the same bytes.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    hex(context.finish().as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_is_sealed_is_opened_beside_the_same_only(
            plain in prop::collection::vec(any::<u8>(), 0..300),
            beside in prop::collection::vec(any::<u8>(), 0..40),
            at in any::<prop::sample::Index>(),
        ) {
            let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
            let sealed = key.seal(&beside, &plain).unwrap();
            let opened = key.open(&beside, &sealed).unwrap();
            prop_assert_eq!(opened.as_slice(), plain.as_slice());
            prop_assert!(other.open(&beside, &sealed).is_none());
            prop_assert!(key.open(&[beside.as_slice(), b"x"].concat(), &sealed).is_none());
            let mut changed = sealed.clone();
            changed[at.index(sealed.len())] ^= 1;
            prop_assert!(key.open(&beside, &changed).is_none());
            prop_assert!(key.open(&beside, &sealed[..at.index(sealed.len())]).is_none());
        }

        #[test]
        fn no_two_lists_of_words_have_one_digest(one in prop::collection::vec("[ab]{0,3}", 0..4), two in prop::collection::vec("[ab]{0,3}", 0..4)) {
            let parts = |words: &[String]| digest(&words.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(parts(&one) == parts(&two), one == two);
        }
    }
}
