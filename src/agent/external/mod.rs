//! Agents that other people made and that speak the Agent Client Protocol: the person has one already, signed in and paid
//! for. This is the only room that knows the protocol.
//!
//! Such an agent plays a session as a model does: it has the same brief, it is shown in the same panes, it ends with the same
//! closing tool and gives the same report. It works with tools of its own where it builds, and speaks to the mission through a
//! [server] that it is handed. What it started is killed with it.

mod calls;
mod drive;
mod http;
mod link;
mod permission;
mod probe;
mod record;
mod server;
mod spec;
mod spending;
mod tool_call;
mod turn;
mod words;

pub use drive::run;
pub use probe::{Found, probe};
pub use spec::{AgentSpec, Hands, Setup, ToolsOver, known_agents};
