//! Accents survive every wrong label, split word and broken transfer encoding (`spec/pains.md`, 20;
//! `spec/reliability.md`, PARSE-08): messages in `fixtures/charset` and, beside each, what a person
//! would read in it.

use std::path::Path;

use vigie::mail::Email;

/// Subject, sender's name and file names, then a blank line and the text: as the `.txt` files are written.
fn read(raw: &[u8], wanted: &str) -> String {
    let email = Email::parse(raw);
    let mut seen = format!("Subject: {}\n", email.subject);
    if wanted.contains("\nFrom: ") {
        let name = email.from.map(|from| from.name).unwrap_or_default();
        seen += &format!("From: {name}\n");
    }
    for attachment in &email.attachments {
        seen += &format!("File: {}\n", attachment.filename);
    }
    seen + "\n" + email.body.text.trim_end() + "\n"
}

#[test]
fn text_subject_and_file_names_read_as_their_writer_meant_them() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charset");
    let (mut count, mut faults) = (0, Vec::new());
    let mut paths: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "eml"))
        .collect();
    paths.sort();
    for path in paths {
        count += 1;
        let raw = std::fs::read(&path).unwrap();
        let wanted = std::fs::read_to_string(path.with_extension("txt")).unwrap();
        let wanted = format!("{}\n", wanted.trim_end());
        // A mail server may have turned line ends into CRLF.
        let crlf = String::from_utf8_lossy(&raw)
            .into_owned()
            .replace('\n', "\r\n");
        let mut tries = vec![raw.clone()];
        if crlf
            .as_bytes()
            .iter()
            .filter(|b| **b != b'\r')
            .eq(raw.iter())
        {
            tries.push(crlf.into_bytes());
        }
        for raw in tries {
            let seen = read(&raw, &wanted);
            if seen.trim_end() != wanted.trim_end() || seen.contains('\u{fffd}') {
                faults.push(format!(
                    "{}\n--- wanted\n{wanted}--- read\n{seen}",
                    path.display()
                ));
            }
        }
    }
    assert!(count >= 40, "{count} files");
    assert!(
        faults.is_empty(),
        "{} faults:\n{}",
        faults.len(),
        faults.join("\n")
    );
}
