//! The plan that a person refused, and what differs from it in the one after it.

use serde::{Deserialize, Serialize};

use super::contract::{Assertion, Contract};
use super::environment::{Environment, Script};
use super::event::Actor;
use super::id::Timestamp;
use super::mission::Mission;
use super::part::{Authors, Reworded, Worded, differing};
use super::plan::{Feature, Milestone};
use super::text::Line;

/// A plan as it was when it got its NO-GO.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RefusedPlan {
    pub at: Timestamp,
    pub note: Line,
    pub milestones: Vec<Milestone>,
    pub features: Vec<Feature>,
    pub contract: Contract,
    pub environment: Option<Environment>,
}

/// Something that is not as it was in the refused plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// `VAL-AUTH-001`, `F3`, `M1`, `environment`.
    pub subject: String,
    /// What it is called.
    pub title: String,
    pub kind: DifferenceKind,
    /// What it says otherwise, part by part.
    pub parts: Vec<PartDifference>,
}

/// What happened to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DifferenceKind {
    Added,
    Dropped,
    Changed,
}

/// A part that says something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PartDifference {
    pub part: String,
    pub old: String,
    pub new: String,
    /// Who worded it so; nobody alone where that is not kept.
    pub by: Option<Actor>,
}

impl Mission {
    /// The plan as it stands, to be remembered as refused.
    pub(super) fn as_refused(&self, note: Line, at: Timestamp) -> RefusedPlan {
        RefusedPlan {
            at,
            note,
            milestones: self.milestones.clone(),
            features: self.features.clone(),
            contract: self.contract.clone(),
            environment: self.environment.clone(),
        }
    }

    /// What differs from the plan that was refused last; `None` where none was.
    pub fn since_refusal(&self) -> Option<Vec<Difference>> {
        let refused = self.refused.as_deref()?;
        let mut found = Vec::new();
        for (id, old) in &refused.contract {
            found.extend(self.assertion_differs(old, self.contract.get(id)));
        }
        let new = self.contract.values().filter(|a| a.is_active() && !refused.contract.contains_key(&a.id));
        found.extend(new.map(|a| whole(&a.id, &a.wording.title, DifferenceKind::Added)));
        for old in refused.features.iter().filter(|feature| feature.is_wanted()) {
            found.extend(self.feature_differs(old, &refused.features));
        }
        let new =
            self.features.iter().filter(|f| f.is_wanted() && !refused.features.iter().any(|o| o.id == f.id));
        found.extend(new.map(|f| whole(&f.id, &f.spec.title, DifferenceKind::Added)));
        found.extend(milestones_differ(&refused.milestones, &self.milestones));
        found.extend(environment_differs(refused.environment.as_ref(), self.environment.as_ref()));
        Some(found)
    }

    fn assertion_differs(&self, old: &Assertion, new: Option<&Assertion>) -> Option<Difference> {
        let (id, title) = (&old.id, &old.wording.title);
        match (old.is_active(), new.filter(|new| new.is_active())) {
            (false, None) => None,
            (true, None) => Some(whole(id, title, DifferenceKind::Dropped)),
            (false, Some(new)) => Some(whole(id, &new.wording.title, DifferenceKind::Added)),
            (true, Some(new)) => {
                let parts = parts(&old.wording, &new.wording, self.assertion_authors.get(id));
                changed(id, &new.wording.title, parts)
            }
        }
    }

