//! Colours: the only place that names any. A theme is a palette, and roles that are said in words of it.

use std::collections::BTreeMap;
use std::str::FromStr;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use super::styles::Styles;
use crate::view::evidence::{Colour, ScreenRun};
use crate::view::style_role::StyleRole;

/// The themes that come with flightdeck.
pub const BUILT_IN: [(&str, &str); 4] = [
    ("dark", include_str!("../../themes/dark.toml")),
    ("light", include_str!("../../themes/light.toml")),
    ("ansi16", include_str!("../../themes/ansi16.toml")),
    ("high-contrast", include_str!("../../themes/high-contrast.toml")),
];

/// How many colours the terminal has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Depth {
    #[default]
    Full,
    /// `NO_COLOR`, or a terminal without: weight and underlines must do.
    Monochrome,
}

/// A theme's file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    pub name: String,
    /// A built-in theme that says what this one does not.
    pub inherits: Option<String>,
    #[serde(default)]
    palette: BTreeMap<String, String>,
    #[serde(default)]
    roles: BTreeMap<String, String>,
}

/// Why a theme cannot be used. The last good one stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThemeError {
    #[error("{message}")]
    Syntax { line: usize, message: String },
    #[error("role \"{role}\" says \"{word}\", which is neither a colour of the palette nor a style")]
    Word { role: String, word: String },
    #[error("there is no role \"{0}\"; roles are text, dim, faint, strong, accent, good, bad, warn …")]
    Role(String),
    #[error("there is no theme \"{0}\"; built in are dark, light, ansi16 and high-contrast")]
    Unknown(String),
}

