//! The plan, the contract, and the gates.

use std::collections::BTreeMap;

use crate::cli::progress::line::{Glyph, Line};
use crate::cli::progress::words::{count, listed, one_line};
use crate::domain::contract::Assertion;
use crate::domain::environment::Environment;
use crate::domain::event::{Event, Founding};
use crate::domain::gate::{DecidedBy, Decision, GateId};
use crate::domain::mission::Mission;
use crate::domain::plan::{Feature, Milestone, Origin};
use crate::domain::text::Title;

pub(super) fn tell(event: &Event, mission: &Mission) -> Option<Line> {
    Some(match event {
        Event::MissionCreated(founding) => created(founding),
        Event::ContractProposed { assertions } => Line::new(Glyph::Good, "contract", contract(assertions)),
        Event::EnvironmentProposed { environment } => {
            Line::new(Glyph::Good, "environment", environment_words(environment))
        }
        Event::PlanProposed { title, milestones, features } => plan(title.as_ref(), milestones, features),
        Event::FeatureAdded { feature } => added(feature),
        Event::FeatureEdited { feature, spec } => {
            Line::new(Glyph::Note, feature, format!("is now: {}", spec.title))
        }
        Event::FeatureCancelled { feature, reason } => {
            Line::new(Glyph::Note, feature, format!("cancelled: {}", one_line(reason.as_str())))
        }
        Event::GateOpened { gate } => {
            Line::new(Glyph::Decision, &gate_subject(*gate), opened(*gate, mission))
        }
        Event::GateDecided { gate, decision, by } => decided(*gate, decision, *by),
        other => return contract_change(other),
    })
}

fn contract_change(event: &Event) -> Option<Line> {
    Some(match event {
        Event::AssertionAdded { assertion, feature } => {
            Line::new(Glyph::Note, &assertion.id, format!("added for {feature}: {}", assertion.wording.title))
        }
        Event::AssertionEdited { assertion, revision, wording } => {
            Line::new(Glyph::Note, assertion, format!("is now revision {}: {}", revision.0, wording.title))
        }
        Event::AssertionRetired { assertion, reason } => {
            Line::new(Glyph::Note, assertion, format!("retired: {}", one_line(reason.as_str())))
        }
        Event::AssertionWaived { assertion, reason, .. } => {
            Line::new(Glyph::Warning, assertion, format!("waived: {}", one_line(reason.as_str())))
        }
        _ => return None,
    })
}

fn created(founding: &Founding) -> Line {
    let text = format!("{} begins: {}", founding.mission, founding.title);
    let place =
        format!("on branch {} from {} of {}", founding.branch, founding.base.short(), founding.repository);
    Line::new(Glyph::Start, "mission", text).with([place])
}

fn contract(assertions: &[Assertion]) -> String {
    let mut by_instrument: BTreeMap<&str, usize> = BTreeMap::new();
    for assertion in assertions {
        *by_instrument.entry(assertion.wording.check.via.word()).or_default() += 1;
    }
    let parts: Vec<String> = by_instrument.iter().map(|(word, n)| format!("{n} over {word}")).collect();
    format!("{}: {}", count(assertions.len(), "assertion"), listed(&parts))
}

fn environment_words(environment: &Environment) -> String {
    let names = |scripts: &[crate::domain::environment::Script]| {
        scripts.iter().map(|script| one_line(script.run.as_str())).collect::<Vec<_>>()
    };
    let mut parts: Vec<String> = Vec::new();
    for scripts in [&environment.build, &environment.lint, &environment.test] {
        parts.extend(names(scripts));
    }
    parts.extend(environment.services.iter().map(|service| match service.port {
        Some(port) => format!("service {} on port {port}", service.name),
        None => format!("service {}", service.name),
    }));
    if parts.is_empty() { "nothing to build, test or run".to_owned() } else { parts.join(" · ") }
}

fn plan(title: Option<&Title>, milestones: &[Milestone], features: &[Feature]) -> Line {
    let name = title.map_or_else(String::new, |title| format!("{title}: "));
    let text =
        format!("{name}{}, {}", count(milestones.len(), "milestone"), count(features.len(), "feature"));
    let more = milestones.iter().map(|milestone| {
        let of: Vec<String> = features
            .iter()
            .filter(|feature| feature.milestone == milestone.id)
            .map(|feature| format!("{} {}", feature.id, feature.spec.title))
            .collect();
        format!("{} {}: {}", milestone.id, milestone.title, of.join(", "))
    });
    Line::new(Glyph::Good, "plan", text).with(more)
}

fn added(feature: &Feature) -> Line {
    let text = match &feature.origin {
        Origin::Fix { findings } => {
            let findings: Vec<String> = findings.iter().map(ToString::to_string).collect();
            format!("fix feature for {}: {}", listed(&findings), feature.spec.title)
        }
        Origin::Planned { .. } => format!("added to {}: {}", feature.milestone, feature.spec.title),
    };
    Line::new(Glyph::Note, &feature.id, text)
}

fn gate_subject(gate: GateId) -> String {
    format!("gate {gate}")
}

fn opened(gate: GateId, mission: &Mission) -> String {
    match gate {
        GateId::Plan => "the plan and its contract are ready".to_owned(),
        GateId::Milestone(id) if mission.passes(id) => "everything that blocks it is proven".to_owned(),
        GateId::Milestone(id) => format!("it does not pass: {}", mission.obstacles(id).join("; ")),
        GateId::Final => "every milestone is GO".to_owned(),
    }
}

fn decided(gate: GateId, decision: &Decision, by: DecidedBy) -> Line {
    let by = match by {
        DecidedBy::Person => "",
        DecidedBy::Autopilot => " by autopilot",
    };
    let (glyph, text) = match decision {
        Decision::Go { note: None } => (Glyph::Good, format!("GO{by}")),
        Decision::Go { note: Some(note) } => (Glyph::Good, format!("GO{by}: {}", one_line(note.as_str()))),
        Decision::NoGo { note } => (Glyph::Bad, format!("NO-GO{by}: {}", one_line(note.as_str()))),
    };
    Line::new(glyph, &gate_subject(gate), text)
}
