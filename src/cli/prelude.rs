//! What a verb starts from.

pub(super) use anyhow::Result;
pub(super) use serde_json::json;

pub(super) use super::ask::{self, request};
pub(super) use super::context::{Context, Format, done, print, print_page};
pub(super) use super::exit::Exit;
pub(super) use super::fault::misuse;
pub(super) use super::meant::Expected;
pub(super) use super::missions::{self, MissionRef};
pub(super) use super::verb::{MissionArg, NamedMission, ReadArgs};
pub(super) use crate::domain::command::Command;
pub(super) use crate::engine::now;
