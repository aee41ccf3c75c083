//! Tables as CSV that spreadsheets open without harm.

/// A table with its head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The names of the columns.
    pub head: Vec<String>,
    /// The rows.
    pub rows: Vec<Vec<String>>,
}

/// Writes a table with a byte order mark, without which spreadsheets misread Japanese.
pub fn csv(table: &Table) -> String {
    let head = csv_rows(std::slice::from_ref(&table.head));
    format!("\u{feff}{head}{}", csv_rows(&table.rows))
}

/// Writes rows without a head, to follow a table that is written piece by piece.
pub fn csv_rows(rows: &[Vec<String>]) -> String {
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| quoted(cell)).collect();
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    text
}

/// Quotes a cell where needed, and defuses what a spreadsheet would take for a formula.
fn quoted(cell: &str) -> String {
    // Japanese spreadsheets read the wide signs as well.
    let is_formula = cell.starts_with(['=', '@', '\t', '\r', '＝', '＠', '＋', '－'])
        || (cell.starts_with(['+', '-']) && cell.parse::<f64>().is_err());
    let safe = if is_formula {
        format!("'{cell}")
    } else {
        cell.to_owned()
    };
    if safe.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_become_a_formula() {
        let table = Table {
            head: vec!["リンク".to_owned(), "数".to_owned()],
            rows: vec![
                vec!["=1+1".to_owned(), "-3".to_owned()],
                vec!["a,\"b\"".to_owned(), "+x".to_owned()],
                vec!["＝ＨＹＰＥＲＬＩＮＫ(…)".to_owned(), "＋１".to_owned()],
            ],
        };
        assert_eq!(
            csv(&table),
            "\u{feff}リンク,数\r\n'=1+1,-3\r\n\"a,\"\"b\"\"\",'+x\r\n'＝ＨＹＰＥＲＬＩＮＫ(…),'＋１\r\n"
        );
    }
}
