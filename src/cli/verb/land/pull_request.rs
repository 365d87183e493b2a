//! A completed mission as a draft pull request, opened by GitHub's own program; where that cannot be, what to do by hand.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use tokio_util::sync::CancellationToken;

use crate::cli::prelude::*;
use crate::engine::relocate;
use crate::view::pull_request;
use crate::workspace::land::{LandPlace, LandPlan, publish};
use crate::workspace::mission_repo::repository_of;
use crate::workspace::{Finished, Program};

/// How long `gh` may take for one thing.
const LIMIT: Duration = Duration::from_mins(2);

/// What is offered, and from where.
struct Offer {
    place: LandPlace,
    plan: LandPlan,
    /// The text of the pull request, in a file of the mission's.
    text: PathBuf,
}

/// Pushes the branch at the commit of the final gate and opens a draft pull request, or brings an open one up to date.
pub async fn offer(found: &MissionRef) -> Result<Exit> {
    let offer = Offer::of(found)?;
    let Some(remote) = publish::remote(&offer.place.person, &offer.plan.target)? else {
        let root = offer.place.person.root().display();
        return offer.by_hand(&format!("{root} has no remote: `git remote add origin URL`"), "origin");
    };
    if let Err(reason) = offer.gh_is_ready().await {
        return offer.by_hand(&reason, &remote);
    }
    publish::push(&offer.place, &offer.plan, &remote)?;
    let LandPlan { branch, target, title, .. } = &offer.plan;
    let text = offer.text.to_string_lossy();
    let open = ["pr", "list", "--head", branch, "--state", "open", "--json", "url", "--jq", ".[0].url"];
    let known = offer.gh(&open).await?;
    let url = known.output.text.trim().to_owned();
    if known.exit.is_success() && !url.is_empty() {
        offer.done(&["pr", "edit", &url, "--title", title, "--body-file", &text]).await?;
        return done(format!(
            "{branch} is pushed to {remote}; its pull request is brought up to date: {url}"
        ));
    }
    let create = [
        "pr",
        "create",
        "--draft",
        "--base",
        target,
        "--head",
        branch,
        "--title",
        title,
        "--body-file",
        &text,
    ];
    let said = offer.done(&create).await?;
    done(format!("{branch} is pushed to {remote}; a draft pull request is open: {}", said.trim()))
}

impl Offer {
    fn of(found: &MissionRef) -> Result<Self> {
        let mission = &found.mission;
        let (founding, head) =
            mission.founding.as_ref().zip(mission.head()).context("the mission is not founded")?;
        let text = found.dir.join("documents/pull-request.md");
        fs::create_dir_all(found.dir.join("documents"))
            .and_then(|()| fs::write(&text, pull_request::body(mission)))
            .with_context(|| format!("failed to write {}", text.display()))?;
        let person = relocate::repository_of(founding)?;
        let own = repository_of(&found.dir, person.root())?;
        Ok(Self {
            place: LandPlace { own, person, dir: found.dir.clone() },
            plan: LandPlan {
                commit: head.0.clone(),
                branch: founding.branch.to_string(),
                target: founding.target.to_string(),
                mission: found.id.to_string(),
                title: pull_request::title(mission),
            },
            text,
        })
    }

    async fn gh_is_ready(&self) -> std::result::Result<(), String> {
        match self.gh(&["auth", "status"]).await {
            Ok(finished) if finished.exit.is_success() => Ok(()),
            Ok(_) => Err("`gh` is not logged in: `gh auth login`".to_owned()),
            Err(fault) => Err(format!("`gh` is missing ({fault}): install it from https://cli.github.com")),
        }
    }

    /// Runs it, whatever its exit says.
    async fn gh(&self, arguments: &[&str]) -> Result<Finished> {
        // It is the person's own program, with their own keys.
        let program =
            Program::new("gh").dir(self.place.person.root()).envs(std::env::vars_os()).timeout(LIMIT);
        let program = program.env("GH_PROMPT_DISABLED", "1").env("NO_COLOR", "1");
        let program = arguments.iter().fold(program, Program::arg);
        Ok(program.run(CancellationToken::new(), |_| {}).await?)
    }

    async fn done(&self, arguments: &[&str]) -> Result<String> {
        let finished = self.gh(arguments).await?;
        let said = finished.output.text;
        if finished.exit.is_success() {
            return Ok(said);
        }
        let Self { plan, text, .. } = self;
        anyhow::bail!(
            "{} is pushed, but `gh` opened no pull request ({}): {}\nthe text of one is in {}",
            plan.branch,
            finished.exit,
            said.trim(),
            text.display()
        )
    }

    /// Says what the person can do.
    fn by_hand(&self, reason: &str, remote: &str) -> Result<Exit> {
        let LandPlan { commit, branch, target, mission, .. } = &self.plan;
        print(format!(
            "no pull request was opened, and nothing was pushed: {reason}, then `flightdeck land --pr {mission}` again.\n\
             By hand, in {}:\n  \
             git push {remote} {commit}:refs/heads/{branch}\n\
             and open one from {branch} into {target}; its text is in {}",
            self.place.person.root().display(),
            self.text.display()
        ))?;
        Ok(Exit::Failed)
    }
}
