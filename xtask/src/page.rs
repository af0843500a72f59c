//! Pages under `docs/` of which a verb writes a part, what it measured, between two markers; and tables for them.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};

use crate::tree;

/// Puts `text` between the markers of this name on a page.
pub fn write_section(page: &str, name: &str, text: &str) -> Result<()> {
    let path = tree::root().join(page);
    let old = fs::read_to_string(&path)?;
    let new =
        with_section(&old, name, text).with_context(|| format!("{page} has no section {name}"))?;
    fs::write(&path, new)?;
    println!("written to {}", path.display());
    Ok(())
}

fn with_section(page: &str, name: &str, text: &str) -> Option<String> {
    let (begin, end) = (
        format!("<!-- {name}:begin -->\n"),
        format!("<!-- {name}:end -->"),
    );
    let from = page.find(&begin)? + begin.len();
    let to = from + page[from..].find(&end)?;
    Some(format!("{}\n{text}\n{}", &page[..from], &page[to..]))
}

/// Lines of cells as a Markdown table; the first is its head.
pub fn layout(lines: &[Vec<String>]) -> String {
    let columns = lines.first().map_or(0, Vec::len);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            lines
                .iter()
                .map(|line| line[column].chars().count())
                .max()
                .unwrap_or(0)
        })
        .collect();
    let mut table = String::new();
    for (index, line) in lines.iter().enumerate() {
        put_line(&mut table, line, &widths);
        if index == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            put_line(&mut table, &rule, &widths);
        }
    }
    table
}

fn put_line(table: &mut String, cells: &[String], widths: &[usize]) {
    for (cell, width) in cells.iter().zip(widths) {
        let pad = width - cell.chars().count();
        let _ = write!(table, "| {cell}{} ", " ".repeat(pad));
    }
    table.push_str("|\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_between_its_markers() {
        let page = "a\n<!-- js:begin -->\nold\n<!-- js:end -->\nb\n";
        let new = with_section(page, "js", "new").unwrap();
        assert_eq!(new, "a\n<!-- js:begin -->\n\nnew\n<!-- js:end -->\nb\n");
        assert_eq!(with_section(page, "other", "new"), None);
    }
}
