use sha2::{Digest, Sha256};

/// A finding's stable name, 32 hexadecimal digits: it stays when lines move, white space or the
/// wording of messages changes; it changes when the text at the place does. `occurrence` tells
/// findings apart that are alike in everything else, counted from 0 in the order of the file.
pub fn fingerprint(
    rule: &str,
    model: Option<&str>,
    artifact: Option<&str>,
    path: &str,
    text: &str,
    occurrence: usize,
) -> String {
    let mut hash = Sha256::new();
    let mut put = |part: &str| {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hash.update(part);
    };
    for part in [rule, model.unwrap_or_default(), artifact.unwrap_or_default(), path] {
        put(part);
    }
    text.split_whitespace().for_each(&mut put);
    hash.update(u64::try_from(occurrence).unwrap_or(u64::MAX).to_be_bytes());
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_do_not_confuse_neighbouring_parts() {
        assert_ne!(fingerprint("ab", None, None, "", "", 0), fingerprint("a", Some("b"), None, "", "", 0));
        assert_eq!(
            fingerprint("a", None, None, "p", "x  y", 0),
            fingerprint("a", None, None, "p", "x\ny", 0)
        );
    }
}
