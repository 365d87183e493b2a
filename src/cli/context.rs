//! What every verb starts from: where things are, what is set, and where output goes.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Serialize;

use super::exit::Exit;
use super::print::{JsonShape, Printable};
use super::screen::Output;
use crate::config::{Flag, Home, Settings, Sources, Variables};
use crate::instrument::browser::Started;
use crate::instrument::{BrowserProbe, Chromium, Place};
use crate::view::row::Row;
use crate::workspace::{Program, Project, Repo, SandboxOptions};

/// The circumstances of a command.
#[derive(Debug, Clone)]
pub struct Context {
    pub home: Home,
    pub variables: Variables,
    /// The directory the command was given in.
    pub here: PathBuf,
    pub output: Output,
}

/// How a reading verb answers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::Args)]
pub struct Format {
    /// Print JSON for programs.
    #[arg(long)]
    pub json: bool,
}

/// The browser that is set, else the first that is found.
pub fn chromium(settings: &Settings) -> Chromium {
    match &settings.browser {
        Some(path) => Chromium::set_to(path),
        None => Chromium::on_path(settings.variable("PATH").unwrap_or_default().as_ref()),
    }
}

/// How programs that agents start are kept in: flightdeck's own files are never in their reach.
pub fn sandbox(settings: &Settings, home: &Home) -> SandboxOptions {
    let never = [home.state.clone(), home.config.clone()].into_iter().chain(home.runtime.clone()).collect();
    let keeper = std::env::current_exe().ok();
    SandboxOptions { never, keeper, ..settings.sandbox.clone() }
}

/// The browser, started once: it may be found and not work.
pub async fn browser(settings: &Settings) -> Started {
    let scratch = std::env::temp_dir().join(format!("flightdeck-browser-{}", std::process::id()));
    let place = Place::new(|line, _| Ok(Program::shell(line))).with_browser(chromium(settings), &scratch);
    let started = BrowserProbe::new(chromium(settings)).started(&place).await;
    if let Err(error) = std::fs::remove_dir_all(&scratch)
        && error.kind() != io::ErrorKind::NotFound
    {
        tracing::debug!(%error, "what a browser left behind stays");
    }
    started
}

impl Context {
    /// Looks around.
    pub fn of_this_process() -> Result<Self> {
        let variables = Variables::of_this_process();
        let home = Home::find(&variables)?;
        let here = std::env::current_dir().context("the current directory is gone; change to another")?;
        Ok(Self { home, variables, here, output: Output::of_stdout() })
    }

    /// The root of the repository that this directory is in, if it is in one.
    pub fn repository(&self) -> Option<PathBuf> {
        Repo::discover(&self.here).ok().map(|repo| canonical(repo.root()))
    }

    /// What that repository brings along.
    pub fn project(&self, repository: Repository<'_>) -> Option<Project> {
        let root = match repository {
            Repository::At(root) => Some(root.to_owned()),
            Repository::OfThisDirectory => self.repository(),
        };
        root.map(|root| Project::new(&root, &self.home.state))
    }

    /// Where settings come from, for a repository or outside of any.
    pub fn sources(&self, repository: Repository<'_>, flags: Vec<Flag>) -> Sources {
        let project = self.project(repository);
        Sources { user_file: self.home.user_file(), project, variables: self.variables.clone(), flags }
    }

    /// The settings for a repository, or outside of any.
    pub fn settings(&self, repository: Repository<'_>, flags: Vec<Flag>) -> Result<Settings> {
        Ok(self.sources(repository, flags).load()?)
    }

    /// The settings of this directory.
    pub fn settings_here(&self) -> Result<Settings> {
        self.settings(Repository::OfThisDirectory, Vec::new())
    }

    /// Answers a verb that reads: a value for programs, or a page made for the width of the output for people.
    pub fn answer<T: Serialize>(
        &self,
        format: Format,
        value: impl FnOnce() -> T,
        page: impl FnOnce(usize) -> Vec<Row>,
    ) -> Result<Exit> {
        if format.json {
            return print_json(&value());
        }
        print_page(self, page)?;
        Ok(Exit::Done)
    }

    /// Whether a person can be asked: both ends are a terminal.
    pub fn is_interactive(&self) -> bool {
        self.output != Output::Pipe && io::stdin().is_terminal()
    }
}

/// A path without links and without a slash at its end, so that two ways to a place compare equal.
pub fn canonical(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Whose project settings count.
#[derive(Debug, Clone, Copy)]
pub enum Repository<'a> {
    At(&'a Path),
    OfThisDirectory,
}

/// Prints text; a closed pipe is an error that ends the command quietly.
pub fn print(text: impl Into<Printable>) -> Result<()> {
    let text = text.into();
    let ends = text.is_empty() || text.as_str().ends_with('\n');
    write(&if ends { text } else { text.then("\n") })
}

/// Prints text as it is, without a line break behind it.
#[expect(clippy::disallowed_methods, reason = "this is where text is printed")]
pub fn write(text: &Printable) -> Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_str().as_bytes())?;
    out.flush()?;
    Ok(())
}

/// Prints a page of the view, made for the width of the output.
pub fn print_page(context: &Context, page: impl FnOnce(usize) -> Vec<Row>) -> Result<()> {
    let style = context.output.style();
    print(style.page(&page(style.columns())))
}

/// Prints a value as JSON over several lines.
pub fn print_json(value: &impl Serialize) -> Result<Exit> {
    done(Printable::json(value, JsonShape::Page)?)
}

/// Prints the last text of a command that did what was asked.
pub fn done(text: impl Into<Printable>) -> Result<Exit> {
    print(text)?;
    Ok(Exit::Done)
}
