//! A text for reading: headings, paragraphs that wrap at the terminal's edge, and names with their words beside them.

use unicode_width::UnicodeWidthStr;

use crate::cli::print::Style;
use crate::view::style_role::StyleRole;
use crate::workspace::clean_text;

/// Columns of a name.
const NAME: usize = 10;

/// The lines of a page so far.
#[derive(Debug)]
pub struct Page {
    style: Style,
    lines: Vec<String>,
}

impl Page {
    /// An empty page.
    pub fn new(style: Style) -> Self {
        Self { style, lines: Vec::new() }
    }

    /// A line that stands out, after an empty one.
    pub fn heading(&mut self, words: &str) {
        if !self.lines.is_empty() {
            self.lines.push(String::new());
        }
        self.strong(0, words);
    }

    /// A line that stands out.
    pub fn strong(&mut self, indent: usize, words: &str) {
        for line in self.style.wrapped(words, indent) {
            self.lines.push(format!("{}{}", " ".repeat(indent), self.style.paint(StyleRole::Strong, &line)));
        }
    }

    /// A paragraph, its own line breaks kept.
    pub fn text(&mut self, indent: usize, words: &str) {
        for line in self.style.wrapped(&clean_text(words.as_bytes()), indent) {
            self.lines.push(format!("{}{line}", " ".repeat(indent)).trim_end().to_owned());
        }
    }

    /// An item of a list.
    pub fn item(&mut self, indent: usize, words: &str) {
        self.hung(indent, "- ", 2, words);
    }

    /// A name, and its words beside it.
    pub fn field(&mut self, indent: usize, name: &str, words: &str) {
        let lead = self.style.paint(StyleRole::Dim, &format!("{name:<NAME$} "));
        self.hung(indent, &lead, NAME.max(name.width()) + 1, words);
    }

    /// A paragraph whose first line begins with something that takes so many columns.
    fn hung(&mut self, indent: usize, lead: &str, columns: usize, words: &str) {
        let words = clean_text(words.as_bytes());
        for (at, line) in self.style.wrapped(words.trim_end(), indent + columns).into_iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(columns) };
            self.lines.push(format!("{}{lead}{line}", " ".repeat(indent)).trim_end().to_owned());
        }
    }

    /// The whole text.
    pub fn into_text(self) -> String {
        self.lines.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::print::{Colours, Width};

    #[test]
    fn paragraphs_wrap_under_their_beginning() {
        let mut page = Page::new(Style { colours: Colours::Hidden, width: Width::Columns(40) });
        page.heading("F1 The page");
        page.text(2, "Visitors write what they think of it, and read what others wrote.");
        page.field(2, "how", "open the page\nand post an entry with a name and a text");
        page.item(2, "one \u{1b}[31mcriterion");
        insta::assert_snapshot!(page.into_text(), @r"
        F1 The page
          Visitors write what they think of it,
          and read what others wrote.
          how        open the page
                     and post an entry with a
                     name and a text
          - one criterion
        ");
    }
}
