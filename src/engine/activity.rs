//! What runs right now, and since when it is silent.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::clock;
use crate::domain::activity::Activity;
use crate::domain::attempt::Work;
use crate::domain::id::AttemptId;
use crate::link::feed::Feed;

/// The running work of an engine.
pub struct Activities {
    live: Mutex<BTreeMap<Work, Activity>>,
    feed: Arc<Feed>,
}

impl Activities {
    /// None yet.
    pub fn new(feed: Arc<Feed>) -> Self {
        Self { live: Mutex::default(), feed }
    }

    /// A piece of work begins; it ends when the guard is dropped.
    pub fn begin(self: &Arc<Self>, work: Work) -> Running {
        let now = clock::now();
        let activity = Activity {
            work,
            attempt: None,
            started: now,
            last_output: now,
            since: now,
            doing: "starting".to_owned(),
        };
        self.locked().insert(work, activity);
        self.tell();
        Running { work, activities: Arc::clone(self) }
    }

    /// What runs.
    pub fn list(&self) -> Vec<Activity> {
        self.locked().values().cloned().collect()
    }

    /// What a piece of work does now, for those who do not run it themselves.
    pub fn doing(&self, work: Work, doing: String) {
        self.change(work, |activity| {
            activity.doing = doing;
            activity.since = clock::now();
        });
        self.tell();
    }

    fn change(&self, work: Work, change: impl FnOnce(&mut Activity)) {
        if let Some(activity) = self.locked().get_mut(&work) {
            change(activity);
            activity.last_output = clock::now();
        }
    }

    fn tell(&self) {
        self.feed.activity(self.list());
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<Work, Activity>> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A piece of work that runs.
pub struct Running {
    work: Work,
    activities: Arc<Activities>,
}

impl Running {
    /// Which attempt it is.
    pub fn attempt(&self, attempt: AttemptId) {
        self.activities.change(self.work, |activity| activity.attempt = Some(attempt));
        self.activities.tell();
    }

    /// What it does now.
    pub fn doing(&self, doing: impl Into<String>) {
        self.activities.doing(self.work, doing.into());
    }

    /// The same as before, in other words: how far it is.
    pub fn still_doing(&self, doing: String) {
        self.activities.change(self.work, |activity| activity.doing = doing);
        self.activities.tell();
    }

    /// It said or printed something.
    pub fn heard(&self) {
        self.activities.change(self.work, |_| {});
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.activities.locked().remove(&self.work);
        self.activities.tell();
    }
}
