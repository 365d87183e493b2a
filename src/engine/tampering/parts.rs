//! Which lines of a text are code, and which stand in a comment or a text of several lines.

/// What a line is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Code,
    /// The inside of a text of several lines, which the program uses.
    Text,
    /// A comment of several lines, or in Python a text that nothing uses.
    Comment,
}

/// What each line is of.
pub(super) fn parts(lines: &[&str], is_python: bool) -> Vec<Part> {
    let marks: &[(&str, &str)] =
        if is_python { &[("\"\"\"", "\"\"\""), ("'''", "'''")] } else { &[("/*", "*/")] };
    let mut open: Option<(&str, Part)> = None;
    let look = |line: &&str| {
        let said = line.trim();
        if let Some((end, part)) = open {
            if said.contains(end) {
                open = None;
            }
            return part;
        }
        for (begin, end) in marks {
            let begins = said.starts_with(begin);
            let stays_open =
                if is_python { said.matches(begin).count() % 2 == 1 } else { begins && !said.contains(end) };
            let part = if begins { Part::Comment } else { Part::Text };
            if stays_open {
                open = Some((*end, part));
            }
            if begins {
                return part;
            }
            if stays_open {
                return Part::Code;
            }
        }
        Part::Code
    };
    lines.iter().map(look).collect()
}
