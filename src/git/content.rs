use std::sync::Arc;

/// What a snapshot holds at a path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Content {
    /// UTF-8, without a byte order mark; line ends are as they were.
    Text(Arc<str>),
    /// Text in an encoding that is not UTF-8.
    NotUtf8 {
        /// The line of the first byte that does not fit, counted from 1.
        line: u32,
    },
    /// UTF-16 or UTF-32, by its byte order mark.
    Utf16,
    /// Holds a NUL.
    Binary,
    /// The content is kept elsewhere by Git LFS.
    LfsPointer {
        /// The content's SHA-256, in hexadecimal.
        oid: String,
        /// The content's size in bytes.
        size: u64,
    },
    /// Larger than [`super::Limits::max_blob`]; not read.
    TooLarge {
        /// In bytes.
        size: u64,
    },
    /// A symbolic link, which is never followed.
    Symlink {
        /// Where it points, as written in it; it may lead out of the repository.
        target: Vec<u8>,
    },
    /// A submodule.
    Gitlink,
}

impl Content {
    /// Sorts the bytes of a regular file.
    pub(super) fn of_file(bytes: &[u8]) -> Content {
        Content::unless_text(bytes).unwrap_or_else(|text| Content::Text(Arc::from(text)))
    }

    /// The same for all but texts.
    pub(super) fn unless_text(bytes: &[u8]) -> Result<Content, &str> {
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Ok(Content::Utf16);
        }
        if memchr::memchr(0, bytes).is_some() {
            return Ok(Content::Binary);
        }
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match std::str::from_utf8(bytes) {
            Ok(text) => lfs_pointer(text).ok_or(text),
            Err(e) => {
                let before = &bytes[..e.valid_up_to()];
                let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
                Ok(Content::NotUtf8 { line: u32::try_from(line).unwrap_or(u32::MAX) })
            }
        }
    }
}

/// Pointers are smaller than this, by the specification of Git LFS.
const POINTER_MAX: usize = 1024;

fn lfs_pointer(text: &str) -> Option<Content> {
    if text.len() >= POINTER_MAX {
        return None;
    }
    let mut lines = text.lines();
    if !matches!(
        lines.next()?,
        "version https://git-lfs.github.com/spec/v1"
            | "version https://hawser.github.com/spec/v1"
            | "version http://git-media.io/v/2"
    ) {
        return None;
    }
    let (mut oid, mut size) = (None, None);
    for line in lines {
        match line.split_once(' ')? {
            ("oid", value) => oid = value.strip_prefix("sha256:"),
            ("size", value) => size = value.parse().ok(),
            _ => {}
        }
    }
    let oid = oid.filter(|oid| oid.len() == 64 && oid.bytes().all(|b| b.is_ascii_hexdigit()))?;
    Some(Content::LfsPointer { oid: oid.to_ascii_lowercase(), size: size? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_sorted_by_their_bytes() {
        let text = |s: &str| Content::Text(Arc::from(s));
        for (bytes, expected) in [
            (&b""[..], text("")),
            (b"a\r\nb\r\n", text("a\r\nb\r\n")),
            (b"\xef\xbb\xbfa", text("a")),
            (b"one\ntwo \xe9\n", Content::NotUtf8 { line: 2 }),
            (b"a\0b", Content::Binary),
            (b"\xff\xfea\0", Content::Utf16),
            (b"\xfe\xff\0a", Content::Utf16),
        ] {
            assert_eq!(Content::of_file(bytes), expected, "{bytes:?}");
        }
    }

    #[test]
    fn only_whole_pointers_are_pointers() {
        let oid = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
        let head = "version https://git-lfs.github.com/spec/v1\n";
        let good = format!("{head}oid sha256:{oid}\nsize 12345\n");
        assert_eq!(
            Content::of_file(good.as_bytes()),
            Content::LfsPointer { oid: oid.to_string(), size: 12345 }
        );
        let extended = format!("{head}ext-0-foo sha256:{oid}\noid sha256:{oid}\nsize 1\n");
        assert!(matches!(Content::of_file(extended.as_bytes()), Content::LfsPointer { .. }));
        for bad in [
            head.to_string(),
            format!("{head}oid sha256:{oid}\n"),
            format!("{head}oid sha256:12\nsize 3\n"),
            format!("{good}{}", "x".repeat(POINTER_MAX)),
            format!("# {good}"),
        ] {
            assert!(matches!(Content::of_file(bad.as_bytes()), Content::Text(_)), "{bad}");
        }
    }
}
