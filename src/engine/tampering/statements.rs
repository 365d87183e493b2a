//! The statements of a test or a script, each with the conditions that it stands under.

use std::sync::LazyLock;

use regex::Regex;

use super::case::indent;
use super::context::is_comment;
use super::expect::without_texts;
use super::expect_words::is;

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// The first line of a block that may not be run.
static CONDITION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:\}\s*)?(?:if|elif|elsif|else|unless|when|while|case)\b|^#\[cfg\(|^for\b.*\bin\s*(?:\[\s*\]|range\(0\)|\(\s*\))\s*:|^let\b.*\belse\s*\{$",
    )
});
/// The first line of a function inside a test.
static FUNCTION: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(?:async\s+)?(?:def|fn|function)\s+\w+|^(?:const|let|var)\s+(?:mut\s+)?\w+\s*=\s*(?:async\s*)?(?:function\b|\(?[\w, ]*\)?\s*=>|(?:move\s*)?\|)|:=\s*func\b",
    )
});
/// How a language marks where a block ends.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    Indented,
    Braced,
    Shell,
}

impl Style {
    pub(super) fn of(path: &str) -> Self {
        let name = path.rsplit('/').next().unwrap_or(path);
        match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
            "py" | "rb" | "ex" | "exs" => Self::Indented,
            "" | "sh" | "bash" | "bats" => Self::Shell,
            _ => Self::Braced,
        }
    }
}

/// What a block does with what stands in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    Condition,
    /// A function inside a test.
    Function,
    /// One that is always run.
    Plain,
}

/// A block that is open.
struct Open<'a> {
    head: &'a str,
    block: Block,
    /// How far its head is set in, or how many braces were open before it.
    at: usize,
    /// Only the next statement is in it.
    once: bool,
}

/// A statement and the conditions that it stands under.
pub(super) struct Statement<'a> {
    pub(super) said: &'a str,
    pub(super) under: Vec<&'a str>,
    /// Whether it is of a function inside the test.
    pub(super) inner: bool,
    /// How many blocks it stands in, and in how many of them that are no conditions right around it.
    pub(super) level: usize,
    pub(super) around: usize,
}

/// Every statement with the conditions above it.
pub(super) fn statements<'a>(lines: &[&'a str], style: Style) -> Vec<Statement<'a>> {
    let mut open: Vec<Open<'_>> = Vec::new();
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for line in lines.iter().filter(|line| !line.trim().is_empty() && !is_comment(line)) {
        let said = line.trim();
        let bare = without_texts(said);
        match style {
            Style::Indented => {
                depth = indent(line);
                open.retain(|block| block.at < depth);
            }
            Style::Braced => {
                depth = depth.saturating_sub(leading(&bare));
                open.retain(|block| block.once || block.at < depth);
            }
            Style::Shell => {
                if ["fi", "done", "esac", "}", "else", "elif"].contains(&first_word(said)) {
                    open.pop();
                }
            }
        }
        let under = open.iter().filter(|block| block.block == Block::Condition).map(|block| block.head);
        let inner = open.iter().any(|block| block.block == Block::Function);
        let conditions = open.iter().rev().take_while(|block| block.block == Block::Condition).count();
        let level = open.len();
        found.push(Statement { said, under: under.collect(), inner, level, around: level - conditions });
        open.retain(|block| !block.once);
        let (block, once) = opened(said, style, open.is_empty(), lines);
        let begins = begins(&bare, style) || once;
        if begins {
            open.push(Open { head: said, block, at: depth, once });
        }
        if style == Style::Braced {
            let closes = bare.matches('}').count() - leading(&bare);
            depth = (depth + bare.matches('{').count()).saturating_sub(closes);
        }
    }
    found
}

/// What a line opens, and whether only the next statement stands in it.
fn opened(said: &str, style: Style, is_first: bool, lines: &[&str]) -> (Block, bool) {
    let word = first_word(said);
    let block = match style {
        Style::Shell if ["if", "elif", "else", "case", "until"].contains(&word) => Block::Condition,
        Style::Shell if word == "while" && !said.contains("read ") => Block::Condition,
        // A function that nobody calls.
        Style::Shell if word.ends_with("()") && is_named_once(word, lines) => Block::Condition,
        Style::Indented | Style::Braced if is(&CONDITION, said) => Block::Condition,
        // The first one is the test itself.
        Style::Indented | Style::Braced if is(&FUNCTION, said) && !is_first => Block::Function,
        Style::Indented | Style::Braced | Style::Shell => Block::Plain,
    };
    let is_head = !said.contains('{') && said.ends_with(')') || said.starts_with("#[");
    (block, style == Style::Braced && block == Block::Condition && is_head)
}

/// Whether a block begins with a line that is given without its texts.
fn begins(bare: &str, style: Style) -> bool {
    const BLOCKS: [&str; 8] = ["if", "for", "while", "until", "case", "elif", "else", "select"];
    match style {
        Style::Indented => true,
        Style::Braced => bare.matches('{').count() > bare.matches('}').count() - leading(bare),
        Style::Shell => {
            let ends = ["fi", "done", "esac"].iter().any(|end| bare.trim_end_matches(';').ends_with(end));
            BLOCKS.contains(&first_word(bare)) && !ends || bare.ends_with('{')
        }
    }
}

fn first_word(said: &str) -> &str {
    said.split([' ', ';', '\t']).next().unwrap_or_default()
}

/// How many braces are closed before one is opened.
fn leading(bare: &str) -> usize {
    bare.chars().take_while(|c| *c != '{').filter(|c| *c == '}').count()
}

/// Whether the name of a shell's function stands only where it is defined.
fn is_named_once(word: &str, lines: &[&str]) -> bool {
    let name = word.trim_end_matches("()");
    let between = |c: char| !c.is_alphanumeric() && c != '_' && c != '-';
    lines.iter().flat_map(|line| line.split(between)).filter(|other| *other == name).count() == 1
}
