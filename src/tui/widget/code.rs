//! Code in colours. The grammars are loaded when the first line of code is shown, never before.

use std::sync::OnceLock;

use ratatui::style::Style;
use syntect::easy::HighlightLines;
use syntect::highlighting::Theme;
use syntect::parsing::SyntaxSet;
use two_face::theme::EmbeddedThemeName;

use crate::tui::styles::Styles;
use crate::tui::theme::code;
use crate::view::diff::{CodeLine, Mark};

/// A longer line is shown as it is: no grammar is worth a hang.
const LONGEST: usize = 2_000;
/// More lines than this are shown without colours.
const MOST: usize = 4_000;

/// What the grammars need, loaded once.
struct Grammars {
    syntaxes: SyntaxSet,
    dark: Theme,
    light: Theme,
}

fn grammars() -> &'static Grammars {
    static LOADED: OnceLock<Grammars> = OnceLock::new();
    LOADED.get_or_init(|| {
        let themes = two_face::theme::extra();
        Grammars {
            syntaxes: two_face::syntax::extra_newlines(),
            dark: themes.get(EmbeddedThemeName::TwoDark).clone(),
            light: themes.get(EmbeddedThemeName::OneHalfLight).clone(),
        }
    })
}

/// Runs of styled text.
pub type Styled = Vec<(Style, String)>;

/// Colours the code of a file, line by line; lines that were removed and lines that were added are read as two texts.
pub fn highlight(path: &str, theme: &str, styles: &Styles, lines: &[CodeLine]) -> Vec<Styled> {
    let loaded = grammars();
    let ending = path.rsplit(['.', '/']).next().unwrap_or(path);
    let Some(syntax) = loaded.syntaxes.find_syntax_by_extension(ending).filter(|_| lines.len() <= MOST)
    else {
        return lines.iter().map(|line| plain(styles, &line.code)).collect();
    };
    let chosen = if theme == "light" { &loaded.light } else { &loaded.dark };
    let mut before = HighlightLines::new(syntax, chosen);
    let mut after = HighlightLines::new(syntax, chosen);
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        let text = format!("{}\n", line.code);
        let ranges = match line.mark {
            Mark::Header => None,
            _ if line.code.len() > LONGEST => None,
            Mark::Removed => before.highlight_line(&text, &loaded.syntaxes).ok(),
            Mark::Added => after.highlight_line(&text, &loaded.syntaxes).ok(),
            Mark::Same => {
                drop(before.highlight_line(&text, &loaded.syntaxes));
                after.highlight_line(&text, &loaded.syntaxes).ok()
            }
        };
        out.push(match ranges {
            Some(ranges) => ranges
                .into_iter()
                .map(|(style, text)| {
                    let colour = style.foreground;
                    (code(styles, colour.r, colour.g, colour.b), text.trim_end_matches('\n').to_owned())
                })
                .collect(),
            None => plain(styles, &line.code),
        });
    }
    out
}

fn plain(styles: &Styles, text: &str) -> Styled {
    vec![(styles.of(crate::view::style_role::StyleRole::Text), text.to_owned())]
}
