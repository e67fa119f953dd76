//! OpenPGP inside plain text (RFC 9580, 7): the frame of signed words is taken off, an encrypted
//! block is left out and told.

use memchr::memmem;

/// The words without their frame, and whether a block of them is encrypted.
pub(super) fn taken_off(text: String) -> (String, bool) {
    if memmem::find(text.as_bytes(), b"-----BEGIN PGP ").is_none() {
        return (text, false);
    }
    #[derive(PartialEq)]
    enum In {
        Words,
        SignedHead,
        Signed,
        Left,
    }
    let mut kept = String::with_capacity(text.len());
    let mut state = In::Words;
    let mut encrypted = false;
    for line in text.split_inclusive('\n') {
        let said = line.trim_end();
        match said {
            "-----BEGIN PGP SIGNED MESSAGE-----" => state = In::SignedHead,
            "-----BEGIN PGP SIGNATURE-----" | "-----BEGIN PGP PUBLIC KEY BLOCK-----" => {
                state = In::Left;
            }
            "-----BEGIN PGP MESSAGE-----" => {
                encrypted = true;
                state = In::Left;
            }
            _ if said.starts_with("-----END PGP ") => state = In::Words,
            _ => match state {
                In::Words => kept.push_str(line),
                // « Hash: SHA512 », then a blank line.
                In::SignedHead if said.is_empty() => state = In::Signed,
                In::Signed => kept.push_str(line.strip_prefix("- ").unwrap_or(line)),
                In::SignedHead | In::Left => {}
            },
        }
    }
    (kept, encrypted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_off_and_encrypted_blocks_left_out() {
        for (text, words, encrypted) in [
            ("plus de carto", "plus de carto", false),
            (
                "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\nplus de carto\n- -- \nClaire\n\
-----BEGIN PGP SIGNATURE-----\n\niQ==\n-----END PGP SIGNATURE-----\n",
                "plus de carto\n-- \nClaire\n",
                false,
            ),
            (
                "Bonjour\n-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\nClaire\n",
                "Bonjour\nClaire\n",
                true,
            ),
            ("-----BEGIN PGP MESSAGE-----\n\nhQ", "", true),
            (
                "> -----BEGIN PGP MESSAGE-----\nplus de carto",
                "> -----BEGIN PGP MESSAGE-----\nplus de carto",
                false,
            ),
        ] {
            assert_eq!(
                taken_off(text.to_owned()),
                (words.to_owned(), encrypted),
                "{text}"
            );
        }
    }
}
