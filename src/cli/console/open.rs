//! Opening the console, and going where it leads: another mission, a new one, the demo.

use std::sync::Arc;

use super::appearance::Settings;
use super::draft_file::DraftFile;
use super::launcher;
use super::machine::Machine;
use super::source::LinkSource;
use crate::cli::context::Repository;
use crate::cli::overview;
use crate::cli::prelude::*;
use crate::cli::trust::ask_once;
use crate::cli::verb::demo;
use crate::cli::verb::new::Speed;
use crate::domain::id::{MissionId, Timestamp};
use crate::domain::mission::{Mission, MissionCard};
use crate::tui::options::{ConsoleExit, ConsoleOptions, SessionKind};
use crate::tui::picture::{Canvas, Wish};
use crate::tui::recording::Replay;
use crate::tui::theme::Depth;
use crate::tui::{launch, run, sample};
use crate::view::glyph::Charset;

/// A mission that was looked at, and how the person left it.
pub struct Shown {
    pub mission: Mission,
    pub exit: ConsoleExit,
}

impl Shown {
    /// Whether the person went on to another mission, and did not leave.
    pub fn leads_elsewhere(&self) -> bool {
        !matches!(self.exit, ConsoleExit::Left | ConsoleExit::Signalled)
    }
}

/// `flightdeck` alone: the mission of this repository, the choice among several, or the launcher. Without a terminal, an overview in words.
pub async fn overview(context: &Context) -> Result<Exit> {
    if !context.is_interactive() {
        return overview::run(context);
    }
    let mut alive = alive(context);
    let exit = match alive.pop() {
        Some(found) if alive.is_empty() => show(context, &found, Speed::AsSet).await?.exit,
        last => {
            alive.extend(last);
            ask_once(context, true)?;
            let cards = alive.iter().filter_map(|found| MissionCard::of(&found.mission)).collect();
            launch(launcher::launcher(context, cards)?, options(context)?).await?
        }
    };
    follow(context, exit).await
}

/// The missions of this repository that are not over, the one that changed last first.
fn alive(context: &Context) -> Vec<MissionRef> {
    let here = context.repository().map(|root| missions::of_repository(context, &root)).unwrap_or_default();
    let readable = here.into_iter().filter_map(|entry| missions::open(context, entry.id).ok());
    let mut alive: Vec<MissionRef> = readable.filter(|found| found.mission.end.is_none()).collect();
    alive.sort_by_key(|found| std::cmp::Reverse(found.mission.updated));
    alive
}

/// `attach`: a mission's console.
pub async fn attach(context: &Context, mission: &MissionArg) -> Result<Exit> {
    if !context.is_interactive() {
        return Err(misuse(
            "the console needs a terminal: `flightdeck run` and `flightdeck log --follow` do not",
        ));
    }
    let shown = show_at(context, missions::locate(context, mission.id())?, Speed::AsSet).await?;
    Box::pin(after(context, shown)).await
}

/// Goes where a person went who left a mission's console; who just left has seen it.
pub async fn after(context: &Context, shown: Shown) -> Result<Exit> {
    let exit = Exit::of(&shown.mission);
    match shown.exit {
        ConsoleExit::Left | ConsoleExit::Signalled => Ok(exit),
        other => follow(context, other).await,
    }
}

/// Shows one mission until the person leaves.
pub async fn show(context: &Context, found: &MissionRef, speed: Speed) -> Result<Shown> {
    show_at(context, found.id.clone(), speed).await
}

/// Nothing of the mission is read before it is shown: the engine tells it.
async fn show_at(context: &Context, id: MissionId, speed: Speed) -> Result<Shown> {
    let exit = {
        let options = options_at(context, None, DraftFile::of(context, &id))?;
        run(LinkSource::new(context, id.clone(), speed), options).await?
    };
    let mission = missions::open(context, id)?.mission;
    if let (ConsoleExit::Left, None, Some(id)) = (&exit, &mission.end, mission.id()) {
        print(format!("{id} goes on without the console: `flightdeck attach {id}` comes back to it"))?;
    }
    Ok(Shown { mission, exit })
}