impl ThemeError {
    fn line(&self, text: &str) -> usize {
        let begins = |word: &str| {
            let at =
                text.lines().position(|line| line.trim_start().trim_start_matches('"').starts_with(word));
            at.map_or(1, |at| at + 1)
        };
        match self {
            Self::Syntax { line, .. } => *line,
            Self::Word { role, .. } | Self::Role(role) => begins(role),
            Self::Unknown(_) => begins("inherits"),
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}

impl Theme {
    /// Reads a theme's file.
    ///
    /// # Errors
    /// [`ThemeError::Syntax`] with the line.
    pub fn parse(text: &str) -> Result<Self, ThemeError> {
        toml::from_str(text).map_err(|error: toml::de::Error| ThemeError::Syntax {
            line: error.span().map_or(1, |span| line_of(text, span.start)),
            message: error.message().lines().collect::<Vec<_>>().join(" "),
        })
    }

    /// Reads a theme's file and works its styles out.
    ///
    /// # Errors
    /// What is not understood, after the line that it stands on.
    pub fn read(text: &str, depth: Depth) -> Result<(String, Styles), String> {
        let read = Self::parse(text).and_then(|theme| Ok((theme.styles(depth)?, theme.name)));
        read.map(|(styles, name)| (name, styles)).map_err(|error| format!("{}: {error}", error.line(text)))
    }

    /// A built-in theme by name.
    ///
    /// # Errors
    /// [`ThemeError::Unknown`].
    pub fn built_in(name: &str) -> Result<Self, ThemeError> {
        let found = BUILT_IN.iter().find(|(known, _)| *known == name);
        let (_, text) = found.ok_or_else(|| ThemeError::Unknown(name.to_owned()))?;
        Self::parse(text)
    }

    /// Works the styles of every role out.
    ///
    /// # Errors
    /// The first word that is not understood.
    pub fn styles(&self, depth: Depth) -> Result<Styles, ThemeError> {
        let whole = self.with_inherited()?;
        let mut styles = [Style::default(); StyleRole::ALL.len()];
        for (role, words) in &whole.roles {
            let known: StyleRole = role.parse().map_err(|_| ThemeError::Role(role.clone()))?;
            let style = parse_style(role, words, &whole.palette)?;
            if let Some(place) = styles.get_mut(known.index()) {
                *place = style;
            }
        }
        Ok(match depth {
            Depth::Full => Styles::new(styles),
            Depth::Monochrome => Styles::monochrome(),
        })
    }

    fn with_inherited(&self) -> Result<Self, ThemeError> {
        let Some(parent) = &self.inherits else { return Ok(self.clone()) };
        let mut whole = Self::built_in(parent)?.with_inherited()?;
        whole.palette.extend(self.palette.clone());
        whole.roles.extend(self.roles.clone());
        Ok(whole)
    }
}

fn parse_style(role: &str, words: &str, palette: &BTreeMap<String, String>) -> Result<Style, ThemeError> {
    let mut style = Style::default();
    let mut ground = false;
    for word in words.split_whitespace() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "reverse" => Modifier::REVERSED,
            "on" => {
                ground = true;
                continue;
            }
            name => {
                let colour = palette.get(name).map_or(name, String::as_str);
                let colour = parse_colour(colour)
                    .ok_or_else(|| ThemeError::Word { role: role.to_owned(), word: name.to_owned() })?;
                style = if ground { style.bg(colour) } else { style.fg(colour) };
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    Ok(style)
}

fn parse_colour(word: &str) -> Option<Color> {
    if word == "default" { Some(Color::Reset) } else { Color::from_str(word).ok() }
}

/// The style of a run of another program's screen. Where the console has no colours, it has none either.
pub fn foreign(run: &ScreenRun, styles: &Styles) -> Style {
    let mut style = styles.of(StyleRole::Text);
    if *styles != Styles::monochrome() {
        style = with_foreign(style, run.fg, Style::fg);
        style = with_foreign(style, run.bg, Style::bg);
    }
    for attribute in &run.attributes {
        style = style.add_modifier(match attribute.as_str() {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underline" => Modifier::UNDERLINED,
            "inverse" => Modifier::REVERSED,
            _ => Modifier::empty(),
        });
    }
    style
}

fn with_foreign(style: Style, colour: Colour, set: fn(Style, Color) -> Style) -> Style {
    match colour {
        Colour::Default => style,
        Colour::Indexed { index } => set(style, Color::Indexed(index)),
        Colour::Rgb { red, green, blue } => set(style, Color::Rgb(red, green, blue)),
    }
}

/// The style of a piece of code, as its highlighter wants it.
pub fn code(styles: &Styles, red: u8, green: u8, blue: u8) -> Style {
    if *styles == Styles::monochrome() {
        styles.of(StyleRole::Text)
    } else {
        Style::default().fg(Color::Rgb(red, green, blue))
    }
}

impl Styles {
    /// Styles for a terminal without colours: every difference is weight, slant or reverse.
    pub fn monochrome() -> Self {
        Self::new(std::array::from_fn(|index| {
            Style::default().add_modifier(match StyleRole::ALL[index] {
                StyleRole::Strong
                | StyleRole::Banner
                | StyleRole::Key
                | StyleRole::Focus
                | StyleRole::Bad
                | StyleRole::Warn => Modifier::BOLD,
                StyleRole::Dim | StyleRole::Faint => Modifier::DIM,
                StyleRole::Thought => Modifier::ITALIC,
                StyleRole::Selected | StyleRole::Match | StyleRole::Call => Modifier::REVERSED,
                StyleRole::Resting => Modifier::UNDERLINED,
                _ => Modifier::empty(),
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_built_in_theme_styles_every_role() {
        for (name, _) in BUILT_IN {
            let theme = Theme::built_in(name).unwrap();
            assert_eq!(theme.name, name);
            theme.styles(Depth::Full).unwrap();
            let whole = theme.with_inherited().unwrap();
            for role in StyleRole::ALL {
                assert!(whole.roles.contains_key(<&str>::from(role)), "{name} lacks {role:?}");
            }
        }
    }

    #[test]
    fn a_wrong_theme_says_what_and_where() {
        let wrong = Theme::parse("name = \"x\"\ninherits = \"dark\"\n[roles]\ntext = \"mauve-ish\"").unwrap();
        assert_eq!(
            wrong.styles(Depth::Full).unwrap_err().to_string(),
            "role \"text\" says \"mauve-ish\", which is neither a colour of the palette nor a style"
        );
        let error = Theme::parse("name = \"x\"\n[roles\n").unwrap_err();
        assert!(matches!(error, ThemeError::Syntax { line: 2, .. }), "{error:?}");
        assert!(Theme::built_in("neon").is_err());
    }

    #[test]
    fn without_colours_no_style_has_one() {
        let styles = Theme::built_in("dark").unwrap().styles(Depth::Monochrome).unwrap();
        for style in StyleRole::ALL {
            assert_eq!((styles.of(*style).fg, styles.of(*style).bg), (None, None), "{style:?}");
        }
    }
}