    fn feature_differs(&self, old: &Feature, before: &[Feature]) -> Option<Difference> {
        let Some(new) = self.feature(old.id).filter(|feature| feature.is_wanted()) else {
            return Some(whole(&old.id, &old.spec.title, DifferenceKind::Dropped));
        };
        let mut parts = parts(&old.spec, &new.spec, self.feature_authors.get(&old.id));
        let plain = |part: &str, old: String, new: String| {
            (old != new).then(|| PartDifference { part: part.to_owned(), old, new, by: None })
        };
        let ahead = |features: &[Feature]| {
            let place = features.iter().position(|feature| feature.id == old.id).unwrap_or(0);
            place.checked_sub(1).and_then(|place| features.get(place)).map(|f| f.id)
        };
        parts.extend(plain("milestone", old.milestone.to_string(), new.milestone.to_string()));
        parts.extend(plain("fulfills", joined(&old.fulfills), joined(&new.fulfills)));
        parts.extend(plain("after", joined(&old.after), joined(&new.after)));
        let stayed = |id| before.iter().any(|f| f.id == id) && self.feature(id).is_some();
        // A feature that comes first or behind a new one has not moved for that alone.
        if let (Some(was), Some(is)) = (ahead(before), ahead(&self.features))
            && was != is
            && stayed(was)
            && stayed(is)
        {
            parts.extend(plain("order", format!("behind {was}"), format!("behind {is}")));
        }
        changed(&old.id, &new.spec.title, parts)
    }
}

fn whole(subject: &dyn ToString, title: &dyn ToString, kind: DifferenceKind) -> Difference {
    Difference { subject: subject.to_string(), title: title.to_string(), kind, parts: Vec::new() }
}

fn changed(subject: &dyn ToString, title: &dyn ToString, parts: Vec<PartDifference>) -> Option<Difference> {
    let difference = || Difference { parts, ..whole(subject, title, DifferenceKind::Changed) };
    Some(difference()).filter(|difference| !difference.parts.is_empty())
}

fn parts<T: Worded>(old: &T, new: &T, authors: Option<&Authors>) -> Vec<PartDifference> {
    let by = |part| authors.and_then(|authors| authors.of(part)).map(|author| author.by);
    let differing = differing(old, new).into_iter();
    differing
        .map(|Reworded { part, old, new }| PartDifference { by: by(part), part: part.to_string(), old, new })
        .collect()
}

fn milestones_differ(old: &[Milestone], new: &[Milestone]) -> Vec<Difference> {
    let mut found = Vec::new();
    for place in 0..old.len().max(new.len()) {
        match (old.get(place), new.get(place)) {
            (Some(old), Some(new)) if old.title != new.title => {
                let (was, is) = (old.title.to_string(), new.title.to_string());
                let part = PartDifference { part: "title".to_owned(), old: was, new: is, by: None };
                found.extend(changed(&new.id, &new.title, vec![part]));
            }
            (Some(old), None) => found.push(whole(&old.id, &old.title, DifferenceKind::Dropped)),
            (None, Some(new)) => found.push(whole(&new.id, &new.title, DifferenceKind::Added)),
            (Some(_), Some(_)) | (None, None) => {}
        }
    }
    found
}

fn environment_differs(old: Option<&Environment>, new: Option<&Environment>) -> Option<Difference> {
    let said = |of: Option<&Environment>| {
        let scripts =
            |scripts: &[Script]| scripts.iter().map(|s| s.run.to_string()).collect::<Vec<_>>().join("\n");
        let of = of.cloned().unwrap_or_default();
        let services = of.services.iter().map(|service| {
            let port = service.port.map(|port| format!(" on port {port}")).unwrap_or_default();
            format!("{}: {}{port}", service.name, service.run)
        });
        let services = services.collect::<Vec<_>>().join("\n");
        [
            ("setup", scripts(&of.setup)),
            ("build", scripts(&of.build)),
            ("lint", scripts(&of.lint)),
            ("test", scripts(&of.test)),
            ("services", services),
            ("hosts", joined(&of.hosts)),
        ]
    };
    let pairs = said(old).into_iter().zip(said(new)).filter(|(old, new)| old != new);
    let parts =
        pairs.map(|((part, old), (_, new))| PartDifference { part: part.to_owned(), old, new, by: None });
    changed(&"environment", &"how it is checked", parts.collect())
}

fn joined<T: ToString>(ids: &[T]) -> String {
    ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
