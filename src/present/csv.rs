//! CSV as RFC 4180 says, and safe to open in a spreadsheet.

/// What a spreadsheet takes for the beginning of a formula, in whichever width.
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// How cells are parted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// By commas (RFC 4180).
    Standard,
    /// By semicolons, after [`MARK`]: as a French spreadsheet opens a file by itself.
    French,
}

/// The beginning of a file that a spreadsheet reads as UTF-8.
pub const MARK: &str = "\u{feff}";

impl Dialect {
    /// What a file begins with.
    #[must_use]
    pub fn mark(self) -> &'static str {
        match self {
            Self::Standard => "",
            Self::French => MARK,
        }
    }

    /// One line: cells quoted where needed, CRLF at the end. A cell that a spreadsheet would take for
    /// a formula gets an apostrophe in front.
    pub fn line<'a>(self, cells: impl IntoIterator<Item = &'a str>) -> String {
        let comma = match self {
            Self::Standard => ',',
            Self::French => ';',
        };
        let mut line = String::new();
        for (at, cell) in cells.into_iter().enumerate() {
            if at > 0 {
                line.push(comma);
            }
            let is_formula = cell.starts_with(FORMULA);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn o_15_a_cell_is_quoted_where_needed_and_never_a_formula() {
        let cells = ["a", "b,c", "d\"e", "f\ng", "h;i", ""];
        let standard = Dialect::Standard;
        assert_eq!(
            standard.line(cells),
            "a,\"b,c\",\"d\"\"e\",\"f\ng\",\"h;i\",\r\n"
        );
        let french = Dialect::French;
        assert_eq!(
            french.line(cells),
            "a;\"b,c\";\"d\"\"e\";\"f\ng\";\"h;i\";\r\n"
        );
        for formula in [
            "=1+1",
            "+33199001234",
            "-1",
            "@SUM(A1)",
            "\tx",
            "\r=1",
            "\n=1",
            "＝1+1",
            "+cmd|' /C calc'!A0",
        ] {
            for dialect in [standard, french] {
                assert!(dialect.line([formula]).starts_with("\"'"), "{formula:?}");
            }
        }
    }
}
