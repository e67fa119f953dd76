//! CSV as RFC 4180 says, and safe to open in a spreadsheet.

/// One line: cells quoted where needed, CRLF at the end. A cell that a spreadsheet would take for a
/// formula gets an apostrophe in front.
pub(super) fn line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = String::new();
    for (at, cell) in cells.into_iter().enumerate() {
        if at > 0 {
            line.push(',');
        }
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let needs_quotes = is_formula || cell.contains([',', '"', '\n', '\r', ';']);
        if needs_quotes {
            line.push('"');
        }
        if is_formula {
            line.push('\'');
        }
        line.push_str(&cell.replace('"', "\"\""));
        if needs_quotes {
            line.push('"');
        }
    }
    line.push_str("\r\n");
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_quoted_where_needed_and_never_a_formula() {
        assert_eq!(
            line(["a", "b,c", "d\"e", "f\ng", ""]),
            "a,\"b,c\",\"d\"\"e\",\"f\ng\",\r\n"
        );
        for formula in ["=1+1", "+33199001234", "-1", "@SUM(A1)", "\tx", "\r=1"] {
            assert!(line([formula]).starts_with("\"'"), "{formula:?}");
        }
    }
}
