//! Flying the demo to its end.

use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use super::repository;
use crate::agent::model::script::Scripts;
use crate::cli::ask::call;
use crate::cli::console::{after, show};
use crate::cli::context::{Repository, browser, canonical};
use crate::cli::creation::{MissionOptions, found, suffix};
use crate::cli::follow::{Talk, events, fly, summary};
use crate::cli::prelude::*;
use crate::cli::verb::land::land;
use crate::cli::verb::new::FlightArgs;
use crate::config::Flag;
use crate::domain::goal::Goal;
use crate::domain::mission::End;
use crate::domain::text::Title;
use crate::link::protocol::Call;
use crate::workspace::{Program, Repo};

/// Who plays all roles.
const MIND: &str = "rehearsal/demo";

/// A rehearsal plays the agents; the commits, the compiler, the tests, the running server and the verdicts are real.
#[derive(Debug, Default, clap::Args)]
pub struct Args {
    /// Where; a demo that was cut off there goes on. Without it, a new temporary directory
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    #[command(flatten)]
    flight: FlightArgs,
}

/// Flies it and lands it.
pub async fn run(context: &Context, args: Args) -> Result<Exit> {
    let (talk, speed) = (args.flight.follow.talk(context), args.flight.follow.speed()?);
    let directory = match &args.dir {
        Some(directory) => std::path::absolute(directory).context("failed to find the directory")?,
        None => std::env::temp_dir().join(format!("flightdeck-demo-{}", suffix())),
    };
    let repo = repository::ensure(&directory)?;
    needs_cargo(&repo).await?;
    let found = match last_mission(context, &repo)? {
        Some(found) => {
            if talk != Talk::Json {
                print(format!("{} goes on in {}", found.id, directory.display()))?;
            }
            found
        }
        None => begin(context, &repo, talk, args.flight).await?,
    };
    if found.mission.landed.is_some() {
        let place = directory.display();
        return done(format!("this demo is over and landed; look at {place}, or give another --dir"));
    }
    let mission = match talk {
        Talk::Silent | Talk::Json => fly(context, &found, talk, speed).await?,
        Talk::Inline => {
            let shown = Box::pin(show(context, &found, speed)).await?;
            if shown.leads_elsewhere() {
                return Box::pin(after(context, shown)).await;
            }
            shown.mission
        }
    };
    // With a console the person has been asked there; who left without landing has said no.
    let completed = matches!(mission.end, Some(End::Completed { .. })) && mission.landed.is_none();
    if completed && talk == Talk::Inline {
        let id = &found.id;
        print(format!("{id} is completed and not landed: `flightdeck land {id}` merges it"))?;
    }
    if talk == Talk::Json {
        if completed {
            call(context, &found, Call::Land).await?;
            events(&found.events_after(mission.seq)?)?;
        }
        summary(&found, &missions::open(context, found.id.clone())?.mission)?;
    } else if completed && talk == Talk::Silent {
        land(context, &MissionRef { mission: mission.clone(), ..found }).await?;
        print(format!(
            "\nlook around:\n  cd {}\n  git log --stat main\n  flightdeck status\n  flightdeck log\n  flightdeck evidence",
            directory.display()
        ))?;
    }
    Ok(Exit::of(&mission))
}

/// The demo's agents compile a small program. Without a compiler every one of them would fail, one after the other.
async fn needs_cargo(repo: &Repo) -> Result<()> {
    let asked =
        Program::new("cargo").arg("--version").dir(repo.root()).run(CancellationToken::new(), |_| {}).await;
    let why = match asked {
        Ok(finished) if finished.exit.is_success() => return Ok(()),
        Ok(finished) => finished.output.text.lines().next().unwrap_or_default().to_owned(),
        Err(error) => error.to_string(),
    };
    Err(misuse(format!(
        "the demo builds a small Rust program and needs cargo, which does not work here: {why}"
    )))
}

fn last_mission(context: &Context, repo: &Repo) -> Result<Option<MissionRef>> {
    let newest = missions::of_repository(context, repo.root()).into_iter().next();
    newest.map(|entry| missions::open(context, entry.id)).transpose()
}

/// A port that nobody has, and that the system gives nobody else for a while: two demos that begin together do not meet.
fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("failed to find a free port")?;
    Ok(listener.local_addr()?.port())
}

async fn begin(context: &Context, repo: &Repo, talk: Talk, flight: FlightArgs) -> Result<MissionRef> {
    let rehearsal = Scripts::builtin("demo")?;
    let mut flags = vec![Flag { name: "demo", key: "models.default".to_owned(), word: MIND.to_owned() }];
    flags.extend(flight.flags());
    // A mission of hours has minutes for seeing its checks fail; a demo has half of one, unless the person decided.
    let share = "limits.sabotage_percent";
    if context.settings(Repository::At(repo.root()), Vec::new())?.origin_of(share).is_empty() {
        flags.push(Flag { name: "demo", key: share.to_owned(), word: "1".to_owned() });
    }
    let settings = context.settings(Repository::At(repo.root()), flags)?;
    let about = rehearsal.about();
    // The goal says where to serve, as a person's would, so that two demos do not meet at one port.
    let goal = format!("{}\n\nServe it on 127.0.0.1:{}.", about.goal.trim(), free_port()?);
    let wish = MissionOptions {
        title: Title::new(&about.title)?,
        goal: Goal::new(&goal)?,
        repo,
        settings: &settings,
    };
    let found = found(context, wish).await?;
    if talk == Talk::Json {
        return Ok(found);
    }
    let started = browser(&settings).await;
    let pages = match started.chromium.missing() {
        None => format!("A tester fills the app's form in a real browser: {}.", started.words),
        Some(why) => format!("Without a browser the app's form is tested over HTTP alone ({why})."),
    };
    print(format!(
        "The mind of this demo is a rehearsal: a script plays the agents, and no model is called. The rest is real: the\n\
         commits, the compiler, the tests, the running server and the verdicts. It flies in {}.\n\
         {pages}\n",
        canonical(repo.root()).display()
    ))?;
    Ok(found)
}
