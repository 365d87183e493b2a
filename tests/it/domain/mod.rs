//! The kernel: what a mission is, and the rules that hold always.

mod brief;
mod budget;
mod contract;
mod course;
mod crew;
mod evidence;
mod findings;
mod flows;
mod fold;
mod gates;
mod laws;
mod lint;
mod permissions;
mod planning;
mod prove_again;
mod rules;
mod sabotage;
mod schedule;
mod talk;
mod test_runs;
mod triage;
mod validation;
mod waits;
mod word;
mod work;
