//! Whether two mailboxes are one person: the same address, or the same name however it is turned
//! (« LEBRETON Claire », « Claire Lebreton », « Lebreton, Claire »).

use super::Address;
use crate::text::fold;

/// Same address (a plus-tag set aside), or, where one has none, the same name.
pub(super) fn same(one: &Address, other: &Address) -> bool {
    if !one.address.is_empty() && !other.address.is_empty() {
        let (a, b) = (bare(&one.address), bare(&other.address));
        if !a.is_empty() && !b.is_empty() {
            return a == b;
        }
    }
    let (a, b) = (fold(&one.name), fold(&other.name));
    let a = sorted(&a);
    a.len() >= 2 && a == sorted(&b)
}

/// The words of a name, folded and sorted; titles left out.
pub(super) fn words(name: &str) -> Vec<String> {
    sorted(&fold(name)).into_iter().map(str::to_owned).collect()
}

fn sorted(folded: &str) -> Vec<&str> {
    let mut words: Vec<&str> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 1 && !matches!(*word, "dr" | "docteur" | "mme" | "pr" | "mr"))
        .collect();
    words.sort_unstable();
    words.dedup();
    words
}

fn bare(address: &str) -> String {
    let (local, domain) = address.split_once('@').unwrap_or((address, ""));
    let local = local.split('+').next().unwrap_or(local);
    if local.is_empty() {
        String::new()
    } else {
        format!("{local}@{domain}").to_lowercase()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_the_same_by_address_or_by_name() {
        let person = |name: &str, address: &str| Address {
            name: name.into(),
            address: address.into(),
        };
        for (one, other, same_person) in [
            (person("", "a@x.example"), person("A", "A@x.example"), true),
            (
                person("", "box+INC-26-00042.x@x.example"),
                person("", "box@x.example"),
                true,
            ),
            (
                person("LEBRETON Claire", ""),
                person("Claire Lebreton", "c@x.example"),
                true,
            ),
            (
                person("LEMOINE-PASQUIER Tristan", ""),
                person("Dr Tristan Lemoine-Pasquier", ""),
                true,
            ),
            (
                person("Claire Lebreton", "a@x.example"),
                person("Claire Lebreton", "b@x.example"),
                false,
            ),
            (person("Claire", ""), person("Claire", ""), false),
            (person("", ""), person("", ""), false),
        ] {
            assert_eq!(same(&one, &other), same_person, "{one:?} {other:?}");
        }
    }
}
