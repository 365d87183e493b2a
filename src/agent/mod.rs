//! One agent session: a model, its tools, and the loop between them.
//!
//! This room knows nothing of missions. The engine hands it a brief, a model and tools, and gets back how the
//! session ended; what the session means to a mission is the engine's business.

pub mod context;
pub mod external;
pub mod hook;
pub mod mcp;
pub mod model;
pub mod prompt;
pub mod repetition;
pub mod session;
pub mod skill;
pub mod tool;
pub mod turn;
