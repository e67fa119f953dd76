//! The numbering plan: from digits to E.164.

use super::{Number, wrong};
use crate::domain::field::Reason;

/// A number with its country code, of `whole` digits, `prefix` of them dialled before the code.
pub(super) fn international<'t>(
    digits: &str,
    prefix: usize,
    fits: &dyn Fn(usize) -> bool,
    written: &dyn Fn(usize) -> &'t str,
    whole: usize,
) -> (usize, Option<Number>) {
    if let Some(rest) = digits.strip_prefix("33") {
        // « +33 (0)4 … »: the bracketed zero is not dialled from abroad.
        let zero = usize::from(rest.starts_with('0'));
        let taken = prefix + 2 + zero + 9;
        if rest.len() >= zero + 9 && fits(taken) {
            let number = format!("0{}", &rest[zero..zero + 9]);
            return (taken, Some(Number::Valid(national(&number))));
        }
        let count = rest.len() - zero + 1;
        return (whole, Some(Number::Wrong(wrong(written(whole), count))));
    }
    for code in ["262", "590", "594", "596"] {
        if let Some(rest) = digits.strip_prefix(code) {
            let zero = usize::from(rest.starts_with('0'));
            let taken = prefix + 3 + zero + 9;
            if rest.len() >= zero + 9 && fits(taken) {
                return (
                    taken,
                    Some(Number::Valid(format!("+{code}{}", &rest[zero..zero + 9]))),
                );
            }
            let count = rest.len() - zero + 1;
            return (whole, Some(Number::Wrong(wrong(written(whole), count))));
        }
    }
    let foreign = format!("+{digits}");
    let taken = prefix + digits.len();
    match phonenumber::parse(None, &foreign) {
        Ok(number) if taken <= whole && phonenumber::is_valid(&number) => (
            taken,
            Some(Number::Valid(
                number.format().mode(phonenumber::Mode::E164).to_string(),
            )),
        ),
        _ => (
            whole,
            Some(Number::Wrong(Reason::PhoneNotCallable {
                read: written(whole).to_owned(),
            })),
        ),
    }
}

/// A national number of ten digits in E.164; overseas ones take their own country code
/// (ARCEP's numbering plan). 06 39 98 is metropolitan, kept for fiction; the rest of 0639 is Mayotte's.
pub(super) fn national(digits: &str) -> String {
    let code = match &digits[..4] {
        "0639" if digits.starts_with("063998") => "33",
        "0262" | "0263" | "0269" | "0639" | "0692" | "0693" | "0976" => "262",
        "0590" | "0690" | "0691" => "590",
        "0594" | "0694" => "594",
        "0596" | "0696" | "0697" => "596",
        "0508" => return format!("+508{}", &digits[4..]),
        _ => "33",
    };
    format!("+{code}{}", &digits[1..])
}
