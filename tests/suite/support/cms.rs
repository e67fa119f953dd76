//! Writes CMS objects (RFC 5652) as mail clients do, with signatures that nobody could check.

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OBJECT_ID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const EXPLICIT: u8 = 0xa0;
const PKCS7: [u8; 8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07];

fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len()).unwrap().to_be_bytes();
    [&[tag, 0x84], &length[..], content].concat()
}

fn indefinite(tag: u8, content: &[u8]) -> Vec<u8> {
    [&[tag, 0x80], content, &[0, 0]].concat()
}

fn oid(last: u8) -> Vec<u8> {
    [&[OBJECT_ID, 9], &PKCS7[..], &[last]].concat()
}

fn object(write: fn(u8, &[u8]) -> Vec<u8>, octets: &[u8]) -> Vec<u8> {
    let content = write(SEQUENCE, &[oid(1), write(EXPLICIT, octets)].concat());
    let signed = [
        element(INTEGER, &[1]),
        element(SET, &[]),
        content,
        element(SET, b"a signer whom nobody knows"),
    ];
    let signed = write(SEQUENCE, &signed.concat());
    write(SEQUENCE, &[oid(2), write(EXPLICIT, &signed)].concat())
}

/// Signed, as Outlook writes it.
pub fn signed(content: &[u8]) -> Vec<u8> {
    object(element, &element(OCTETS, content))
}

/// Signed, with indefinite lengths and in pieces, as streaming signers write it.
pub fn signed_in_pieces(content: &[u8]) -> Vec<u8> {
    let pieces: Vec<u8> = content
        .chunks(1024)
        .flat_map(|piece| element(OCTETS, piece))
        .collect();
    object(indefinite, &indefinite(OCTETS | 0x20, &pieces))
}

/// Encrypted for a key that we don't have.
pub fn encrypted(length: usize) -> Vec<u8> {
    let body: Vec<u8> = (0..length)
        .map(|n| u8::try_from(n * 31 % 251).unwrap())
        .collect();
    element(SEQUENCE, &[oid(3), element(EXPLICIT, &body)].concat())
}
