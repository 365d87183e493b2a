//! `picture`: a screen of the sample mission as SVG, or the whole album of the README.

use std::path::PathBuf;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use ratatui::layout::Size;

use super::context::print;
use super::exit::Exit;
use super::fault::misuse;
use crate::tui::app::Look;
use crate::tui::picture::{ALBUM, Print, Scene, Screenshot, inputs, photograph, svg};
use crate::tui::theme::{Depth, Paper, Theme};
use crate::view::glyph::Charset;

/// Draw the console's screens as SVG
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Where the console is when the keys begin
    #[arg(value_enum, default_value_t = Place::Flying)]
    scene: Place,
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

/// Where a picture begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Place {
    Launcher,
    Plan,
    Flying,
    Gate,
}

/// Draws one picture to standard output, or the album into a directory.
///
/// # Errors
/// When a key or a theme is not known, or a file cannot be written.
pub async fn run(args: &Args) -> Result<Exit> {
    if let Some(directory) = &args.album {
        for picture in &ALBUM {
            let path = directory.join(format!("{}.svg", picture.name));
            std::fs::write(&path, draw(*picture).await?)
                .with_context(|| format!("failed to write {}", path.display()))?;
        }
        return Ok(Exit::Done);
    }
    let scene = match args.scene {
        Place::Launcher => Scene::Launcher,
        Place::Plan => Scene::PlanGate,
        Place::Flying => Scene::Flying,
        Place::Gate => Scene::MilestoneGate,
    };
    print(&drawn(scene, args.size, &args.theme, &args.keys).await?)?;
    Ok(Exit::Done)
}

async fn draw(picture: Print) -> Result<String> {
    let (width, height) = picture.size;
    drawn(picture.scene, Size { width, height }, picture.theme, picture.keys).await
}

async fn drawn(scene: Scene, size: Size, theme: &str, keys: &str) -> Result<String> {
    let styles = Theme::built_in(theme).and_then(|theme| theme.styles(Depth::Full));
    let styles = styles.map_err(|error| misuse(error.to_string()))?;
    let look = Look { theme: theme.to_owned(), styles, depth: Depth::Full, charset: Charset::Unicode };
    let keys = inputs(keys).map_err(|error| misuse(error.to_string()))?;
    let frame = photograph(Screenshot { scene, size, look, keys }).await?;
    Ok(svg(&frame, Paper::of(theme)))
}

fn size(word: &str) -> Result<Size, String> {
    let wrong = || format!("\"{word}\" is not a size: write columns x lines, such as 120x40");
    let (width, height) = word.split_once('x').ok_or_else(wrong)?;
    let number = |word: &str| word.parse::<u16>().ok().filter(|cells| (1..=500).contains(cells));
    Ok(Size { width: number(width).ok_or_else(wrong)?, height: number(height).ok_or_else(wrong)? })
}
