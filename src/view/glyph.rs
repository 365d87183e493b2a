//! The signs of the console. Each has an ASCII twin, for terminals and fonts that know no more.

use std::borrow::Cow;

/// A sign with one meaning wherever it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    Done,
    Active,
    Pending,
    Failed,
    Blocked,
    Stale,
    Waived,
    Retired,
    /// A validation step that has not been taken.
    Step,
    Evidence,
    /// Something waits for the person.
    Needs,
    Branch,
    Cursor,
    Thought,
    Message,
    /// Something is folded away.
    Folded,
    Open,
    BarFull,
    BarEmpty,
    Arrow,
    Dot,
    Ellipsis,
    Minus,
    Up,
    Down,
}

/// Which characters the terminal shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Charset {
    #[default]
    Unicode,
    Ascii,
}

impl Charset {
    /// A text in these characters.
    pub fn text(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Ascii if !text.is_ascii() => Cow::Owned(to_ascii(text)),
            Self::Ascii | Self::Unicode => Cow::Borrowed(text),
        }
    }
}

impl Glyph {
    /// The sign as text, one cell wide.
    pub fn text(self, charset: Charset) -> &'static str {
        let (rich, plain) = self.pair();
        match charset {
            Charset::Unicode => rich,
            Charset::Ascii => plain,
        }
    }

    fn pair(self) -> (&'static str, &'static str) {
        match self {
            Self::Done => ("✓", "+"),
            Self::Active => ("●", "*"),
            Self::Pending => ("○", "."),
            Self::Failed => ("✗", "x"),
            Self::Blocked => ("⊘", "!"),
            Self::Stale => ("≈", "="),
            Self::Waived => ("~", "~"),
            Self::Retired | Self::Minus => ("−", "-"),
            Self::Step => ("◇", "o"),
            Self::Evidence => ("▣", "#"),
            Self::Needs => ("▲", "^"),
            Self::Branch => ("⎇", "@"),
            Self::Cursor => ("▌", "_"),
            Self::Thought => ("┊", ":"),
            Self::Message | Self::Folded => ("▸", ">"),
            Self::Open => ("▾", "v"),
            Self::BarFull => ("█", "#"),
            Self::BarEmpty => ("░", "."),
            Self::Arrow => ("→", ">"),
            Self::Dot => ("·", "|"),
            Self::Ellipsis => ("…", "~"),
            Self::Up => ("↑", "^"),
            Self::Down => ("↓", "v"),
        }
    }
}

/// Replaces what an ASCII terminal cannot show; our own signs become their twins.
pub fn to_ascii(text: &str) -> String {
    text.chars().map(ascii_of).collect()
}

fn ascii_of(c: char) -> char {
    match c {
        ' '..='~' => c,
        '✓' | '┌' | '┐' | '└' | '┘' | '├' | '┤' | '┬' | '┴' | '┼' | '╭' | '╮' | '╰' | '╯' => {
            '+'
        }
        '●' | '▪' | '•' => '*',
        '○' | '░' | '·' => '.',
        '✗' => 'x',
        '⊘' => '!',
        '≈' | '━' => '=',
        '◇' => 'o',
        '▣' | '█' | '▇' => '#',
        '▲' | '↑' => '^',
        '⎇' => '@',
        '▌' => '_',
        '┊' | '│' | '┃' => '|',
        '▸' | '→' | '›' | '▶' => '>',
        '◀' => '<',
        '▾' | '↓' => 'v',
        '−' | '–' | '—' | '─' => '-',
        '…' => '~',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_sign_is_one_cell_wide_in_both_charsets() {
        for glyph in
            [Glyph::Done, Glyph::Branch, Glyph::Evidence, Glyph::Stale, Glyph::Cursor, Glyph::Ellipsis]
        {
            for charset in [Charset::Unicode, Charset::Ascii] {
                assert_eq!(glyph.text(charset).width(), 1, "{glyph:?}");
            }
        }
    }

    #[test]
    fn an_ascii_terminal_gets_ascii() {
        assert_eq!(to_ascii("✓ café → 日"), "+ caf? > ?");
    }
}
