//! Mailboxes whose name holds a comma and lacks its quotes.

use super::Address;

/// The mailboxes of one field, in which a name with a comma may lack its quotes (RFC 5322, section
/// 3.2.4): « HAUTECOEUR, Bertrand <b.hautecoeur@…> » is one mailbox, not a name and a mailbox.
pub(super) fn joined(mailboxes: impl Iterator<Item = Address>) -> Vec<Address> {
    let mut whole: Vec<Address> = Vec::new();
    // Where the names begin that have no address yet.
    let mut bare = 0;
    for mut mailbox in mailboxes {
        if mailbox.address.is_empty() {
            whole.push(mailbox);
            continue;
        }
        if bare < whole.len() && !mailbox.name.is_empty() {
            let names: Vec<String> = whole.drain(bare..).map(|bare| bare.name).collect();
            mailbox.name = format!("{}, {}", names.join(", "), mailbox.name);
        }
        whole.push(mailbox);
        bare = whole.len();
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::super::Address;
    use super::super::header::Headers;

    #[test]
    fn a_name_whose_comma_lacks_its_quotes_is_one_mailbox() {
        let read = |value: &str| -> Vec<(String, String)> {
            let raw = format!("From: {value}\n\nx");
            let (headers, _) = Headers::read(raw.as_bytes(), 0..raw.len());
            let pair = |a: Address| (a.name, a.address);
            headers.addresses("From").into_iter().map(pair).collect()
        };
        let one = |name: &str| vec![(name.to_owned(), "b@ars.example".to_owned())];
        for (value, name) in [
            (
                "HAUTECOEUR, Bertrand <b@ars.example>",
                "HAUTECOEUR, Bertrand",
            ),
            ("Le Goff, Yann, Dr <b@ars.example>", "Le Goff, Yann, Dr"),
            (
                "\"HAUTECOEUR, Bertrand\" <b@ars.example>",
                "HAUTECOEUR, Bertrand",
            ),
        ] {
            assert_eq!(read(value), one(name), "{value}");
        }
        assert_eq!(read("Jean <j@x.example>, Paul <p@x.example>").len(), 2);
        assert_eq!(read("j@x.example, p@x.example").len(), 2);
    }
}
