//! The test commands where a part of what a feature built is undone.

use std::sync::Arc;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::domain::environment::{CommandRun, Environment, Script};
use crate::domain::id::Commit;
use crate::engine::context::{EngineContext, blocking};
use crate::engine::error::EngineError;
use crate::engine::scripts::{self, Site};
use crate::workspace::ProofCheckout;
use crate::workspace::undo::{self, Extent, Piece};

/// A head whose test commands are tried without a part of it, in a checkout beside the others.
pub(super) struct Trial<'a> {
    pub engine: &'a Arc<EngineContext>,
    pub head: &'a Commit,
    /// Test commands that name no test, in a form that does, with what that did.
    pub named: &'a [(Script, CommandRun)],
    pub end: Instant,
    pub cancel: &'a CancellationToken,
}

impl Trial<'_> {
    /// What the test commands do without these pieces, each under the name it has in the environment; nothing where that
    /// cannot be told: they cannot be undone, it cannot be built then, or the time is over.
    pub(super) async fn without(&self, pieces: Vec<Piece>) -> Result<Option<Vec<CommandRun>>, EngineError> {
        let (engine, dir, head) =
            (Arc::clone(self.engine), self.engine.dir.join("added"), self.head.0.clone());
        let make = move || Ok(ProofCheckout::create(engine.repo.own(), &dir, &head)?);
        let checkout = blocking(make).await?;
        let runs = self.run(&checkout, pieces).await;
        blocking(move || Ok(checkout.remove()?)).await?;
        runs
    }

    async fn run(
        &self,
        checkout: &ProofCheckout,
        pieces: Vec<Piece>,
    ) -> Result<Option<Vec<CommandRun>>, EngineError> {
        let failed = scripts::set_up(self.engine, checkout.dir()).await?;
        let dir = checkout.dir().to_owned();
        let undone = blocking(move || {
            // A link that took the place of a file goes before that comes back.
            let (mut ordered, rest): (Vec<Piece>, Vec<Piece>) = pieces.into_iter().partition(Piece::adds);
            ordered.extend(rest);
            Ok(undo::undo(&dir, &ordered)?)
        })
        .await?;
        if !failed.is_empty() || undone != Ok(Extent::Whole) {
            return Ok(None);
        }
        let (builds, tests) =
            self.engine.environment(|known: &Environment| (known.build.clone(), known.test.clone()));
        let mut told = Vec::new();
        let builds = builds.iter().map(|one| (one, None));
        for (script, test) in builds.chain(tests.iter().map(|one| (self.by_name(one), Some(one)))) {
            let left = self.end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.cancel.is_cancelled() {
                return Ok(None);
            }
            // It names no commit: what was run stood at none, so that nothing can rest on it.
            let site = Site::new(checkout.dir());
            let run = scripts::run_within(self.engine, &site, script, left, self.cancel).await?;
            match test {
                Some(test) => told.push(CommandRun { command: test.run.clone(), ..run }),
                None if !run.passed() => return Ok(None),
                None => {}
            }
        }
        let is_over = self.cancel.is_cancelled() || Instant::now() >= self.end;
        Ok((!is_over).then_some(told))
    }

    /// A test command in the form that names its tests.
    fn by_name<'s>(&'s self, script: &'s Script) -> &'s Script {
        let form = self.named.iter().find(|(_, run)| run.command == script.run);
        form.map_or(script, |(form, _)| form)
    }
}
