//! Cells of tables that are written out.

/// The text of a cell, which no spreadsheet takes for a formula.
pub fn harmless_cell(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_never_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"] {
            assert_eq!(harmless_cell(text), format!("'{text}"));
        }
        assert_eq!(harmless_cell("1 = 1"), "1 = 1");
    }
}
