//! How long files and functions are. Inline tests are not counted.

use super::source::{Source, hold, sources};

#[test]
fn files_are_short() {
    let mut sizes: Vec<(usize, String)> =
        sources().into_iter().map(|source| (source.code().lines().count(), source.path)).collect();
    sizes.sort();
    hold("no file has more than 400 lines", &over(&sizes, 400));
    share("half of all files have fewer than 160 lines", &sizes, 50, 160);
    share("nine in ten files have fewer than 300 lines", &sizes, 90, 300);
}

#[test]
fn functions_are_short() {
    let mut sizes: Vec<(usize, String)> = sources().iter().flat_map(functions).collect();
    sizes.sort();
    assert!(sizes.len() > 100, "only {} functions were found: the reader is broken", sizes.len());
    hold("no function has more than 60 lines", &over(&sizes, 60));
    share("nine in ten functions have fewer than 35 lines", &sizes, 90, 35);
}

fn over(sizes: &[(usize, String)], limit: usize) -> Vec<String> {
    sizes
        .iter()
        .filter(|(lines, _)| *lines > limit)
        .map(|(lines, name)| format!("{name}: {lines} lines"))
        .collect()
}

/// At least so many percent are below a limit; else the longest are named.
fn share(rule: &str, sizes: &[(usize, String)], percent: usize, limit: usize) {
    let below = sizes.iter().filter(|(lines, _)| *lines < limit).count();
    if below * 100 < sizes.len() * percent {
        let rest: Vec<String> =
            sizes[below..].iter().rev().map(|(lines, name)| format!("{name}: {lines}")).collect();
        hold(&format!("{rule}; {below} of {} have", sizes.len()), &rest);
    }
}

/// The functions of a file with their lengths. rustfmt ends each at the indentation at which it starts.
fn functions(source: &Source) -> Vec<(usize, String)> {
    let lines: Vec<&str> = source.code().lines().collect();
    let mut found = Vec::new();
    for (start, line) in lines.iter().enumerate() {
        let indent = line.len() - line.trim_start().len();
        let Some(name) = function_name(line.trim_start()) else { continue };
        if is_flat_match(&lines[..start]) {
            continue;
        }
        let closing = format!("{}}}", " ".repeat(indent));
        let end = lines[start..].iter().position(|line| *line == closing || line.trim_end().ends_with(';'));
        let one_line = line.trim_end().ends_with('}');
        let length =
            if one_line { 1 } else { end_of_body(&lines[start..], &closing).or(end).unwrap_or(0) + 1 };
        found.push((length, format!("{}:{} fn {name}", source.path, start + 1)));
    }
    found
}

/// Whether the lines before a function say that it is one flat `match` over a domain enum: its length is the number of
/// variants, and shorter would only mean that some are not named.
fn is_flat_match(before: &[&str]) -> bool {
    let attribute = before.last().map_or("", |line| line.trim_start());
    attribute.starts_with("#[expect(clippy::too_many_lines") && attribute.contains("a flat match over every")
}

/// Where the body closes; `None` for a declaration without one.
fn end_of_body(lines: &[&str], closing: &str) -> Option<usize> {
    let head =
        lines.iter().position(|line| line.ends_with('{') || line.ends_with(';') || line.ends_with('}'))?;
    if lines[head].ends_with(';') {
        return Some(head);
    }
    lines.iter().position(|line| *line == closing)
}

fn function_name(line: &str) -> Option<String> {
    let mut words = line.split_whitespace().peekable();
    while words.peek().is_some_and(|word| {
        word.starts_with("pub") || ["const", "async", "unsafe", "extern", "crate)", "super)"].contains(word)
    }) {
        words.next();
    }
    if words.next() != Some("fn") {
        return None;
    }
    words.next().map(|name| name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}

#[test]
fn the_reader_of_functions_sees_their_ends() {
    let text = "impl A {\n    pub fn a(\n        b: u8,\n    ) -> u8 {\n        b\n    }\n\n    fn c() {}\n}\ntrait T {\n    fn d();\n}\n";
    let source = Source { path: "src/a.rs".into(), text: text.into() };
    let lengths: Vec<usize> = functions(&source).into_iter().map(|(lines, _)| lines).collect();
    assert_eq!(lengths, [5, 1, 1]);
    let flat = "#[expect(clippy::too_many_lines, reason = \"a flat match over every event\")]";
    let other = "#[expect(clippy::too_many_lines, reason = \"it is long\")]";
    for (attribute, counted) in [(flat, 0), (other, 1)] {
        let text = format!("{attribute}\nfn a() {{}}\n");
        assert_eq!(functions(&Source { path: "src/a.rs".into(), text }).len(), counted, "{attribute}");
    }
}