/// Goes where the console leads, until the person leaves.
async fn follow(context: &Context, mut exit: ConsoleExit) -> Result<Exit> {
    loop {
        let id = match exit {
            ConsoleExit::Left | ConsoleExit::Signalled => return Ok(Exit::Done),
            ConsoleExit::Kept(sentence) => return done(sentence),
            ConsoleExit::New => {
                exit = launch(launcher::launcher(context, Vec::new())?, options(context)?).await?;
                continue;
            }
            ConsoleExit::Demo => return demo::run(context, demo::Args::default()).await,
            ConsoleExit::Attach(id) => missions::locate(context, Some(id.as_str()))?,
            ConsoleExit::Launch(wish) => launcher::start(context, *wish).await?.id,
        };
        exit = show_at(context, id, Speed::AsSet).await?.exit;
    }
}

/// `setup`: what there is to fly with.
pub async fn set_up(context: &Context) -> Result<Exit> {
    let exit = crate::tui::set_up(options(context)?).await?;
    follow(context, exit).await
}

/// `replay`: a mission from its record, or the sample that shows every state.
pub async fn replay(context: &Context, what: Option<&MissionRef>) -> Result<Exit> {
    if !context.is_interactive() {
        return Err(misuse("replay needs a terminal: `flightdeck log` prints the record"));
    }
    let record = |ends| options_at(context, Some(ends), DraftFile::default());
    if let Some(found) = what {
        run(Replay::of(found.source.clone()), record(found.mission.updated)?).await?;
    } else {
        let sample = sample::sample(sample::Moment::Flying);
        let options = record(sample.mission().updated)?;
        run(sample, options).await?;
    }
    Ok(Exit::Done)
}

fn options(context: &Context) -> Result<ConsoleOptions> {
    options_at(context, None, DraftFile::default())
}

/// The options for a live mission, or for a record with the end of it.
fn options_at(context: &Context, stands_at: Option<Timestamp>, drafts: DraftFile) -> Result<ConsoleOptions> {
    let session = if stands_at.is_some() { SessionKind::Recorded } else { SessionKind::Live };
    let (depth, charset) = (depth(context), charset(context));
    let appearance_source = Settings { context: context.clone(), depth };
    Ok(ConsoleOptions {
        appearance: appearance_source.read()?,
        appearance_source: Arc::new(appearance_source),
        depth,
        drafts: drafts.read(),
        charset,
        canvas: canvas(context)?,
        host: Arc::new(Machine {
            context: Arc::new(context.clone()),
            stands_at,
            notify: context.variables.get("FLIGHTDECK_NOTIFY").map(str::to_owned),
            drafts,
        }),
        session,
    })
}

fn word(context: &Context, name: &str) -> String {
    context.variables.get(name).map(str::to_owned).unwrap_or_default()
}

fn depth(context: &Context) -> Depth {
    let colours = word(context, "NO_COLOR").is_empty() && word(context, "TERM") != "dumb";
    if colours { Depth::Full } else { Depth::Monochrome }
}

fn charset(context: &Context) -> Charset {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(|name| word(context, name));
    let locale = locale.into_iter().find(|found| !found.is_empty());
    let unicode = locale.is_none_or(|locale| locale.to_lowercase().replace('-', "").contains("utf8"));
    if unicode { Charset::Unicode } else { Charset::Ascii }
}

/// What pictures are drawn for on this terminal.
pub fn canvas(context: &Context) -> Result<Canvas> {
    let settings = context.settings(Repository::OfThisDirectory, Vec::new())?;
    let wish = settings.pictures.parse::<Wish>().unwrap_or_default();
    Ok(Canvas::of(wish, depth(context), charset(context), |name| word(context, name)))
}
