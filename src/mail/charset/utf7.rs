//! UTF-7 (RFC 2152): old gateways still write it. Total: what is no Base64 stays as it is.

/// Decodes ASCII bytes.
pub(super) fn decode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte != b'+' {
            text.push(char::from(byte));
            continue;
        }
        let shifted = bytes[at..]
            .iter()
            .take_while(|b| digit(**b).is_some())
            .count();
        let end = at + shifted;
        match (shifted, bytes.get(end)) {
            // `+-` is a plus; a plus that shifts nothing is one too.
            (0, Some(b'-')) => {
                text.push('+');
                at += 1;
            }
            (0, _) => text.push('+'),
            (_, following) => {
                text.push_str(&units(&bytes[at..end]));
                at = end + usize::from(following == Some(&b'-'));
            }
        }
    }
    text
}

/// UTF-16 in Base64 without padding; bits left over say nothing, lone surrogates neither.
fn units(base64: &[u8]) -> String {
    let (mut bits, mut held) = (0_u32, 0_u32);
    let mut units: Vec<u16> = Vec::with_capacity(base64.len() * 6 / 16 + 1);
    for value in base64.iter().filter_map(|b| digit(*b)) {
        bits = bits << 6 | value;
        held += 6;
        if held >= 16 {
            held -= 16;
            units.extend(u16::try_from(bits >> held & 0xffff));
            bits &= (1 << held) - 1;
        }
    }
    char::decode_utf16(units).filter_map(Result::ok).collect()
}

fn digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn shifted_letters_are_read_and_the_rest_stays() {
        for (coded, text) in [
            ("La fen+AOo-tre gris+AOk-e", "La fenêtre grisée"),
            ("fig+AOk +IBM 3 +IKw.", "figé – 3 €."),
            ("1 +- 1 = 2 + 0", "1 + 1 = 2 + 0"),
            ("+2D3emg-", "🚚"),
            ("fin +", "fin +"),
            ("fin +2D0-", "fin "),
        ] {
            assert_eq!(decode(coded.as_bytes()), text, "{coded}");
        }
    }
}
