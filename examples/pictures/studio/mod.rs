//! Pictures of the console, for the README and for judging how it looks: a screen of the sample mission, reached by keys,
//! drawn as SVG from the frame itself. Nothing is mocked up, so a picture can be made again after any change.

mod album;
pub mod keys;
mod palette;
mod scene;
mod strokes;
mod svg;

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use flightdeck::tui::app::Look;
use flightdeck::tui::theme::{Depth, Theme};
use flightdeck::view::glyph::Charset;
use ratatui::layout::Size;

pub use album::{ALBUM, Picture};
use keys::inputs;
use palette::Paper;
use scene::{Scene, Screenshot, photograph};

/// Draw the console's screens as SVG
#[derive(Debug, clap::Parser)]
pub struct Args {
    /// Where the console is when the keys begin
    #[arg(value_enum, default_value_t = Scene::Flying)]
    scene: Scene,
    /// Columns and lines
    #[arg(long, default_value = "120x40", value_parser = size)]
    size: Size,
    /// A built-in theme
    #[arg(long, default_value = "dark")]
    theme: String,
    /// Keys that are pressed first, and text in quotes: `3 e 'hello'`
    #[arg(long, default_value = "")]
    keys: String,
    /// Write every picture of the README into this directory instead
    #[arg(long, value_name = "DIRECTORY", conflicts_with_all = ["scene", "size", "theme", "keys"])]
    album: Option<PathBuf>,
}

/// Draws one picture as text, or the album into a directory and nothing as text.
///
/// # Errors
/// When a key or a theme is not known, or a file cannot be written.
pub async fn run(args: &Args) -> Result<String> {
    let Some(directory) = &args.album else {
        return draw(args.scene, args.size, &args.theme, &args.keys).await;
    };
    for picture in &ALBUM {
        let path = directory.join(format!("{}.svg", picture.name));
        std::fs::write(&path, picture.draw().await?)
            .with_context(|| format!("failed to write {}", path.display()))?;
    }
    Ok(String::new())
}

impl Picture {
    /// The picture as SVG.
    ///
    /// # Errors
    /// As [`run`].
    pub async fn draw(&self) -> Result<String> {
        let (width, height) = self.size;
        draw(self.scene, Size { width, height }, self.theme, self.keys).await
    }
}

async fn draw(scene: Scene, size: Size, theme: &str, keys: &str) -> Result<String> {
    let styles = Theme::built_in(theme)?.styles(Depth::Full)?;
    let look = Look { theme: theme.to_owned(), styles, depth: Depth::Full, charset: Charset::Unicode };
    let frame = photograph(Screenshot { scene, size, look, keys: inputs(keys)? }).await?;
    Ok(svg::svg(&frame, Paper::of(theme)))
}

fn size(word: &str) -> Result<Size, String> {
    let wrong = || format!("\"{word}\" is not a size: write columns x lines, such as 120x40");
    let (width, height) = word.split_once('x').ok_or_else(wrong)?;
    let number = |word: &str| word.parse::<u16>().ok().filter(|cells| (1..=500).contains(cells));
    Ok(Size { width: number(width).ok_or_else(wrong)?, height: number(height).ok_or_else(wrong)? })
}
